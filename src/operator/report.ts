import { isDeepStrictEqual } from 'node:util';
import { EdgeDevice } from '../cluster/kinds.js';
import { ref } from '../cluster/ref.js';
import type { KubeObject } from '../cluster/types.js';
import type { EdgeAgentTwin } from '../hub/types.js';
import { causeOf } from '../readiness/cause.js';
import { isPull, pullFailsAt } from '../readiness/pull.js';
import { resultOf } from '../readiness/result.js';
import type { Cause, DeviceResult } from '../readiness/types.js';
import { ANNOTATION_EDGE_VERSION } from '../spec/labels.js';
import { EdgeVmError, InvalidInputError } from '../support/errors.js';
import { at, textAt } from '../support/plain.js';
import { mergePatchOf } from '../support/merge-patch.js';
import { accepted, inFull, passedOn, reasonOf, stamp, upToDate, type Wanted } from './conditions.js';
import type { OperatorContext } from './context.js';
import { claimsBefore, claimsOf, diskGoes, isOfLoss } from './disk-goes.js';
import { tellOf } from './events.js';
import { judge, options } from './judge.js';
import { lastingFailure } from './lasting.js';
import { dueLook } from './looks.js';
import type { Memory } from './memory.js';
import { observe } from './observe.js';
import type { Provided } from './provide.js';
import { statusIn } from './registration.js';
import { observedStatus } from './status.js';
import type { EdgeDeviceStatus, StatusCondition } from './types.js';

/** When a device that is not ready is judged again, because some verdicts depend on the time alone. It sends nothing. */
const againMs = 60_000;

/** A status is not written more often than so, if nothing differs that somebody waits for: stages often pass within seconds. */
const stageMs = 4_000;
/** Less often while the stage stays, e.g. for the progress of an import. */
const sameStageMs = 10_000;
/** When a device becomes ready, its last look, its guest agent and the hub's state of the connection follow within some seconds. */
const justReadyMs = 20_000;

/** What comes next for a device, in milliseconds since the epoch. */
export interface Next {
  /** Judge it again. */
  judgeAt: number | undefined;
  /** Look at its console, its events or the registry. */
  lookAt: number | undefined;
}

/** Observes the device, judges it, and writes its status and Events, if something differs. */
export async function report(context: OperatorContext, provided: Provided, memory: Memory): Promise<Next> {
  const { resource, refusal } = provided;
  const before = statusIn(resource);
  const o = await observe(context, resource, memory, EdgeVmError.is(refusal) && refusal.code === 'not-owned');
  const { evaluation, tracked } = judge(o, memory.track, before);
  memory.track = tracked.track;
  const lasting = lastingFailure(memory, tracked.failure, evaluation, o);
  const cause = refusal === undefined ? inOperator(lasting.failure, resource) : causeOf(refusal);
  const { name, namespace = '' } = resource.metadata;
  const result = resultOf({ observations: o, evaluation, track: tracked.track, seconds: {}, warnings: [], ...(cause === undefined ? {} : { cause }) }, { name, namespace, waitFor: options.waitFor });
  const { generation = 0 } = resource.metadata;
  // Else the change would count as applied.
  const observed = provided.waits === undefined ? generation : before.observedGeneration;
  const claims = await claimsOf(context.cluster, o, context.signal);
  const goes = diskGoes(o, claims, claimsBefore(memory, o, claims, conditionOf(before, 'DiskReady')));
  const runtime = o.vm?.metadata.annotations?.[ANNOTATION_EDGE_VERSION];
  const status: EdgeDeviceStatus = {
    ...observedStatus(result, o.hub.twin?.value, runtime),
    ...(observed === undefined ? {} : { observedGeneration: observed }),
    ...(provided.registration === undefined ? {} : { registration: provided.registration }),
    conditions: stamp(conditionsOf(result, provided).map((one) => (one.type === 'DiskReady' ? { ...one, ...goes } : one)), before.conditions, observed ?? 0, o.now),
  };
  const free = memory.writtenAt + pauseAfter(before, status, memory);
  const early = provided.changes.length === 0 && isDetail(before, status) && o.now < free ? free : undefined;
  if (early === undefined) {
    const written = await writeStatus(context, resource, status);
    if (written !== resource) Object.assign(memory, { writtenAt: o.now, wroteReady: result.ready && !isReady(before) });
    tellOf(context.recorder, resource, before, status, provided);
  }
  return { judgeAt: earliest(tracked.recheckAt, lasting.until, provided.retryAt, early, endOfPull(o.hub.twin?.value, o.now), result.ready ? undefined : o.now + againMs), lookAt: dueLook(o, evaluation, memory, context.random) };
}

