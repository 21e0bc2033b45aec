import assert from 'node:assert/strict';
import fc from 'fast-check';
import { countEvents } from '../../../src/cli/output/fleet-counts.js';
import { fleetProgress } from '../../../src/cli/output/fleet-progress.js';
import type { LiveLine } from '../../../src/cli/output/progress.js';
import { makeSession, type Session } from '../../../src/cli/run/session.js';
import type { FleetEvent } from '../../../src/fleet/index.js';
import { emptyResult } from '../../../src/readiness/empty-result.js';
import { printWarnings } from '../../../src/cli/output/fleet-warnings.js';
import { printFleetSummary } from '../../../src/cli/output/fleet-summary.js';
import { summaryOf } from '../../../src/fleet/outcome.js';
import type { Change, DeviceResult, ProvisionEvent, Stage } from '../../../src/readiness/types.js';
import type { HubTrouble } from '../../../src/hub/types.js';
import type { CauseCode } from '../../../src/support/causes.js';

const of = (name: string, event: ProvisionEvent): FleetEvent => ({ type: 'device', name, namespace: 'edge', event });
const stage = (name: string, to: Stage): FleetEvent => of(name, { type: 'stage', stage: to, seconds: 1, at: 0 });
const step = (name: string, text: string, state: 'start' | 'done'): FleetEvent => of(name, { type: 'step', step: text, state, at: 0 });
const ended = (name: string, code?: CauseCode): FleetEvent => ({ type: 'ended', at: 0, result: { ...emptyResult(name, 'edge'), stage: 'connected', seconds: { connected: 12 }, ...(code === undefined ? {} : { cause: { code, message: 'no node takes it' } }) } });
const endedAt = (at: number, name: string, code?: CauseCode): FleetEvent => ({ ...ended(name, code), at }) as FleetEvent;
const phase = (name: 'check' | 'apply' | 'delete', total: number): FleetEvent => ({ type: 'phase', phase: name, total, at: 0 });

