import { undefinedIfUnreadable } from '../../cluster/absent.js';
import { EdgeDevice } from '../../cluster/kinds.js';
import { edgeDeviceOwnerOf } from '../../cluster/owned.js';
import { ref } from '../../cluster/ref.js';
import type { KubeObject } from '../../cluster/types.js';
import type { ProvisionContext } from '../../readiness/types.js';
import { EdgeVmError } from '../../support/errors.js';

interface About {
  name: string;
  namespace: string;
}

/**
 * Throws `owned-by-edgedevice` if an EdgeDevice in the cluster controls one of the objects: the operator would undo a change.
 *
 * @param by the EdgeDevice for which the caller works.
 */
export function refuseOwned(objects: readonly (KubeObject | undefined)[], about: About, by?: { uid: string }): void {
  const owner = objects.map(edgeDeviceOwnerOf).find((one) => one !== undefined && one.uid !== by?.uid);
  if (owner !== undefined) throw keptBy(owner.name, about);
}

/** The error for a device that an EdgeDevice of that name keeps. */
export function keptBy(owner: string, { name, namespace }: About): EdgeVmError {
  const target = `edgedevice ${owner} -n ${namespace}`;
  return new EdgeVmError('owned-by-edgedevice', `device ${name} is kept by EdgeDevice ${owner} in namespace ${namespace}`, {
    hint: `Change the EdgeDevice (kubectl edit ${target}), or delete it with its device (kubectl delete ${target}). If a repository has it, change it there.`,
    details: { device: name, owner: { kind: EdgeDevice.kind, name: owner } },
  });
}

/** The same for an EdgeDevice that somebody deletes: the operator takes the device apart. */
export function goingWith({ metadata: { name } }: KubeObject, { name: device, namespace }: About): EdgeVmError {
  return new EdgeVmError('owned-by-edgedevice', `device ${device} is being deleted with its EdgeDevice ${name} in namespace ${namespace}`, {
    hint: `To see what the deletion waits for: kubectl describe edgedevice ${name} -n ${namespace}`, details: { device, owner: { kind: EdgeDevice.kind, name } },
  });
}

/** The EdgeDevice of that name; `undefined` also if the cluster does not serve the type, or the caller may not read it. */
export async function edgeDeviceNamed({ cluster, signal }: Pick<ProvisionContext, 'cluster' | 'signal'>, { name, namespace }: About): Promise<KubeObject | undefined> {
  const call = signal === undefined ? {} : { signal };
  if (!(await cluster.serves(EdgeDevice.apiVersion, call))) return undefined;
  return cluster.get(ref(EdgeDevice, name, namespace), call).catch(undefinedIfUnreadable);
}
