import assert from 'node:assert/strict';
import { judge, type Verdict } from '../../src/guest/deployment.js';

const runtimeStatusOf = (verdict: Verdict, module: string): unknown => (verdict.modules?.[module] as { runtimeStatus?: unknown } | undefined)?.runtimeStatus;
const now = '2026-01-01T00:00:00Z';
const system = { edgeAgent: { settings: { image: 'mcr.example/agent:1.5' } }, edgeHub: { settings: { image: 'mcr.example/hub:1.5' } } };

describe('result that the simulated edgeAgent reports', () => {
  it('is 417 without a deployment', () => {
    assert.equal(judge({ $version: 1 }, now).lastDesiredStatus.code, 417);
  });

  it('is 200 with every module reported in its desired status', () => {
    const verdict = judge({ $version: 4, schemaVersion: '1.1', systemModules: system, modules: { sensor: { status: 'running', settings: { image: 'x/y:1' } } } }, now);
    assert.equal(verdict.lastDesiredStatus.code, 200);
    assert.equal(verdict.lastDesiredVersion, 4);
    assert.equal(runtimeStatusOf(verdict, 'sensor'), 'running');
  });

  const bad: [string, object, RegExp][] = [
    ['an unknown schema', { schemaVersion: '9.0', systemModules: system }, /schema version 9\.0/],
    ['a missing system module', { schemaVersion: '1.1', systemModules: { edgeAgent: system.edgeAgent } }, /edgeHub/],
    ['a module without an image', { schemaVersion: '1.1', systemModules: system, modules: { sensor: {} } }, /sensor/],
  ];
  for (const [name, desired, words] of bad) {
    it(`is 400 for ${name}`, () => {
      const { lastDesiredStatus } = judge(desired, now);
      assert.equal(lastDesiredStatus.code, 400);
      assert.match(lastDesiredStatus.description, words);
    });
  }

  it('is 500 if an image cannot be pulled, and names the module', () => {
    const verdict = judge({ schemaVersion: '1.1', systemModules: system, modules: { sensor: { settings: { image: 'no.invalid/sensor:1' } } } }, now);
    assert.equal(verdict.lastDesiredStatus.code, 500);
    assert.match(verdict.lastDesiredStatus.description, /sensor/);
    assert.deepEqual(verdict.modules, {}, 'a module that does not exist is not reported');
  });

  it('leaves a module as it is that runs already, with its former image if the new one cannot be pulled', () => {
    const with_ = (image: string, more: object = {}) => ({ schemaVersion: '1.1', systemModules: system, modules: { sensor: { settings: { image } }, ...more } });
    const before = judge(with_('x/sensor:1'), now);
    const later = judge(with_('no.invalid/sensor:2', { other: { settings: { image: 'x/other:1' } } }), '2026-01-02T00:00:00Z', before);
    assert.deepEqual(later.modules?.['sensor'], before.modules?.['sensor']);
    assert.equal((later.modules!['other'] as { lastStartTimeUtc: string }).lastStartTimeUtc, '2026-01-02T00:00:00Z');
    const next = judge(with_('x/sensor:2'), '2026-01-03T00:00:00Z', later);
    assert.deepEqual([next.systemModules, (next.modules!['sensor'] as { lastStartTimeUtc: string }).lastStartTimeUtc], [before.systemModules, '2026-01-03T00:00:00Z']);
  });

  for (const [restartPolicy, code, status, restarts] of [
    ['always', 137, 'backoff', 3], ['always', 0, 'backoff', 3], ['on-failure', 3, 'backoff', 3], ['on-failure', 0, 'stopped', 0], ['never', 3, 'failed', 0], ['never', 0, 'stopped', 0], [undefined, 1, 'backoff', 3],
  ] as const) {
    it(`is 200 with a module that is ${status}, if it ends with ${code} and is restarted ${restartPolicy ?? 'by default'}`, () => {
      const module = { status: 'running', settings: { image: `mcr.example/exit-${code}:1` }, ...(restartPolicy === undefined ? {} : { restartPolicy }) };
      const verdict = judge({ $version: 2, schemaVersion: '1.1', systemModules: system, modules: { job: module } }, now);
      assert.equal(verdict.lastDesiredStatus.code, 200);
      const { runtimeStatus, exitCode, restartCount, statusDescription } = verdict.modules!['job'] as Record<string, unknown>;
      assert.deepEqual([runtimeStatus, exitCode, restartCount, statusDescription], [status, code, restarts, 'exited']);
    });
  }

  it('takes only the name of an image for an exit code', () => {
    const module = (image: string) => judge({ schemaVersion: '1.1', systemModules: system, modules: { m: { settings: { image } } } }, now);
    for (const image of ['exit-3.example/sensor:1', 'mcr.example/exit-3-handler:1', 'mcr.example/sensor:exit-3']) assert.equal(runtimeStatusOf(module(image), 'm'), 'running', image);
  });
});
