import assert from 'node:assert/strict';
import { countEvents } from '../../../src/cli/output/fleet-counts.js';
import { fleetProgress } from '../../../src/cli/output/fleet-progress.js';
import type { LiveLine } from '../../../src/cli/output/progress.js';
import { makeSession, type Session } from '../../../src/cli/run/session.js';
import type { FleetEvent } from '../../../src/fleet/index.js';
import { emptyResult } from '../../../src/readiness/empty-result.js';
import type { ProvisionEvent, Stage } from '../../../src/readiness/types.js';
import type { CauseCode } from '../../../src/support/causes.js';

const of = (name: string, event: ProvisionEvent): FleetEvent => ({ type: 'device', name, namespace: 'edge', event });
const stage = (name: string, to: Stage): FleetEvent => of(name, { type: 'stage', stage: to, seconds: 1, at: 0 });
const step = (name: string, text: string, state: 'start' | 'done'): FleetEvent => of(name, { type: 'step', step: text, state, at: 0 });
const ended = (name: string, code?: CauseCode): FleetEvent => ({ type: 'ended', at: 0, result: { ...emptyResult(name, 'edge'), stage: 'connected', seconds: { connected: 12 }, ...(code === undefined ? {} : { cause: { code, message: 'no node takes it' } }) } });
const phase = (name: 'check' | 'apply', total: number): FleetEvent => ({ type: 'phase', phase: name, total, at: 0 });

describe('cli/fleet-counts', () => {
  it('counts devices by stage, failures, rate and time left', () => {
    const counts = countEvents();
    const take = (...events: FleetEvent[]): void => events.forEach((event) => counts.take(event));
    take(phase('check', 10), step('gw-1', 'try the manifests', 'done'), step('gw-2', 'resolve identity', 'start'), ended('gw-3', 'forbidden'));
    assert.equal(counts.line(500), '2 of 10 checked, 1 failed');
    take(phase('apply', 9), step('gw-1', 'apply', 'start'), stage('gw-2', 'disk'), stage('gw-4', 'running'), stage('gw-5', 'running'));
    assert.equal(counts.line(500), '0 of 9 done, 1 failed; running 2, disk 1, changing 1, to do 5');
    take(ended('gw-2'), ended('gw-4'), ended('gw-5', 'crash-loop'));
    assert.equal(counts.line(60_000), '2 of 9 done, 2 failed; changing 1, to do 5; 3.0/min, about 2 min 00 s left');
    take(...['1', '6', '7', '8', '9', '10'].map((n) => ended(`gw-${n}`)));
    assert.equal(counts.line(60_000), '8 of 9 done, 2 failed');
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

  it('without a terminal: a line for each device that ends, and the numbers if they changed', () => {
    const progress = start();
    for (const event of [phase('apply', 2), stage('gw-1', 'disk'), ended('gw-1'), ended('gw-2', 'unschedulable')]) progress.onEvent(event);
    tick();
    tick();
    assert.deepEqual(lines, ['✔ gw-1  connected  12 s', '✖ gw-2  unschedulable: no node takes it', '  1 of 2 done, 1 failed']);
  });

  it('on a terminal: the numbers in the live line, and only failures above it', () => {
    const shown: string[] = [];
    const progress = start({ show: (text) => shown.push(text), above: (text) => lines.push(text), stop: () => undefined });
    for (const event of [phase('apply', 2), stage('gw-1', 'disk'), ended('gw-1'), ended('gw-2', 'unschedulable')]) progress.onEvent(event);
    assert.deepEqual(lines, ['✖ gw-2  unschedulable: no node takes it']);
    assert.deepEqual(shown.slice(1), ['0 of 2 done; disk 1, to do 1', '1 of 2 done; to do 1', '1 of 2 done, 1 failed']);
  });

  it('shows the same warning of many devices once, with their number at the end', () => {
    const progress = start();
    for (const name of ['gw-1', 'gw-2', 'gw-3']) progress.onEvent(of(name, { type: 'warning', message: `${name} has no login`, at: 0 }));
    progress.onEvent(of('gw-3', { type: 'warning', message: 'another', at: 0 }));
    progress.stop();
    assert.deepEqual(lines, ['warning: gw-1: gw-1 has no login', 'warning: gw-3: another', 'warning: the same for 2 more devices: NAME has no login']);
  });
});
