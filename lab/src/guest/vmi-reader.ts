import type { Cluster, KubeObject } from 'edge-vm';
import { kinds } from 'edge-vm';
import { FAULT_ANNOTATION, parseFaults, type Faults } from './faults.js';

interface Volume {
  name: string;
  dataVolume?: { name: string };
  persistentVolumeClaim?: { claimName: string };
  cloudInitNoCloud?: { secretRef?: { name: string }; userData?: string; userDataBase64?: string };
}

interface VmiSpec {
  architecture?: string;
  volumes?: Volume[];
  domain?: { firmware?: { uuid?: string } };
}

/** What a simulated guest needs from its VMI and from the objects that the VMI names. */
export interface GuestSource {
  userData: string | undefined;
  claimUid: string | undefined;
  instanceId: string;
  architecture: string;
  pod: string | undefined;
  faults: Faults;
}

const specOf = (vmi: KubeObject): VmiSpec => vmi.spec ?? {};

export async function readGuestSource(cluster: Cluster, vmi: KubeObject, signal: AbortSignal): Promise<GuestSource> {
  const namespace = vmi.metadata.namespace ?? 'default';
  const spec = specOf(vmi);
  const [userData, claimUid, pod, vm] = await Promise.all([
    readUserDataText(cluster, namespace, spec, signal),
    readClaimUid(cluster, namespace, spec, signal),
    newestLauncher(cluster, vmi, signal),
    cluster.get({ type: kinds.VirtualMachine, name: vmi.metadata.name, namespace }, { signal }),
  ]);
  const fault = vm?.metadata.annotations?.[FAULT_ANNOTATION] ?? vmi.metadata.annotations?.[FAULT_ANNOTATION];
  return {
    userData, claimUid, pod, faults: parseFaults(fault),
    instanceId: spec.domain?.firmware?.uuid ?? vmi.metadata.uid ?? '',
    architecture: spec.architecture ?? 'amd64',
  };
}

async function readUserDataText(cluster: Cluster, namespace: string, spec: VmiSpec, signal: AbortSignal): Promise<string | undefined> {
  const source = spec.volumes?.find((v) => v.cloudInitNoCloud)?.cloudInitNoCloud;
  if (!source) return undefined;
  if (source.userData !== undefined) return source.userData;
  if (source.userDataBase64 !== undefined) return Buffer.from(source.userDataBase64, 'base64').toString('utf8');
  if (!source.secretRef) return undefined;
  const secret = await cluster.get({ type: kinds.Secret, name: source.secretRef.name, namespace }, { signal });
  const data = secret?.data as Record<string, string> | undefined;
  const encoded = data?.userdata ?? data?.userData;
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString('utf8');
}

async function readClaimUid(cluster: Cluster, namespace: string, spec: VmiSpec, signal: AbortSignal): Promise<string | undefined> {
  const name = spec.volumes?.map((v) => v.dataVolume?.name ?? v.persistentVolumeClaim?.claimName).find((n) => n !== undefined);
  if (name === undefined) return undefined;
  const claim = await cluster.get({ type: kinds.PersistentVolumeClaim, name, namespace }, { signal });
  return claim?.metadata.uid;
}

async function newestLauncher(cluster: Cluster, vmi: KubeObject, signal: AbortSignal): Promise<string | undefined> {
  const pods = await cluster.list(kinds.Pod, {
    namespace: vmi.metadata.namespace ?? 'default', labelSelector: `kubevirt.io/created-by=${vmi.metadata.uid ?? ''}`, signal,
  });
  const live = pods.filter((pod) => !['Succeeded', 'Failed'].includes(String(pod.status?.phase)));
  return live.toSorted((a, b) => (a.metadata.creationTimestamp ?? '').localeCompare(b.metadata.creationTimestamp ?? '')).at(-1)?.metadata.name;
}
