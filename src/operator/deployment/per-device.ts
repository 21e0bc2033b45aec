import type { KubeObject } from '../../cluster/types.js';
import { causeOf } from '../../readiness/cause.js';
import type { Hub } from '../../hub/types.js';
import { EdgeVmError } from '../../support/errors.js';
import { inParallel } from '../../support/parallel.js';
import { at } from '../../support/plain.js';
import type { TwinAnswer } from '../context.js';
import { nextTry } from '../refusal.js';
import { registrationIn } from '../registration.js';
import { lookForDrift } from './module-drift.js';
import { limitOf, noteBusy, whyBusy } from './busy.js';
import type { DeploymentMemory, Seen } from './memory.js';
import { targetOf } from './select.js';
import { settleDevice } from './settle-device.js';
import type { QueryBudget } from './query-budget.js';
import { keyOfTarget as keyOf, type DeploymentContext, type Target } from './types.js';
import type { Wanted } from './wanted.js';

/** Devices of one EdgeDeployment that are asked and written at the same time. */
const concurrency = 4;
/** A look ends after this time and goes on later, so that the status shows how far it is. */
const longestMs = 5_000;

/** What has to be known to bring a manifest to devices. */
export interface PerDevice {
  context: DeploymentContext;
  resource: KubeObject;
  memory: DeploymentMemory;
  wanted: Wanted;
  budget: QueryBudget;
}

/** Where a device stands after a look. */
export interface Standing {
  device: KubeObject;
  target: Target | undefined;
  answer: TwinAnswer | undefined;
  applied: boolean;
  /** Why it is not applied. */
  message?: string;
  /** It failed, so that somebody should know. */
  isFailed: boolean;
  /** It waits for the limit of its hub. */
  isBusy?: boolean;
  version?: number | undefined;
}

/** What the hub was made to want of one device, for the Events. */
interface Change {
  device: string;
  fields: readonly string[];
  isDrift: boolean;
}

/** Makes the hub want the manifest of each of the devices. An error of one device leaves the others alone. */
export async function applyToDevices(work: PerDevice, devices: readonly KubeObject[]): Promise<{ standings: Standing[]; afterMs: number | undefined }> {
  const { context, memory, wanted } = work;
  const { clock, signal } = context;
  const start = clock.now();
  const changes: Change[] = [];
  /** Hubs that do not answer. */
  const away = new Map<string, EdgeVmError>();
  await lookForDrift(work, devices);
  const standings = new Map(devices.map((device) => [device, standingOf(work, device)]));
  const due = byLastRead(work, [...standings.values()]).filter((one) => isDue(work, one));
  await inParallel(due, concurrency, async ({ device, target }) => {
    if (target === undefined || signal.aborted || away.has(target.hub) || isBusy(work, target) || clock.now() - start > longestMs) return;
    const hub = context.hubs.hub(target.hub);
    if (hub === undefined) return;
    const change = await settle(work, device, target, hub, away);
    if (change !== undefined) changes.push(change);
    standings.set(device, standingOf(work, device));
  });
  tell(work, changes);
  const left = due.filter(({ device, target }) => target !== undefined && !away.has(target.hub) && standings.get(device)?.applied !== true && !isPaused(work, target));
  // The calls had to wait for their turns.
  for (const { target } of left) if (target !== undefined && limitOf(context.hubs, target.hub) !== undefined) noteBusy(memory, target.hub, undefined, clock.now());
  const waiting = endOfWaits(work, standings);
  const next = [...memory.failed.values()].filter(({ digest }) => digest === wanted.digest).map(({ until }) => Math.max(0, until - clock.now()));
  return { standings: [...standings.values()], afterMs: least(left.length > 0 ? 100 : undefined, ...next, ...waiting, ...[...away.values()].map((error) => nextTry(error, 4, Math.random))) };
}

/** Devices that wait for a hub say so; milliseconds until its next call. A hub for which no device waits is busy no more. */
function endOfWaits(work: PerDevice, standings: Map<KubeObject, Standing>): number[] {
  const { busy } = work.memory;
  const waited = new Set<string>();
  for (const { device, target, applied } of standings.values()) {
    if (applied || target === undefined) continue;
    const now = standingOf(work, device);
    standings.set(device, now);
    if (now.isBusy === true) waited.add(target.hub.toLowerCase());
  }
  for (const hub of busy.keys()) if (!waited.has(hub)) busy.delete(hub);
  return [...busy.values()].map((until) => Math.max(0, until - work.context.clock.now()));
}

