import type { LabContext } from '../control-plane/context.js';
import type { ApiObject } from '../control-plane/resources.js';
import { LOCAL_CLASS, LOCAL_PROVISIONER, NODE_NAME, REAL_LABEL } from './constants.js';
import type { Acceleration } from './kvm-probe.js';

/** Describes the real node in the cluster: virt-handler may run there, its storage class, and whether guests are emulated. */
export async function describeRealNode({ api, signal }: LabContext, acceleration: Acceleration): Promise<void> {
  await api.mergePatch('/apis/apps/v1/namespaces/kubevirt/daemonsets/virt-handler', {
    spec: { template: { spec: { tolerations: [{ key: 'CriticalAddonsOnly', operator: 'Exists' }, { key: REAL_LABEL, operator: 'Exists' }] } } },
  }, { signal });
  await api.mergePatch('/apis/kubevirt.io/v1/namespaces/kubevirt/kubevirts/kubevirt', {
    spec: { configuration: { developerConfiguration: { useEmulation: acceleration.kind === 'emulation' } } },
  }, { signal });
  const storageClass: ApiObject = {
    apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name: LOCAL_CLASS },
    provisioner: LOCAL_PROVISIONER, reclaimPolicy: 'Retain', volumeBindingMode: 'WaitForFirstConsumer',
    // Without it, a VM that names no node may get a simulated node and a volume on the real one.
    allowedTopologies: [{ matchLabelExpressions: [{ key: 'kubernetes.io/hostname', values: [NODE_NAME] }] }],
  };
  const sets = { claimPropertySets: [{ accessModes: ['ReadWriteOnce'], volumeMode: 'Filesystem' }] };
  const profile: ApiObject = { apiVersion: 'cdi.kubevirt.io/v1beta1', kind: 'StorageProfile', metadata: { name: LOCAL_CLASS } };
  await api.apply(storageClass, { signal });
  await api.apply({ ...profile, spec: sets }, { signal });
  await api.apply({ ...profile, status: { ...sets, provisioner: LOCAL_PROVISIONER, storageClass: LOCAL_CLASS, cloneStrategy: 'copy' } }, { signal, subresource: 'status' });
}
