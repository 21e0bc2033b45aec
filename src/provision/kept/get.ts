import type { KubeObject } from '../../cluster/types.js';
import { Secret, VirtualMachine } from '../../cluster/kinds.js';
import { isOurs } from '../../cluster/owned.js';
import { ref } from '../../cluster/ref.js';
import type { ProvisionContext } from '../../readiness/types.js';
import { cloudInitSecretName } from '../../render/index.js';
import { API_VERSION, type EdgeDeviceInput } from '../../spec/types.js';
import { EdgeVmError } from '../../support/errors.js';
import { noSuchDevice } from '../common/no-such-device.js';
import { keptIn } from './document.js';

/**
 * The kept device: the person's EdgeDevice, which they can change and give to `create` again. It holds none of edge-vm's
 * credentials. But the person's cloud-config in it may hold passwords, so it is as confidential as the Secret.
 *
 * Throws `EdgeVmError` `not-found`: no such device, or one without a kept EdgeDevice: somebody applied what `render` printed, or an older
 * edge-vm made it.
 */
export async function getDevice(context: ProvisionContext, about: { name: string; namespace: string }): Promise<EdgeDeviceInput> {
  const { name, namespace } = about;
  const call = context.signal === undefined ? {} : { signal: context.signal };
  const [vm, secret] = await Promise.all([
    context.cluster.get(ref(VirtualMachine, name, namespace), call),
    context.cluster.get(ref(Secret, cloudInitSecretName(name), namespace), call),
  ]);
  if (vm === undefined || !isOurs(vm)) throw await noSuchDevice(context, about);
  const kept = keptIn(ownSecret(secret));
  if (kept === undefined) {
    throw new EdgeVmError('not-found', `device ${name} in namespace ${namespace} has no kept EdgeDevice: somebody applied what render printed, or an older edge-vm made it`, {
      hint: `Use the file that render read, or write it again, and give it to create -f; edge-vm diff ${name} -n ${namespace} -f FILE shows what that would change.`,
    });
  }
  return { apiVersion: API_VERSION, kind: 'EdgeDevice', metadata: { ...kept.metadata, name, namespace }, spec: kept.spec! };
}

/** A Secret of that name that somebody else made does not count. */
export function ownSecret(secret: KubeObject | undefined): KubeObject | undefined {
  return secret !== undefined && isOurs(secret) ? secret : undefined;
}
