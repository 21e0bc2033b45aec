import { EdgeDevice } from '../cluster/kinds.js';
import { ref } from '../cluster/ref.js';
import type { KubeObject } from '../cluster/types.js';
import { passedOn, stamp, type Wanted } from './conditions.js';
import type { OperatorContext } from './context.js';
import { statusIn } from './registration.js';

/** A time at which a device may ask the registry of its hub, in milliseconds since the epoch. */
export interface Turn {
  at: number;
  /** Calls a minute that the hub allows. */
  perMinute: number;
}

/** Other devices come first: the reason of a condition. It is no failure, because many devices take their time. */
export const BUSY = 'HubBusy';

/** As in `the hub allows 100 calls …, and the turn of this device is at 12:00:00 UTC`. */
export function turnInWords({ at, perMinute }: Turn): string {
  return `allows ${perMinute} calls of its registry a minute, and the turn of this device is at ${new Date(at).toISOString().slice(11, 19)} UTC`;
}

/**
 * The status of a device that has none yet. The first work on a device asks its hub, and a hub that does not answer takes half a
 * minute to fail, or many devices wait for the hub: a person must see by then that the operator works on the device.
 */
export async function tellFirst({ cluster, clock, signal }: OperatorContext, resource: KubeObject, turn: Turn | undefined): Promise<KubeObject> {
  const { conditions = [], cause } = statusIn(resource);
  const isTold = turn === undefined ? conditions.length > 0 : conditions.some((one) => one.type === 'Accepted' && one.reason === BUSY);
  if (isTold) return resource;
  const { name, namespace, generation = 0, resourceVersion } = resource.metadata;
  const [reason, words]: [Wanted['reason'], string] = turn === undefined
    ? ['HubAsked', 'the hub is asked for the device']
    : [BUSY, `the hub ${turnInWords(turn)}`];
  const message = `the spec is valid; ${words}`;
  const types = ['Ready', 'Accepted'];
  const wanted = [...types.map((type) => ({ type, status: 'Unknown' as const, reason, message })), ...conditions.filter(({ type }) => !types.includes(type)).map(passedOn)];
  // Conditional: the work goes on with the resource that comes back, and has read the spec of this one.
  return cluster.mergePatch(ref(EdgeDevice, name, namespace), { metadata: { resourceVersion }, status: { conditions: stamp(wanted, conditions, generation, clock.now()), ...(cause === undefined ? {} : { cause: null }) } }, { subresource: 'status', signal });
}