describe('cli/fleet-counts', () => {
  it('counts devices by stage, failures, rate and time left', () => {
    const counts = countEvents();
    const take = (...events: FleetEvent[]): void => events.forEach((event) => counts.take(event));
    take(phase('check', 10), step('gw-1', 'try the manifests', 'done'), step('gw-2', 'resolve identity', 'start'), ended('gw-3', 'forbidden'));
    assert.equal(counts.line(500), '1 of 10 checked, 1 failed; to do 8');
    take(phase('apply', 9), step('gw-1', 'apply', 'start'), stage('gw-2', 'disk'), stage('gw-4', 'running'), stage('gw-5', 'running'));
    assert.equal(counts.line(500), '0 of 10 done, 1 failed; running 2, disk 1, changing 1, to do 5');
    take(endedAt(60_000, 'gw-2'), endedAt(60_000, 'gw-4'), endedAt(60_000, 'gw-5', 'crash-loop'));
    assert.equal(counts.line(60_000), '2 of 10 done, 2 failed; changing 1, to do 5; 3.0/min, about 2 min left');
    take(...['1', '6', '7', '8', '9', '10'].map((n) => ended(`gw-${n}`)));
    assert.equal(counts.line(60_000), '8 of 10 done, 2 failed');
  });

  it('counts devices that are applied while others are still checked', () => {
    const counts = countEvents();
    const take = (...events: FleetEvent[]): void => events.forEach((event) => counts.take(event));
    const passes = (name: string): FleetEvent => step(name, 'try the manifests', 'done');
    take(phase('check', 5), passes('gw-1'), step('gw-1', 'apply', 'start'), passes('gw-2'), stage('gw-2', 'applied'), ended('gw-2'), passes('gw-3'));
    assert.equal(counts.line(500), '3 of 5 checked; to do 2');
    take(ended('gw-4', 'forbidden'), passes('gw-5'), phase('apply', 3));
    assert.equal(counts.line(500), '1 of 5 done, 1 failed; changing 1, to do 2', 'gw-1 goes on, gw-3 and gw-5 wait');
  });

  it('adds up to all devices of the run, whatever happens', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const name = fc.constantFrom(...names);
    const event = fc.oneof(
      name.map((of) => ended(of)), name.map((of) => ended(of, 'crash-loop')), name.map((of) => ended(of, 'interrupted')),
      fc.tuple(name, fc.constantFrom<Stage>('applied', 'disk', 'running')).map(([of, to]) => stage(of, to)),
      name.map((of) => step(of, 'try the manifests', 'done')), name.map((of) => step(of, 'apply', 'start')),
    );
    fc.assert(fc.property(fc.array(event, { maxLength: 12 }), fc.array(event, { maxLength: 12 }), fc.array(event, { maxLength: 12 }), (check, apply, removal) => {
      const counts = countEvents();
      const over = new Set<string>();
      const sums = (events: readonly FleetEvent[]): void => {
        for (const one of events) {
          counts.take(one);
          if (one.type === 'ended') over.add(one.result.name);
          const line = counts.line(1000);
          const [head, states = ''] = line.split('; ') as [string, string?];
          const numbers = [/^\d+/.exec(head)![0], ...[...head.matchAll(/, (\d+) (?:failed|interrupted)/g)].map(([, n]) => n), ...[...states.matchAll(/[a-z ]+ (\d+)/g)].map(([, n]) => n)];
          assert.equal(numbers.reduce((sum, n) => sum + Number(n), 0), names.length, line);
          assert.match(head, / of 6 /);
        }
      };
      sums([phase('check', names.length), ...check]);
      // As in a run with --prune: the apply counts all that have not ended, the deletion only the rest of them.
      sums([phase('apply', names.length - over.size), ...apply]);
      sums([phase('delete', names.length - over.size), ...removal]);
    }));
  });

  it('tells no rate and time left while nothing ends, and none of interrupted devices', () => {
    const counts = countEvents();
    for (const event of [phase('apply', 5), ...['1', '2', '3', '4'].map((n) => endedAt(4000, `gw-${n}`))]) counts.take(event);
    assert.equal(counts.line(4000), '4 of 5 done; to do 1; 60/min, about 5 s left');
    assert.equal(counts.line(30_000), '4 of 5 done; to do 1');
    const stopped = countEvents();
    for (const event of [phase('apply', 5), ...['1', '2', '3', '4'].map((n) => endedAt(4000, `gw-${n}`, 'interrupted'))]) stopped.take(event);
    assert.equal(stopped.line(4000), '0 of 5 done, 4 interrupted; to do 1');
  });

  it('leaves out what has no room, and cuts no word', () => {
    const counts = countEvents();
    for (const event of [phase('apply', 9), ...['1', '2', '3'].map((n) => endedAt(4000, `gw-${n}`)), stage('gw-4', 'running'), stage('gw-5', 'disk')]) counts.take(event);
    const line = (room: number): string => counts.line(4000, room);
    assert.deepEqual([line(80), line(60), line(40), line(30), line(20), line(5)], [
      '3 of 9 done; running 1, disk 1, to do 4; 45/min, about 10 s left', '3 of 9 done; running 1, disk 1, to do 4; about 10 s left',
      '3 of 9 done; running 1, disk 1, to do 4', '3 of 9 done; running 1, …', '3 of 9 done; …', '3 of 9 done',
    ]);
  });

  it('says of a dry run that devices are checked, not deleted', () => {
    const counts = countEvents();
    for (const event of [{ ...phase('delete', 2), dryRun: true } as FleetEvent, ended('gw-1')]) counts.take(event);
    assert.equal(counts.line(0), '1 of 2 checked; to do 1');
    counts.take(phase('delete', 2));
    assert.equal(counts.line(0), '1 of 3 deleted; to do 2');
  });

  it('a stage that was lost counts no more', () => {
    const counts = countEvents();
    for (const event of [phase('apply', 1), stage('gw-1', 'running'), of('gw-1', { type: 'lost', stage: 'running', message: '', at: 0 })]) counts.take(event);
    assert.equal(counts.line(0), '0 of 1 done; applied 1');
  });
});

