import type { KubeObject } from 'edge-vm';
import { CDI } from './annotations.js';
import type { DiskSource } from './source.js';

/** What the cluster adds to a claim. */
export interface ClaimDefaults {
  storageClass: string | undefined;
  accessModes: string[] | undefined;
  volumeMode: string | undefined;
}

/** A set of a StorageProfile's `status.claimPropertySets`. */
export interface ClaimPropertySet {
  accessModes?: string[];
  volumeMode?: string;
}

/** Why a claim cannot be made, in CDI's own words: an event, then the condition. */
export class ClaimNotValid extends Error {
  readonly event: string;

  constructor(message: string, event = message) {
    super(message);
    this.event = event;
  }
}

interface StorageSpec {
  accessModes?: string[];
  volumeMode?: string;
  storageClassName?: string;
  resources?: { requests?: { storage?: string } };
  [field: string]: unknown;
}

/**
 * Class, access modes and volume mode of a DataVolume's claim, as CDI fills them in
 * (`renderPvcSpecVolumeModeAndAccessModesAndStorageClass` of its `pkg/controller/datavolume/util.go`). `classes` are those of
 * the cluster, `profile` gives the property sets of a class. Throws ClaimNotValid.
 */
export async function claimDefaults(dataVolume: KubeObject, classes: readonly KubeObject[], profile: (storageClass: string) => Promise<readonly ClaimPropertySet[]>): Promise<ClaimDefaults> {
  const spec = storageOf(dataVolume);
  const { accessModes = [], volumeMode } = spec;
  const name = spec.storageClassName;
  const found = name === undefined ? defaultClass(classes) : classes.find((one) => one.metadata.name === name)?.metadata.name;
  const given = { storageClass: found ?? name, accessModes: accessModes.length === 0 ? undefined : accessModes, volumeMode };
  if (dataVolume.spec?.['pvc'] !== undefined) return given;
  if (found === undefined) {
    if (accessModes.length === 0) throw new ClaimNotValid('PVC spec is missing accessMode and no storageClass to choose profile');
    return given;
  }
  const sets = accessModes.length > 0 && volumeMode !== undefined ? [] : await profile(found);
  if (accessModes.length > 0) return { ...given, volumeMode: volumeMode ?? sets.find((set) => set.accessModes?.some((mode) => accessModes.includes(mode)))?.volumeMode };
  const set = volumeMode === undefined ? sets[0] : sets.find((one) => one.volumeMode === volumeMode);
  if (set?.accessModes === undefined || set.accessModes.length === 0) {
    if (volumeMode === undefined) throw new ClaimNotValid(`no accessMode specified in StorageProfile ${found}`, `Spec is missing accessMode and volumeMode, cannot get access mode from StorageProfile ${found}`);
    throw new ClaimNotValid(`no matching accessMode specified in StorageProfile ${found}`, `Spec is missing accessMode and cannot get access mode from StorageProfile ${found}`);
  }
  return { ...given, accessModes: set.accessModes, volumeMode: volumeMode ?? set.volumeMode };
}

function storageOf(dataVolume: KubeObject): StorageSpec {
  return ((dataVolume.spec?.['storage'] ?? dataVolume.spec?.['pvc']) as StorageSpec | undefined) ?? {};
}

/** CDI's own default comes before the cluster's default. */
function defaultClass(classes: readonly KubeObject[]): string | undefined {
  const marked = (annotation: string): KubeObject | undefined => classes.find((one) => one.metadata.annotations?.[annotation] === 'true');
  return (marked('storageclass.kubevirt.io/is-default-virt-class') ?? marked('storageclass.kubernetes.io/is-default-class'))?.metadata.name;
}

/** The claim that CDI would make for a DataVolume. It has the same name, and the DataVolume owns it. */
export function claimFor(dataVolume: KubeObject, source: DiskSource, defaults: ClaimDefaults): Record<string, unknown> {
  const { name, namespace, uid, labels, annotations } = dataVolume.metadata;
  const wanted = storageOf(dataVolume);
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name,
      namespace,
      labels: { app: 'containerized-data-importer', ...labels },
      annotations: {
        ...annotations,
        [CDI.contentType]: 'kubevirt',
        [CDI.createdFor]: uid,
        [CDI.podRestarts]: '0',
        [CDI.usePopulator]: 'false',
        ...sourceAnnotations(source, name),
      },
      ownerReferences: [{ apiVersion: dataVolume.apiVersion, kind: dataVolume.kind, name, uid, controller: true, blockOwnerDeletion: true }],
    },
    spec: {
      accessModes: defaults.accessModes,
      ...(defaults.volumeMode === undefined ? {} : { volumeMode: defaults.volumeMode }),
      resources: { requests: { storage: wanted.resources?.requests?.storage ?? '1Gi' } },
      ...(defaults.storageClass === undefined ? {} : { storageClassName: defaults.storageClass }),
    },
  };
}

function sourceAnnotations(source: DiskSource, name: string): Record<string, string> {
  switch (source.kind) {
    case 'registry':
    case 'http':
      return { [CDI.source]: source.kind, [CDI.endpoint]: source.url, [CDI.importPod]: `importer-${name}` };
    case 'blank':
      return { [CDI.source]: 'none', [CDI.importPod]: `importer-${name}` };
    default:
      return {};
  }
}
