import assert from 'node:assert/strict';
import { formatSeconds } from '../../../src/cli/output/format.js';
import type { ProvisionContext, ProvisionEvent } from '../../../src/readiness/types.js';
import { liveProgress } from '../../../src/cli/output/progress.js';
import { defaultDeps } from '../../../src/cli/run/deps.js';
import { makeSession } from '../../../src/cli/run/session.js';
import { fakeRooms, readyResult, run } from './helpers/run.js';

const events: ProvisionEvent[] = [
  { type: 'step', step: 'check credential', state: 'start', at: 0 },
  { type: 'step', step: 'check credential', state: 'done', detail: 'accepted', at: 0 },
  { type: 'step', step: 'register device', state: 'skipped', at: 0 },
  { type: 'stage', stage: 'applied', seconds: 0.42, at: 0 },
  { type: 'waiting', stage: 'disk', message: 'import 1 %', at: 0 },
  { type: 'waiting', stage: 'disk', message: 'import 2 %', at: 0 },
  { type: 'stage', stage: 'disk', seconds: 75, detail: 'imported', at: 0 },
  { type: 'waiting', stage: 'scheduled', message: 'no node yet', at: 0 },
  { type: 'waiting', stage: 'deployed', message: 'nobody asked for that', at: 0 },
  { type: 'lost', stage: 'disk', message: 'the volume is gone', at: 0 },
  { type: 'warning', message: 'unsigned source', at: 0 },
];
const tell = (context: ProvisionContext): void => events.forEach((event) => context.onEvent(event));

describe('cli/format', () => {
  it('prints durations of a minute and more alike', () => {
    assert.deepEqual([0.44, 9.96, 59.4, 59.6, 62, 113, 191, 300].map(formatSeconds), ['0.4 s', '10.0 s', '59 s', '1 min', '1 min 02 s', '1 min 53 s', '3 min 11 s', '5 min']);
  });
});

describe('cli/progress', () => {
  it('elsewhere prints one line a step and stage, and does not repeat a counter', async () => {
    const { deps } = fakeRooms(readyResult(), tell);
    const { stderr } = await run(['create', 'gw-01', '--register'], { deps });
    assert.deepEqual(stderr.split('\n').slice(0, 7), [
      'check credential: done (accepted)',
      'applied         0.4 s',
      'waiting for disk: import 1 %',
      'disk         1 min 15 s  imported',
      'waiting for scheduled: no node yet',
      'lost disk: the volume is gone',
      'warning: unsigned source',
    ]);
  });

  it('on a terminal keeps one live line and a finished line for each stage', () => {
    const written: string[] = [];
    const stream = { write: (text: string) => written.push(text), isTTY: true, columns: 60 };
    const session = makeSession({
      stdin: { async *[Symbol.asyncIterator]() { yield ''; } }, stdout: stream, stderr: stream, env: { NO_COLOR: '1' },
      now: () => 0, sleep: async () => undefined, signal: new AbortController().signal, programName: 'edge-vm', cwd: '/', edit: async () => 1,
    }, defaultDeps);
    const [shown, above]: string[][] = [[], []];
    let stopped = 0;
    const progress = liveProgress(session, { show: (text) => shown!.push(text), above: (text) => above!.push(text), stop: () => (stopped += 1) }, (call) => call());
    for (const event of events) progress.onEvent(event);
    progress.onEvent({ type: 'stage', stage: 'booted', seconds: 1, detail: 'a detail that is much longer than the line, and goes on below its begin', at: 0 });
    progress.stop();
    assert.ok(above!.join(' ').includes('the volume is gone'));
    assert.deepEqual(shown!.filter((text) => !text.startsWith('deployed')), ['check credential', 'disk: import 1 %', 'disk: import 2 %', 'scheduled: no node yet']);
    assert.deepEqual(above!.slice(0, 2), ['✔ applied         0.4 s', '✔ disk         1 min 15 s  imported']);
    assert.ok(above!.every((text) => text.split('\n').every((line) => line.length <= 60)), above!.join('\n'));
    assert.equal(above!.at(-1), `✔ booted          1.0 s  a detail that is much longer than\n${' '.repeat(25)}the line, and goes on below its\n${' '.repeat(25)}begin`);
    assert.equal(stopped, 1);
  });

  it('shows no step on a terminal that is skipped at once, and none after its end', () => {
    const waiting: (() => void)[] = [];
    const shown: string[] = [];
    const session = { printer: { style: {} }, io: { stderr: {} } } as never;
    const progress = liveProgress(session, { show: (text) => shown.push(text), above: () => undefined, stop: () => undefined }, (call) => waiting.push(call));
    const step = (name: string, state: 'start' | 'done' | 'skipped'): void => progress.onEvent({ type: 'step', step: name, state, at: 0 });
    const pause = (): void => waiting.splice(0).forEach((call) => call());
    step('create namespace', 'start');
    step('create namespace', 'skipped');
    step('apply', 'start');
    pause();
    step('apply', 'done');
    step('restart', 'start');
    step('restart', 'skipped');
    pause();
    assert.deepEqual(shown, ['apply']);
    step('late', 'start');
    progress.stop();
    pause();
    assert.deepEqual(shown, ['apply']);
  });

  it('leaves the cursor and the line as they were, and nothing on stdout', async () => {
    const { deps } = fakeRooms(readyResult(), tell);
    const { stdout, stderr } = await run(['create', 'gw-01', '--register', '-o', 'json'], { deps, columns: 80 });
    assert.deepEqual(JSON.parse(stdout), readyResult());
    assert.match(stderr, /✔.* disk +1 min 15 s {2}imported/);
    assert.equal(stderr.split('\u001B[?25l').length, stderr.split('\u001B[?25h').length);
  });

  it('--no-color and NO_COLOR take every colour away, the spinner\'s too', async () => {
    const { deps } = fakeRooms(readyResult(), tell);
    for (const options of [{ args: ['--no-color'] }, { args: [], env: { NO_COLOR: '1' } }]) {
      const { stderr } = await run(['create', 'gw-01', '--register', ...options.args], { deps, columns: 80, ...('env' in options ? { env: options.env } : {}) });
      assert.doesNotMatch(stderr, /\u001B\[[\d;]*m/);
    }
  });

  it('does not animate in CI or on a dumb terminal', async () => {
    const { deps } = fakeRooms(readyResult(), tell);
    for (const [name, value] of [['CI', 'true'], ['TERM', 'dumb']] as const) {
      const { stderr } = await run(['create', 'gw-01', '--register'], { deps, columns: 80, env: { [name]: value } });
      assert.match(stderr, /waiting for disk: import 1 %/);
      assert.ok(!stderr.includes('\u001B[?25l'));
    }
  });
});