describe('cli/fleet-progress', () => {
  let lines: string[];
  let session: Session;
  let tick: () => void;
  let now: number;
  beforeEach(() => {
    lines = [];
    now = 0;
    const stream = { write: (text: string) => lines.push(...text.trimEnd().split('\n')) };
    session = makeSession({ stdin: { async *[Symbol.asyncIterator]() { yield ''; } }, stdout: stream, stderr: stream, env: { NO_COLOR: '1' }, now: () => now, sleep: async () => undefined, signal: new AbortController().signal, programName: 'edge-vm', cwd: '/', edit: async () => 1 }, {} as never);
  });
  const start = (line?: LiveLine): ReturnType<typeof fleetProgress> => fleetProgress(session, line, (_ms, call) => {
    tick = call;
    return () => undefined;
  });

  it('without a terminal: a line for each device that ends, and the numbers at each tick', () => {
    const progress = start();
    for (const event of [phase('apply', 2), stage('gw-1', 'disk'), ended('gw-1'), ended('gw-2', 'unschedulable')]) progress.onEvent(event);
    tick();
    tick();
    assert.deepEqual(lines, ['✔ gw-1  connected  12 s', '✖ gw-2  unschedulable: no node takes it', '  1 of 2 done, 1 failed', '  1 of 2 done, 1 failed']);
  });

  it('shows once what refuses devices before anything of them changes, also while others are applied', () => {
    const progress = start();
    const refused = (name: string, changes: Change[] = []): FleetEvent => ({ type: 'ended', at: 0, result: { ...emptyResult(name, 'edge'), changes, cause: { code: 'hub-forbidden', message: `no right to register ${name}` } } });
    const made: Change = { kind: 'Secret', name: 's', outcome: 'created' };
    for (const event of [phase('apply', 4), refused('gw-1'), refused('gw-2', [{ ...made, outcome: 'unchanged' }]), refused('gw-3'), refused('gw-4', [made])]) progress.onEvent(event);
    tick();
    assert.deepEqual(lines, ['✖ gw-1  hub-forbidden: no right to register gw-1', '✖ gw-4  hub-forbidden: no right to register gw-4', '  0 of 4 done, 4 failed']);
    lines.length = 0;
    // A device that has begun, or that is only waited for, is not refused.
    for (const event of [phase('apply', 2), ended('gw-5', 'crash-loop'), ended('gw-6', 'crash-loop'), { ...phase('apply', 2), phase: 'wait' } as FleetEvent, refused('gw-7'), refused('gw-8')]) progress.onEvent(event);
    assert.deepEqual(lines.map((one) => one.slice(0, 6)), ['✖ gw-5', '✖ gw-6', '✖ gw-7', '✖ gw-8']);
  });

  it('on a terminal: the numbers in the live line, and only failures above it', () => {
    const shown: string[] = [];
    const progress = start({ show: (text) => shown.push(text), above: (text) => lines.push(text), stop: () => undefined });
    for (const event of [phase('apply', 2), stage('gw-1', 'disk'), ended('gw-1'), ended('gw-2', 'unschedulable')]) progress.onEvent(event);
    assert.deepEqual(lines, ['✖ gw-2  unschedulable: no node takes it']);
    progress.onEvent(ended('gw-3', 'interrupted'));
    assert.equal(lines.length, 1);
    assert.deepEqual(shown.slice(1, -1), ['0 of 2 done; disk 1, to do 1', '1 of 2 done; to do 1', '1 of 2 done, 1 failed']);
  });

  it('names a device once, also if its message begins with the name', () => {
    const late = (name: string): DeviceResult => ({ ...emptyResult(name, 'edge'), cause: { code: 'timed-out', message: `${name} did not reach running in 2 s` } });
    start().onEvent({ type: 'ended', at: 0, result: late('gw-1') });
    const items = [late('gw-1'), late('gw-2')];
    printFleetSummary({ items, summary: summaryOf(items, 2) }, session, { done: 'are ready' });
    assert.equal(lines[0], '✖ gw-1  timed-out: did not reach running in 2 s');
    assert.deepEqual(lines.slice(-2), ['  gw-1, gw-2', '  gw-1: did not reach running in 2 s']);
  });

  it('tells while the hub holds its calls up', () => {
    let trouble: HubTrouble | undefined;
    const repeat = (_ms: number, call: () => void): (() => void) => {
      tick = call;
      return () => undefined;
    };
    const progress = fleetProgress(session, undefined, repeat, () => trouble);
    progress.onEvent(phase('apply', 2));
    trouble = { code: 'hub-throttled', message: 'hub h throttles: cannot register devices for 9 s' };
    tick();
    const shown: string[] = [];
    fleetProgress(session, { show: (text) => shown.push(text), above: () => undefined, stop: () => undefined }, repeat, () => trouble).onEvent(phase('apply', 2));
    trouble = undefined;
    tick();
    assert.deepEqual(lines, ['  0 of 2 done; to do 2; hub h throttles: cannot register devices for 9 s']);
    assert.deepEqual(shown, ['0 of 2 done; to do 2; the hub throttles', '0 of 2 done; to do 2']);
  });

  it('the summary counts each device once, and pruned ones apart', () => {
    const result = (name: string, outcome: Change['outcome'], code?: CauseCode): DeviceResult => ({ ...emptyResult(name, 'edge'), changes: [{ kind: 'VirtualMachine', name, outcome }], ...(code === undefined ? {} : { cause: { code, message: code } }) });
    const say = (items: DeviceResult[], words: Parameters<typeof printFleetSummary>[2]): string => {
      lines.length = 0;
      printFleetSummary({ items, summary: summaryOf(items, 1.4) }, session, words);
      return lines.filter((line) => line.includes(' device')).join('\n');
    };
    assert.match(say([result('a', 'deleted', 'interrupted'), result('b', 'deleted', 'interrupted')], { done: 'are deleted' }), /^0 of 2 devices are deleted after 1\.4 s: 2 interrupted\n/);
    assert.equal(say([result('a', 'created'), result('b', 'unchanged'), result('c', 'deleted')], { done: 'are ready', applied: 2 }), '2 of 2 devices are ready after 1.4 s: 1 created, 1 unchanged\n1 of 1 device is deleted');
    assert.equal(say([result('a', 'created')], { done: 'would be applied', dryRun: 'client' }), '1 of 1 device would be applied (client dry run) after 1.4 s: 1 to create');
    assert.equal(say([result('a', 'created')], { done: 'have reached disk' }), '1 of 1 device has reached disk after 1.4 s: 1 created');
    const partly: DeviceResult = { ...result('a', 'created', 'interrupted'), changes: [{ kind: 'Secret', name: 'a', outcome: 'created' }] };
    assert.deepEqual([summaryOf([partly], 0).changed, summaryOf([partly], 0).interrupted, summaryOf([partly], 0).failed], [0, 1, 0]);
  });

  it('has a number, a group and a mark of its own for devices that were not read in time', () => {
    const late = (name: string, unread: boolean): DeviceResult => ({ ...emptyResult(name, 'edge'), stage: 'disk', cause: { code: 'timed-out', message: `${name} is late`, hint: 'Wait again.', advice: [{ do: 'wait', name, namespace: 'edge', waitFor: 'running' }] }, ...(unread ? { unread: true } : {}) });
    const items = [late('a', true), late('b', false), late('c', true)];
    const counts = countEvents();
    counts.take(phase('apply', 4));
    const progress = start();
    for (const result of items) {
      counts.take({ type: 'ended', result, at: 0 });
      progress.onEvent({ type: 'ended', result, at: 0 });
    }
    assert.match(counts.line(0), /^0 of 4 done, 1 failed, 2 not read; to do 1/);
    printFleetSummary({ items, summary: summaryOf(items, 1.4) }, session, { done: 'have reached running' });
    assert.deepEqual(lines.slice(0, 3), ['? a  not read: is late', '✖ b  timed-out: is late', '? c  not read: is late']);
    const text = lines.join('\n');
    assert.match(text, /0 of 3 devices have reached running after 1\.4 s: 1 failed, 2 not read\n/);
    assert.match(text, /timed-out \(not read\): 2 devices\n {2}a, c\n[^]*hint: Wait again \(--timeout\)\.?\n[^]*timed-out: 1 device\n {2}b\n[^]*hint: Wait again: edge-vm wait b -n edge/);
  });

  it('says a warning of many results once, with all their names', () => {
    const warned = (name: string, ...warnings: string[]): DeviceResult => ({ ...emptyResult(name, 'edge'), warnings });
    printWarnings([warned('gw-1', 'gw-1 has no login', 'the hub is slow'), warned('gw-2', 'gw-2 has no login'), warned('gw-3', 'the hub is slow')], session);
    assert.deepEqual(lines, ['warning: gw-1: has no login (the same for gw-2)', 'warning: gw-1: the hub is slow (the same for gw-3)']);
  });

  it('shows the same warning of many devices once, with their number at the end', () => {
    const progress = start();
    for (const name of ['gw-1', 'gw-2', 'gw-3']) progress.onEvent(of(name, { type: 'warning', message: `${name} has no login`, at: 0 }));
    progress.onEvent(of('gw-3', { type: 'warning', message: 'another', at: 0 }));
    progress.stop();
    assert.deepEqual(lines, ['warning: gw-1: has no login', 'warning: gw-3: another', 'warning: the same for 2 more devices (gw-2, gw-3) as for gw-1: has no login']);
  });
});