/** The readiness rules know only persons who create devices. */
function inOperator(failure: Cause | undefined, { spec }: KubeObject): Cause | undefined {
  const isRegistered = at(spec, 'identity', 'register') !== undefined;
  const hint = failure?.code === 'vm-deleted' ? 'The operator makes it again.'
    : failure?.code === 'device-not-found' && isRegistered ? 'The operator registers it again. The guest gets the new key at a first boot: raise spec.firstBootGeneration, and restart the VM.' : undefined;
  if (failure === undefined || hint === undefined) return failure;
  const { advice: _advice, ...rest } = failure;
  return { ...rest, hint };
}

/** `Ready` is first, and says what refuses the device if something does. */
function conditionsOf(result: DeviceResult, provided: Provided): Wanted[] {
  const { resource, refusal, isApplied } = provided;
  const [ready, ...rest] = result.conditions.map(passedOn);
  const refused = refusal === undefined ? undefined : { reason: reasonOf(refusal), message: inFull(causeOf(refusal)) };
  return [
    refused === undefined ? ready! : { ...ready!, status: 'False', ...refused },
    refused === undefined ? acceptedOf(provided) : { ...accepted, status: 'False', ...refused },
    upToDate(result, isApplied),
    // The key that the resource wants is another one than that of the running device.
    ...rest.map((one) => (one.type === 'IdentityVerified' && refused !== undefined ? { ...one, ...identityRefused(refusal, resource, refused) } : one)),
  ];
}

/** What was accepted before stays so until the spec changes. */
function acceptedOf({ resource, waits }: Provided): Wanted {
  const { observedGeneration, conditions = [] } = statusIn(resource);
  const before = conditions.find(({ type }) => type === accepted.type);
  if (waits === undefined) return accepted;
  return before !== undefined && observedGeneration === resource.metadata.generation ? passedOn(before) : { ...accepted, status: 'Unknown', ...waits };
}

/** What an error says about the identity that the resource wants; nothing if it is about something else. */
function identityRefused(refusal: unknown, { spec }: KubeObject, refused: Pick<Wanted, 'reason' | 'message'>): Partial<Wanted> {
  if (!EdgeVmError.is(refusal)) return {};
  const isRefused = ['unauthorized', 'device-not-found', 'device-disabled', 'not-edge-enabled'].includes(refusal.code)
    || (refusal instanceof InvalidInputError && refusal.problems.some(({ field }) => field.startsWith('spec.identity')));
  if (isRefused) return { status: 'False', ...refused };
  const secret = textAt(spec, 'identity', 'connectionString', 'secretRef', 'name');
  return secret !== undefined && refusal.details['secret'] === secret ? { status: 'Unknown', ...refused } : {};
}

/** Milliseconds after the last write in which a detail is not written. */
function pauseAfter(before: EdgeDeviceStatus, { stage }: EdgeDeviceStatus, { wroteReady }: Memory): number {
  if (before.stage !== stage) return stageMs;
  return wroteReady ? justReadyMs : sameStageMs;
}

/** True if nothing differs that somebody waits for. A stage is no such thing: `Ready` and a cause are. */
function isDetail(before: EdgeDeviceStatus, now: EdgeDeviceStatus): boolean {
  const weighty = (status: EdgeDeviceStatus): unknown => {
    const { observedGeneration, registration, cause, pending } = status;
    const { reason } = conditionOf(status, 'DiskReady') ?? {};
    return [observedGeneration, registration?.state, cause?.code, pending?.effect, isOfLoss(reason) && reason, ...['Ready', 'Accepted', 'UpToDate', 'Connected'].map((type) => conditionOf(status, type)?.status)];
  };
  return isDeepStrictEqual(weighty(before), weighty(now));
}

function isReady(status: EdgeDeviceStatus): boolean {
  return conditionOf(status, 'Ready')?.status === 'True';
}

function conditionOf({ conditions = [] }: EdgeDeviceStatus, type: string): StatusCondition | undefined {
  return conditions.find((one) => one.type === type);
}

/** Patches only what differs, and sends nothing if nothing does. */
export async function writeStatus({ cluster, signal }: OperatorContext, resource: KubeObject, status: EdgeDeviceStatus): Promise<KubeObject> {
  const patch = mergePatchOf(resource.status ?? {}, status);
  if (patch === undefined) return resource;
  return cluster.mergePatch(ref(EdgeDevice, resource.metadata.name, resource.metadata.namespace), { status: patch }, { subresource: 'status', signal });
}

/** Then the same report is a failure. */
function endOfPull(twin: EdgeAgentTwin | undefined, now: number): number | undefined {
  const at = twin === undefined || !isPull(twin) ? Number.NaN : pullFailsAt(twin);
  return Number.isFinite(at) && at > now ? at : undefined;
}

function earliest(...times: (number | undefined)[]): number | undefined {
  const known = times.filter((one) => one !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
