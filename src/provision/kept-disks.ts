import { DataVolume, PersistentVolumeClaim } from '../cluster/kinds.js';
import { keyOf } from '../cluster/key.js';
import type { KubeObject } from '../cluster/types.js';
import { noneIfUnreadable } from '../cluster/absent.js';
import { deviceOf, isOurs, type DeviceRef } from '../cluster/owned.js';
import { LABEL_INSTANCE, LABEL_KEPT_DISK } from '../spec/labels.js';
import type { ProvisionContext } from '../readiness/types.js';
import { textAt } from '../support/plain.js';

/** A disk that `delete` kept and that no machine uses. */
export interface KeptDisk {
  /** Name of the DataVolume, or of the claim if CDI has deleted the DataVolume. */
  name: string;
  namespace: string;
  kind: 'DataVolume' | 'PersistentVolumeClaim';
  /** Name of its device; a new device of that name uses the disk again. */
  instance: string;
  device: DeviceRef;
  /** The requested size, e.g. `20Gi`; `null` if it is unknown. */
  size: string | null;
}

/** Where `listKeptDisks` looks. */
export interface KeptDisksRequest {
  /** One namespace; if absent, all. */
  namespace?: string;
  /** Only disks of this device. */
  instance?: string;
  /** Only disks with these labels, in kubectl's syntax. */
  labelSelector?: string;
}

/**
 * The disks that `delete --keep-disk` left, sorted by namespace and name. Nothing else shows them. It always takes two
 * lists. Without the right to list disks, the result is empty.
 */
export async function listKeptDisks({ cluster, signal }: ProvisionContext, { namespace, instance, labelSelector: more }: KeptDisksRequest = {}): Promise<KeptDisk[]> {
  const labelSelector = `${LABEL_KEPT_DISK}=true${instance === undefined ? '' : `,${LABEL_INSTANCE}=${instance}`}${more === undefined ? '' : `,${more}`}`;
  const selection = { labelSelector, ...(namespace === undefined ? {} : { namespace }), ...(signal === undefined ? {} : { signal }) };
  const [volumes, claims] = await Promise.all([
    cluster.list(DataVolume, selection).catch(noneIfUnreadable),
    cluster.list(PersistentVolumeClaim, selection).catch(noneIfUnreadable),
  ]);
  const known = new Set(volumes.map(({ metadata }) => keyOf(metadata)));
  const all = [...volumes.map((one) => [one, 'DataVolume'] as const), ...claims.filter((claim) => !known.has(keyOf(claim.metadata))).map((one) => [one, 'PersistentVolumeClaim'] as const)];
  return all.filter(([object]) => isOurs(object) && isFree(object)).map(([object, kind]) => keptDisk(object, kind)).sort((a, b) => keyOf(a).localeCompare(keyOf(b)));
}

/** The label stays on a disk that is used again. */
function isFree({ metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp === undefined && (metadata.ownerReferences ?? []).every((owner) => owner.kind !== 'VirtualMachine');
}

function keptDisk(object: KubeObject, kind: KeptDisk['kind']): KeptDisk {
  const { name, namespace = '', labels = {} } = object.metadata;
  const size = ['storage', 'pvc'].map((way) => textAt(object.spec, way, 'resources', 'requests', 'storage')).find((one) => one !== undefined) ?? textAt(object.spec, 'resources', 'requests', 'storage');
  return { name, namespace, kind, instance: labels[LABEL_INSTANCE] ?? name, device: deviceOf(object), size: size ?? null };
}
