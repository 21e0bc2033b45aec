import type { LabContext } from '../context.js';
import type { ApiObject } from '../resources.js';
import { runProgram } from './command.js';
import { PROVISIONER } from '../../importer/provisioner.js';
import { applyDocuments } from './documents.js';

/**
 * Makes CDI's types, and the storage classes of the lab with what CDI would say of them. This comes before KubeVirt:
 * virt-api and virt-controller end if CDI's types appear later.
 */
export async function installStorage(context: LabContext): Promise<void> {
  const { api, programs, signal } = context;
  await applyDocuments(api, await runProgram([programs.program('cdi-crds')], { signal }), signal);
  // The driver attaches nothing. The object below says so; without it Kubernetes would wait.
  await api.apply({ apiVersion: 'storage.k8s.io/v1', kind: 'CSIDriver', metadata: { name: PROVISIONER }, spec: { attachRequired: false, podInfoOnMount: false } }, { signal });
  await api.applyAll([storageClass('lab-disk', 'Immediate', true), storageClass('lab-wffc', 'WaitForFirstConsumer', false)], { signal });
}

/** Makes the objects that CDI keeps for its clients. CDI's types must be served already. */
export async function describeStorage({ api, signal }: LabContext): Promise<void> {
  const properties = { claimPropertySets: [{ accessModes: ['ReadWriteMany'], volumeMode: 'Block' }, { accessModes: ['ReadWriteOnce'], volumeMode: 'Filesystem' }] };
  for (const name of ['lab-disk', 'lab-wffc']) {
    const profile: ApiObject = { apiVersion: 'cdi.kubevirt.io/v1beta1', kind: 'StorageProfile', metadata: { name }, spec: properties };
    await api.apply(profile, { signal });
    await api.apply({ apiVersion: profile.apiVersion, kind: profile.kind, metadata: { name }, status: { ...properties, provisioner: PROVISIONER, storageClass: name, cloneStrategy: 'copy' } }, { signal, subresource: 'status' });
  }
  // Unlike the others this type has no status subresource.
  await api.apply({
    apiVersion: 'cdi.kubevirt.io/v1beta1',
    kind: 'CDIConfig',
    metadata: { name: 'config' },
    spec: { featureGates: ['HonorWaitForFirstConsumer'] },
    status: { scratchSpaceStorageClass: 'lab-disk', filesystemOverhead: { global: '0.06' } },
  }, { signal });
}

function storageClass(name: string, volumeBindingMode: 'Immediate' | 'WaitForFirstConsumer', isDefault: boolean): ApiObject {
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name, annotations: isDefault ? { 'storageclass.kubernetes.io/is-default-class': 'true' } : {} },
    provisioner: PROVISIONER,
    reclaimPolicy: 'Delete',
    volumeBindingMode,
    allowVolumeExpansion: true,
  };
}
