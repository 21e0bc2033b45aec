import { Secret } from '../../cluster/kinds.js';
import { deviceOf, sameDevice } from '../../cluster/owned.js';
import { ref } from '../../cluster/ref.js';
import type { Cluster } from '../../cluster/types.js';
import { cloudInitSecretName } from '../../render/index.js';
import { removedTags } from '../../provision/kept/removed-tags.js';
import type { IdentityRequest } from '../../provision/types.js';
import { EdgeVmError } from '../../support/errors.js';
import type { FleetContext } from '../context.js';
import type { FleetDevice } from '../types.js';

/** Up to so many devices, the hub is asked for the key of each: one S1 unit answers 100 such calls a minute. */
const eachUpTo = 50;

/** Which of the devices that are to be registered the hub has, by few queries; `undefined` if each of them is to be asked for. */
export async function registeredOf({ hub, signal }: FleetContext, devices: readonly FleetDevice[]): Promise<ReadonlySet<string> | undefined> {
  const ids = devices.flatMap(({ identity }) => (identity.kind === 'register' ? [identity.deviceId] : []));
  if (ids.length <= eachUpTo) return undefined;
  try {
    return await hub?.foresee?.(ids, signal === undefined ? {} : { signal });
  } catch (error) {
    if (signal?.aborted === true || !EdgeVmError.is(error)) throw error;
    // Each device that needs the hub says so itself; the others go on.
    return undefined;
  }
}

/**
 * The identity with which a device is prepared. One of many that the hub has, and whose Secret is of that device, keeps the key that
 * the Secret has: to read a thousand keys would take ten minutes. Tags are for the hub, so that a device with tags needs it.
 */
export async function identityFor(checking: Cluster, { device, identity }: Pick<FleetDevice, 'device' | 'identity'>, registered: ReadonlySet<string> | undefined, hub: string | undefined): Promise<IdentityRequest> {
  if (identity.kind !== 'register' || identity.tags !== undefined || registered?.has(identity.deviceId) !== true || hub === undefined) return identity;
  const { name, namespace = checking.namespace } = device.metadata;
  const secret = await checking.get(ref(Secret, cloudInitSecretName(name), namespace));
  const isOfDevice = secret !== undefined && sameDevice(deviceOf(secret), { hub, id: identity.deviceId });
  const isForHub = device.spec.edge.parentDeviceId !== undefined || removedTags(secret, { hub, id: identity.deviceId }, undefined).length > 0;
  return isOfDevice && !isForHub ? { kind: 'kept', otherwise: identity } : identity;
}
