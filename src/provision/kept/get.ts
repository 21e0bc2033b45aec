import type { KubeObject } from '../../cluster/types.js';
import { EdgeDevice, Secret, VirtualMachine } from '../../cluster/kinds.js';
import { undefinedIfUnreadable } from '../../cluster/absent.js';
import { edgeDeviceOwnerOf, isOfDevice } from '../../cluster/owned.js';
import { ref } from '../../cluster/ref.js';
import type { ProvisionContext } from '../../readiness/types.js';
import { cloudInitSecretName } from '../../render/index.js';
import { API_VERSION, type EdgeDeviceInput } from '../../spec/types.js';
import { EdgeVmError } from '../../support/errors.js';
import { refuseOwned } from '../common/edge-device.js';
import { noSuchDevice } from '../common/no-such-device.js';
import { keptIn } from './document.js';

/** Which device `getDevice` gives. */
export interface GetRequest {
  name: string;
  namespace: string;
  /** The caller wants to change it: throws `owned-by-edgedevice` if an EdgeDevice in the cluster keeps it. */
  toChange?: boolean;
}

/**
 * The kept device: the person's EdgeDevice, which they can change and give to `create` again. It holds none of edge-vm's
 * credentials. But the person's cloud-config in it may hold passwords, so it is as confidential as the Secret. Of a device that
 * an EdgeDevice in the cluster keeps, it is that EdgeDevice as a person would write it, if the caller may read it.
 *
 * Throws `EdgeVmError` `not-found`: no such device, or one without a kept EdgeDevice: somebody applied what `render` printed, or an older
 * edge-vm made it.
 */
export async function getDevice(context: ProvisionContext, about: GetRequest): Promise<EdgeDeviceInput> {
  const { name, namespace } = about;
  const call = context.signal === undefined ? {} : { signal: context.signal };
  const [vm, secret] = await Promise.all([
    context.cluster.get(ref(VirtualMachine, name, namespace), call),
    context.cluster.get(ref(Secret, cloudInitSecretName(name), namespace), call),
  ]);
  if (vm === undefined || !isOfDevice(vm)) throw await noSuchDevice(context, about);
  if (about.toChange === true) refuseOwned([vm, secret], about);
  const owner = edgeDeviceOwnerOf(vm);
  const resource = owner === undefined ? undefined : await context.cluster.get(ref(EdgeDevice, owner.name, namespace), call).catch(undefinedIfUnreadable);
  if (resource !== undefined && resource.metadata.uid === owner?.uid) return asWritten(resource);
  const kept = keptIn(ownSecret(secret));
  if (kept === undefined) {
    throw new EdgeVmError('not-found', `device ${name} in namespace ${namespace} has no kept EdgeDevice: somebody applied what render printed, or an older edge-vm made it`, {
      hint: `Use the file that render read, or write it again, and give it to create -f; edge-vm diff ${name} -n ${namespace} -f FILE shows what that would change.`,
    });
  }
  return { apiVersion: API_VERSION, kind: 'EdgeDevice', metadata: { ...kept.metadata, name, namespace }, spec: kept.spec! };
}

/** Without what the API server and kubectl add. */
function asWritten({ metadata, spec }: KubeObject): EdgeDeviceInput {
  const { name, namespace, labels, annotations } = metadata;
  const { 'kubectl.kubernetes.io/last-applied-configuration': _copy, ...own } = annotations ?? {};
  const place = { name, ...(namespace === undefined ? {} : { namespace }) };
  return {
    apiVersion: API_VERSION, kind: EdgeDevice.kind,
    metadata: { ...place, ...(labels === undefined ? {} : { labels }), ...(Object.keys(own).length === 0 ? {} : { annotations: own }) },
    spec: spec ?? {},
  };
}

/** A Secret of that name that somebody else made does not count. */
export function ownSecret(secret: KubeObject | undefined): KubeObject | undefined {
  return secret !== undefined && isOfDevice(secret) ? secret : undefined;
}
