import { ref } from '../cluster/ref.js';
import { EdgeDevice } from '../cluster/kinds.js';
import { edgeDeviceOwnerOf } from '../cluster/owned.js';
import type { KubeObject } from '../cluster/types.js';
import type { EdgeAgentTwin } from '../hub/types.js';
import { gatherObjects } from '../provision/status/gather-cluster.js';
import { noObservations, type Observations } from '../readiness/observations.js';
import { isRunning } from '../readiness/reading.js';
import { textAt } from '../support/plain.js';
import { provisionContext, type OperatorContext, type TwinAnswer } from './context.js';
import { lifeOf, type Memory } from './memory.js';
import { statusIn } from './registration.js';

/**
 * Everything that is known of a device at this moment, as the sources of a single device see it: objects from the shared
 * caches, the twin from the last query of all, and what the last look at its console found. It sends nothing.
 *
 * @param isRefused an object of another device has the name: its VM says nothing about this device.
 */
export async function observe(context: OperatorContext, resource: KubeObject, memory: Memory, isRefused = false): Promise<Observations> {
  const { name, namespace = '', uid } = resource.metadata;
  const seen = await gatherObjects(provisionContext(context, undefined), { name, namespace }, context.signal);
  const isTheirs = isRefused && seen.vm !== undefined && edgeDeviceOwnerOf(seen.vm)?.uid !== uid;
  const o = isTheirs ? { ...noObservations(name, namespace, seen.now), seen: seen.seen } : seen;
  const { found } = memory;
  const evidence = memory.evidence ?? evidenceIn(resource);
  if (evidence !== undefined) o.identityEvidence = evidence;
  if (o.device.id === null) o.device = deviceIn(resource);
  if (found.refusal !== undefined) o.refusal = found.refusal;
  // They say why an instance does not start.
  if (found.events !== undefined && !isRunning(o)) o.events = found.events;
  o.hub = hubObservations(context, o, memory);
  if (found.guest !== undefined && !isOld(found, o.hub.twin?.value)) o.guest = found.guest;
  o.now = context.clock.now();
  return o;
}

/** The console showed a guest that was not set up, and its edge agent has reported since: the next look is minutes away. */
function isOld({ guest, guestOf }: Memory['found'], twin: EdgeAgentTwin | undefined): boolean {
  return guest?.record.done.config === undefined && guestOf !== lifeOf(twin);
}

function hubObservations({ hubs }: OperatorContext, { device: { hub, id } }: Observations, { found }: Memory): Observations['hub'] {
  if (hub === null || hubs.hub(hub) === undefined) return { available: false };
  if (id === null) return { available: true };
  const { answer, problem } = hubs.twin(hub, id);
  // For good: the connection may come to the same state again, and that is another one.
  if (found.ping?.of !== lifeOf(answer?.value)) delete found.ping;
  return {
    available: true,
    ...(answer === undefined ? {} : { twin: answer }),
    ...(answer === undefined && problem !== undefined ? { problem } : {}),
    ...(found.ping === undefined ? {} : { ping: found.ping }),
    ...(found.device === undefined || isThereAgain(found.device, answer) ? {} : { device: found.device }),
  };
}

/** A twin that came later than the registry's answer that there is no device. */
function isThereAgain(device: NonNullable<Memory['found']['device']>, answer: TwinAnswer | undefined): boolean {
  return device.value === undefined && answer?.value !== undefined && answer.at > device.at;
}

/** Only this run of the operator checked the identity itself; an earlier one left its words. */
function evidenceIn(resource: KubeObject): string | undefined {
  const known = statusIn(resource).conditions?.find(({ type }) => type === 'IdentityVerified');
  return known?.status === 'True' ? known.message : undefined;
}

function deviceIn(resource: KubeObject): Observations['device'] {
  const { registration, device } = statusIn(resource);
  return { hub: registration?.hub ?? device?.hub ?? textAt(resource.spec, 'hub', 'hostname') ?? null, id: registration?.deviceId ?? device?.id ?? textAt(resource.spec, 'deviceId') ?? null };
}

/** The resource as the caches have it now. */
export async function readResource({ cluster, signal }: OperatorContext, { namespace, name }: { namespace: string; name: string }): Promise<KubeObject | undefined> {
  return cluster.get(ref(EdgeDevice, name, namespace), { signal });
}
