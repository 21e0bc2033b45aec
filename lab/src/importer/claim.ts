import type { KubeObject } from 'edge-vm';
import { CDI } from './annotations.js';
import type { DiskSource } from './source.js';

/** What the storage classes and profiles of the cluster say about new claims. */
export interface StorageDefaults {
  /** The default class, absent when there is none. */
  storageClass: string | undefined;
  accessModes: string[];
  volumeMode: string;
}

interface StorageSpec {
  accessModes?: string[];
  volumeMode?: string;
  storageClassName?: string;
  resources?: { requests?: { storage?: string } };
  [field: string]: unknown;
}

/** The claim that CDI would make for a DataVolume: same name, owned by it. */
export function claimFor(dataVolume: KubeObject, source: DiskSource, defaults: StorageDefaults): Record<string, unknown> {
  const { name, namespace, uid, labels, annotations } = dataVolume.metadata;
  const wanted = ((dataVolume.spec?.storage ?? dataVolume.spec?.pvc) as StorageSpec | undefined) ?? {};
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
      accessModes: wanted.accessModes?.length ? wanted.accessModes : defaults.accessModes,
      volumeMode: wanted.volumeMode ?? defaults.volumeMode,
      resources: { requests: { storage: wanted.resources?.requests?.storage ?? '1Gi' } },
      ...(wanted.storageClassName ?? defaults.storageClass ? { storageClassName: wanted.storageClassName ?? defaults.storageClass } : {}),
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
