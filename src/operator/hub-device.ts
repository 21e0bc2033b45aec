import { keyOf } from '../cluster/key.js';
import type { KubeObject } from '../cluster/types.js';
import { ANNOTATION_ABANDON_HUB_DEVICE } from '../spec/labels.js';
import { causeOf } from '../readiness/cause.js';
import { EdgeVmError } from '../support/errors.js';
import { keptError } from '../support/kept-error.js';
import { abandonAdvice, isAbandoned, unlessAbandoned } from './abandon.js';
import { reasonOf, type Wanted } from './conditions.js';
import type { OperatorContext } from './context.js';
import { BUSY, turnInWords } from './first-status.js';
import type { Memory } from './memory.js';
import { nextTry, retryAfterMs } from './refusal.js';
import { registrationIn, statusIn } from './registration.js';
import type { Registration } from './types.js';
import { sentences } from './words.js';

/** Why the device is still in the hub, and when to try again. */
export interface Remaining {
  condition: Wanted;
  /** The same without advice, for a line of a table. */
  inShort: string;
  afterMs: number;
}

/** In place of a fingerprint: the resource is going, and does not change any more. */
const step = 'remove the hub device';
/** Without a credential, only a restart of the operator or the person helps. */
const noCredentialMs = 300_000;
/** An operator that was killed may have sent a request that the hub carries out later: its client waits 10 s for an answer. */
export const LATE_MS = 15_000;

/**
 * Deletes the device in the hub, if the operator registered it. A hub that cannot be reached must not block the deletion for ever:
 * the condition says what is left, and an annotation gives the device up.
 *
 * @param before runs before the hub is asked, which may take half a minute to fail.
 */
export async function removeHubDevice(context: OperatorContext, resource: KubeObject, memory: Memory, signal: AbortSignal, before: () => Promise<void>): Promise<Remaining | undefined> {
  const registration = registrationIn(resource);
  if (registration === undefined || registration.state === 'Adopted') return undefined;
  const { deviceId, hub: hostname } = registration;
  if (isAbandoned(resource, ANNOTATION_ABANDON_HUB_DEVICE)) {
    context.recorder.record(resource, { type: 'Warning', reason: 'HubDeviceAbandoned', message: `device ${deviceId} stays in ${hostname}: it was given up` });
    return undefined;
  }
  const other = context.identities?.otherUser(resource, { hub: hostname, id: deviceId });
  if (other !== undefined) {
    context.recorder.record(resource, { type: 'Warning', reason: 'HubDeviceKept', message: `device ${deviceId} stays in ${hostname}: ${other} uses it` });
    return undefined;
  }
  const hub = context.hubs.hub(hostname);
  if (hub === undefined) return remaining(resource, registration, 'NoHubCredential', 'the operator has no credential for that hub', noCredentialMs);
  const { failed } = memory;
  const now = context.clock.now();
  if (memory.absentSince !== undefined && now < memory.absentSince + LATE_MS) return arriving(registration, memory.absentSince + LATE_MS - now);
  if (failed?.fingerprint === step && now < failed.until) return remaining(resource, registration, reasonOf(failed.error), causeOf(failed.error).message, failed.until - now);
  const turns = context.hubs.turns(hostname);
  const waitMs = turns?.take(`${keyOf(resource.metadata)} deleted`).waitMs ?? 0;
  if (waitMs > 0) return open(BUSY, `device ${deviceId} is still in ${hostname}, which ${turnInWords({ at: now + waitMs, perMinute: turns!.perMinute })}`, waitMs);
  await before();
  try {
    const existed = await unlessAbandoned(context.cluster, resource, ANNOTATION_ABANDON_HUB_DEVICE, signal, (ended) => hub.deleteDevice(deviceId, { signal: ended }));
    if (existed === undefined) return open('Removing', removing(resource, registration).message, 0);
    if (existed) context.recorder.record(resource, { type: 'Normal', reason: 'HubDeviceRemoved', message: `device ${deviceId} deleted in ${hostname}` });
    if (existed || registration.state !== 'Registering' || memory.absentSince !== undefined) return undefined;
    memory.absentSince = context.clock.now();
    return arriving(registration, LATE_MS);
  } catch (thrown) {
    if (context.signal.aborted || !EdgeVmError.is(thrown)) throw thrown;
    // The time of the whole work ran out: a person must see why.
    const error = signal.aborted ? new EdgeVmError('hub-unreachable', `hub ${hostname} has not carried out the request to delete device ${deviceId} in time`) : thrown;
    const attempts = failed?.fingerprint === step ? failed.attempts + 1 : 1;
    const pause = nextTry(error, attempts, context.random) ?? noCredentialMs;
    if (error.code === 'hub-throttled') turns?.pause(retryAfterMs(error));
    memory.failed = { fingerprint: step, error: keptError(error), attempts, until: now + pause };
    return remaining(resource, registration, reasonOf(error), error.message, pause);
  }
}

/** The hub is asked, also for a device whose registration failed: its request may have been carried out. */
export function removing(resource: KubeObject, { deviceId, hub, state }: Registration): Wanted {
  const { cause } = statusIn(resource);
  const why = state !== 'Registering' ? '' : `, because its registration began and did not end${cause === undefined ? '' : ` (${cause.message})`}: it may be there`;
  return { type: 'HubDeviceRemoved', status: 'Unknown', reason: 'Removing', message: `device ${deviceId} is being removed in ${hub}${why}` };
}

/** It is not there yet, or never will be. */
function arriving({ deviceId, hub }: Registration, afterMs: number): Remaining {
  return open('Removing', `device ${deviceId} is not in ${hub}, but a request to register it may still be on its way: the operator looks once more`, afterMs);
}

/** Nothing is wrong. */
function open(reason: Wanted['reason'], message: string, afterMs: number): Remaining {
  return { afterMs, inShort: message, condition: { type: 'HubDeviceRemoved', status: 'Unknown', reason, message } };
}

function remaining(resource: KubeObject, { deviceId, hub, state }: Registration, reason: Wanted['reason'], why: string, afterMs: number): Remaining {
  const where = state === 'Registering' ? `may be in ${hub}, because its registration began and did not end` : `is still in ${hub}`;
  const inShort = `device ${deviceId} ${where}: ${why}`;
  return { afterMs, inShort, condition: { type: 'HubDeviceRemoved', status: 'False', reason, message: sentences(inShort, abandonAdvice(resource, ANNOTATION_ABANDON_HUB_DEVICE, 'the device')) } };
}