async function settle({ context, memory, wanted }: PerDevice, device: KubeObject, target: Target, hub: Hub, away: Map<string, EdgeVmError>): Promise<Change | undefined> {
  const { clock, signal } = context;
  const key = keyOf(target);
  const before = memory.seen.get(key);
  memory.drifted.delete(key);
  try {
    const at = clock.now();
    const { changed, version } = await settleDevice(hub, target.deviceId, wanted, signal);
    memory.seen.set(key, { digest: wanted.digest, version, at: changed.length > 0 ? clock.now() : at });
    memory.failed.delete(key);
    return changed.length === 0 ? undefined : { device: device.metadata.name, fields: changed, isDrift: before?.digest === wanted.digest };
  } catch (error) {
    if (signal.aborted || !EdgeVmError.is(error)) throw error;
    if (error.code === 'hub-throttled') {
      noteBusy(memory, target.hub, error, clock.now());
      return undefined;
    }
    // A hub that is away says nothing about what it wants of the device.
    if (error.code === 'hub-unreachable') away.set(target.hub, error);
    else memory.seen.delete(key);
    const attempts = (memory.failed.get(key)?.attempts ?? 0) + 1;
    // A hub that refuses the content today may have other limits tomorrow, and the device may become an edge device.
    const pause = nextTry(error, attempts, Math.random) ?? 300_000;
    memory.failed.set(key, { digest: wanted.digest, message: causeOf(error).message, attempts, until: clock.now() + pause });
    return undefined;
  }
}

function standingOf({ context: { hubs }, memory, wanted }: PerDevice, device: KubeObject): Standing {
  const target = targetOf(device);
  if (target === undefined) return { device, target, answer: undefined, applied: false, isFailed: false, message: 'the device has no identity in a hub yet' };
  const { answer, problem } = hubs.twin(target.hub, target.deviceId);
  const about = { device, target, answer };
  if (hubs.hub(target.hub) === undefined) return { ...about, applied: false, isFailed: true, message: `the operator has no credential for hub ${target.hub}` };
  const seen = memory.seen.get(keyOf(target));
  if (seen?.digest === wanted.digest && !isOutdated(seen, answer)) return { ...about, applied: true, isFailed: false, version: seen.version };
  const failed = memory.failed.get(keyOf(target));
  const isFailing = failed?.digest === wanted.digest;
  // It was applied together with its EdgeDeployment, or the hub cannot be reached for both.
  if (isFailing && isComing(device)) return { ...about, applied: false, isFailed: false, message: 'the device is not registered in its hub yet' };
  if (isFailing) return { ...about, applied: false, isFailed: true, message: failed.message };
  if (memory.busy.has(target.hub.toLowerCase())) return { ...about, applied: false, isFailed: false, isBusy: true, message: `other devices come first: ${whyBusy(hubs, target.hub)}` };
  return { ...about, applied: false, isFailed: false, message: problem ?? 'the deployment is not applied yet' };
}

/** The operator has still to register it. */
function isComing(device: KubeObject): boolean {
  const state = registrationIn(device)?.state;
  return at(device.spec, 'identity', 'register') !== undefined && (state === undefined || state === 'Registering');
}

/** The query shows a newer version than the one that was seen. An older version is an old answer. */
function isOutdated({ version }: Seen, answer: TwinAnswer | undefined): boolean {
  const now = answer?.value?.desired.$version;
  return now !== undefined && version !== undefined && now > version;
}

function isDue(work: PerDevice, { target, applied, isFailed }: Standing): boolean {
  if (target === undefined || work.context.hubs.hub(target.hub) === undefined) return false;
  if (isFailed || !applied) return !isPaused(work, target);
  return work.memory.drifted.has(keyOf(target));
}

/** Those first that were read longest ago, so that each has its turn, then by name. */
function byLastRead({ memory }: PerDevice, standings: readonly Standing[]): Standing[] {
  const at = ({ target }: Standing): number => (target === undefined ? 0 : (memory.seen.get(keyOf(target))?.at ?? 0));
  return standings.toSorted((a, b) => at(a) - at(b) || (a.device.metadata.name < b.device.metadata.name ? -1 : 1));
}

function isPaused(work: PerDevice, target: Target): boolean {
  const { memory, wanted, context } = work;
  const failed = memory.failed.get(keyOf(target));
  return isBusy(work, target) || failed?.digest === wanted.digest && failed.until > context.clock.now();
}

/** The hub wants to be left alone. */
function isBusy({ memory, context }: PerDevice, { hub }: Target): boolean {
  return (memory.busy.get(hub.toLowerCase()) ?? 0) > context.clock.now();
}

/** One Event for many devices. */
function tell({ context, resource }: PerDevice, changes: readonly Change[]): void {
  const drifted = changes.filter(({ isDrift }) => isDrift);
  const others = changes.filter(({ isDrift }) => !isDrift).map(({ device }) => device);
  const names = (list: readonly string[]): string => (list.length <= 5 ? list.join(', ') : `${list.slice(0, 5).join(', ')} and ${list.length - 5} more`);
  if (others.length > 0) context.recorder.record(resource, { type: 'Normal', reason: 'Applied', message: `applied to ${names(others)}` });
  if (drifted.length > 0) context.recorder.record(resource, { type: 'Normal', reason: 'Restored', message: `put back what was changed in the hub: ${names(drifted.map(({ device, fields }) => `${device} (${names(fields)})`))}` });
}

function least(...times: (number | undefined)[]): number | undefined {
  const known = times.filter((one) => one !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
