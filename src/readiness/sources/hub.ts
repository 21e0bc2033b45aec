import type { Hub } from '../../hub/types.js';
import { EdgeVmError } from '../../support/errors.js';
import type { Observations } from '../observations.js';
import { guestRecord, instanceOf, isRunning } from '../reading.js';
import { connected } from '../stages/connected.js';
import type { EvaluateOptions } from '../verdict.js';
import { waitUntil } from '../store.js';
import type { Source } from './source.js';

/** Pauses between polls, in milliseconds. */
const idleMs = 2_000;
const earlyMs = 5_000;
const fastMs = 1_000;
const slowMs = 10_000;
/** The number of fast polls after the runtime is configured; then each pause is half as long again. */
const fastPolls = 20;
const pingEveryMs = 5_000;

/**
 * Polls the edge agent's twin while the instance runs (a hub has no watch for it), with jitter, so that many devices do
 * not ask at the same time. It is fast when the guest is configured, then slower and slower, inside the hub's limits. If
 * the twin does not decide, it sends `ping`. If there is no twin, or the hub refuses the guest, it reads the device.
 */
export async function pollHub(source: Source, options: EvaluateOptions, random: () => number): Promise<void> {
  const { hub } = source.context;
  const { observations: o } = source.store;
  if (hub === undefined) return;
  let polls = 0;
  while (!source.signal.aborted) {
    const { id } = o.device;
    const due = id !== null && isRunning(o);
    if (due) await ask(source, hub, id, options);
    const ready = due && isConfigured(o);
    polls = ready ? polls + 1 : 0;
    const pause = !due ? idleMs : ready ? paused(polls) : earlyMs;
    await sleepOrChange(source, pause * (0.75 + random() / 2), ready);
  }
}

/** The guest says that it is configured. A guest that says nothing may be configured at any time. */
function isConfigured(o: Observations): boolean {
  const record = guestRecord(o);
  return record === undefined || record.done.config !== undefined;
}

function paused(polls: number): number {
  return polls <= fastPolls ? fastMs : Math.min(slowMs, fastMs * 1.5 ** (polls - fastPolls));
}

/** Waits, but not longer than until the guest becomes ready: the first poll after that should not be late. */
async function sleepOrChange(source: Source, ms: number, ready: boolean): Promise<void> {
  const { store, signal, context: { clock } } = source;
  const { observations: o } = store;
  const ran = isRunning(o);
  const turned = (): boolean => ran !== isRunning(o) || (!ready && isRunning(o) && guestRecord(o)?.done.config !== undefined);
  await waitUntil(store, turned, { clock, ms, signal });
}

async function ask(source: Source, hub: Hub, id: string, options: EvaluateOptions): Promise<void> {
  const { store, signal, context } = source;
  const { observations: o } = store;
  try {
    const value = await hub.getEdgeAgentTwin(id, { signal });
    const device = value === undefined || isRefused(o) ? await lookUp(source, hub, id, value !== undefined) : undefined;
    store.update(() => {
      o.hub.twin = { value, at: context.clock.now() };
      delete o.hub.problem;
      if (device === undefined) delete o.hub.device;
      else o.hub.device = device;
    });
    if (needsPing(o, options, context.clock.now())) await ping(source, hub, id);
  } catch (error) {
    if (signal.aborted) return;
    if (!EdgeVmError.is(error)) throw error;
    if (error.code === 'hub-forbidden') source.warn(`the hub credential cannot read twins, so edge-vm uses the guest’s own report: ${error.message}`);
    store.update(() => {
      o.hub.problem = error.message;
    });
  }
}

/** The guest does not know why the hub refuses its device: a disabled device also has a twin, and gets the same answer as a wrong key. */
export function isRefused(o: Observations): boolean {
  const agent = guestRecord(o)?.agent;
  return agent?.connected === false && (agent.code === 'unauthorized' || agent.code === 'not-edge-enabled');
}

/** The device in the registry. If its twin is known, the right to read the registry is not needed. */
async function lookUp({ signal, context: { clock } }: Source, hub: Hub, id: string, optional: boolean): Promise<Observations['hub']['device']> {
  try {
    return { value: await hub.getDevice(id, { signal }), at: clock.now() };
  } catch (error) {
    if (optional && EdgeVmError.is(error) && error.code === 'hub-forbidden') return undefined;
    throw error;
  }
}

/** The agent has connected at some time, and its twin does not say whether it is connected now. */
export function needsPing(o: Observations, options: EvaluateOptions, now: number): boolean {
  const reported = o.hub.twin?.value?.reported;
  if (reported?.lastDesiredStatus?.code === undefined || !isConfigured(o)) return false;
  if (connected(o, options).status === 'True') return false;
  return o.hub.ping === undefined || now - o.hub.ping.at >= pingEveryMs;
}

async function ping(source: Source, hub: Hub, id: string): Promise<void> {
  const at = source.context.clock.now();
  const asked = instanceOf(source.store.observations);
  const value = await hub.ping(id, { signal: source.signal, timeoutSeconds: 5 });
  source.store.update((o) => {
    o.hub.ping = { value, at, ...asked };
  });
}
