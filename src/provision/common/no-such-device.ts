import { Namespace, VirtualMachine } from '../../cluster/kinds.js';
import { ownSelector } from '../../cluster/owned.js';
import { ref } from '../../cluster/ref.js';
import type { ProvisionContext } from '../../readiness/types.js';
import { EdgeVmError } from '../../support/errors.js';
import { suggest } from '../../support/suggest.js';
import { edgeDeviceNamed } from './edge-device.js';

type Place = Pick<ProvisionContext, 'cluster' | 'signal'>;

/** The error for a device that is not there. It asks the cluster for a device with a similar name, for the namespace and for an EdgeDevice. */
export async function noSuchDevice({ cluster, signal }: Place, { name, namespace }: { name: string; namespace: string }): Promise<EdgeVmError> {
  const call = signal === undefined ? {} : { signal };
  const [vms, isMissing, edgeDevice] = await Promise.all([
    cluster.list(VirtualMachine, { namespace, labelSelector: ownSelector(), ...call }).catch(() => []),
    isMissingNamespace({ cluster, ...call }, namespace),
    edgeDeviceNamed({ cluster, ...call }, { name, namespace }).catch(() => undefined),
  ]);
  if (edgeDevice !== undefined) {
    const state = edgeDevice.metadata.deletionTimestamp === undefined ? `is kept by EdgeDevice ${name} in namespace ${namespace}, and has no VirtualMachine yet` : `is being deleted with its EdgeDevice ${name} in namespace ${namespace}, and has no VirtualMachine any more`;
    return new EdgeVmError('not-found', `device ${name} ${state}`, {
      hint: `To see why: kubectl describe edgedevice ${name} -n ${namespace}`, details: { device: name },
    });
  }
  const near = suggest(name, vms.map(({ metadata }) => metadata.name));
  return new EdgeVmError('not-found', `no device ${name} in namespace ${namespace}${isMissing ? ', which does not exist' : ''}`, {
    hint: near === undefined ? 'List the devices' : `Did you mean ${near}? Or list the devices`, advice: [{ do: 'list' }],
    details: { device: name, ...(near === undefined ? {} : { near }) },
  });
}

/** True only if it is sure: most people may not read namespaces. A list in a missing namespace is empty and no error. */
export async function isMissingNamespace({ cluster, signal }: Place, namespace: string): Promise<boolean> {
  return cluster.get(ref(Namespace, namespace), signal === undefined ? {} : { signal }).then((found) => found === undefined, () => false);
}
