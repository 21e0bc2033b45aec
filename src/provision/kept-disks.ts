import { DataVolume, PersistentVolumeClaim } from '../cluster/kinds.js';
import type { KubeObject } from '../cluster/types.js';
import { noneIfUnreadable } from '../cluster/absent.js';
import { deviceOf, isOurs, type DeviceRef } from '../cluster/owned.js';
import { LABEL_INSTANCE, LABEL_KEPT_DISK } from '../spec/labels.js';
import type { ProvisionContext } from '../readiness/types.js';
import { textAt } from '../support/plain.js';

/** A disk that `delete` kept and no machine has taken up since. */
export interface KeptDisk {
  /** Of the DataVolume, or of the claim where CDI has collected that. */
  name: string;
  namespace: string;
  kind: 'DataVolume' | 'PersistentVolumeClaim';
  /** Name of the device that had it; creating one of that name takes it up again. */
  instance: string;
  device: DeviceRef;
  /** As it was asked for, e.g. `20Gi`; `null` where it is not told. */
  size: string | null;
}

export interface KeptDisksRequest {
  /** One namespace, or all when absent. */
  namespace?: string;
  /** Of one device. */
  instance?: string;
}

/**
 * The disks that `delete --keep-disk` left and that nothing shows otherwise, by namespace and name: two lists, whatever there is.
 * Who may not list disks is told of none.
 */
export async function listKeptDisks({ cluster, signal }: ProvisionContext, { namespace, instance }: KeptDisksRequest = {}): Promise<KeptDisk[]> {
  const labelSelector = `${LABEL_KEPT_DISK}=true${instance === undefined ? '' : `,${LABEL_INSTANCE}=${instance}`}`;
  const selection = { labelSelector, ...(namespace === undefined ? {} : { namespace }), ...(signal === undefined ? {} : { signal }) };
  const [volumes, claims] = await Promise.all([
    cluster.list(DataVolume, selection).catch(noneIfUnreadable),
    cluster.list(PersistentVolumeClaim, selection).catch(noneIfUnreadable),
  ]);
  const place = ({ metadata }: KubeObject): string => `${metadata.namespace ?? ''}/${metadata.name}`;
  const known = new Set(volumes.map(place));
  const all = [...volumes.map((one) => [one, 'DataVolume'] as const), ...claims.filter((claim) => !known.has(place(claim))).map((one) => [one, 'PersistentVolumeClaim'] as const)];
  return all.filter(([object]) => isOurs(object) && isFree(object)).map(([object, kind]) => keptDisk(object, kind)).sort((a, b) => `${a.namespace}/${a.name}`.localeCompare(`${b.namespace}/${b.name}`));
}

/** The label stays with a disk that was taken up again. */
function isFree({ metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp === undefined && (metadata.ownerReferences ?? []).every((owner) => owner.kind !== 'VirtualMachine');
}

function keptDisk(object: KubeObject, kind: KeptDisk['kind']): KeptDisk {
  const { name, namespace = '', labels = {} } = object.metadata;
  const size = ['storage', 'pvc'].map((way) => textAt(object.spec, way, 'resources', 'requests', 'storage')).find((one) => one !== undefined) ?? textAt(object.spec, 'resources', 'requests', 'storage');
  return { name, namespace, kind, instance: labels[LABEL_INSTANCE] ?? name, device: deviceOf(object), size: size ?? null };
}
