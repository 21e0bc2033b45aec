import type { KubeObject, ObjectMeta } from '../../../src/cluster/types.js';
import type { FakeCluster } from './index.js';

const finalizer = 'kubevirt.io/virtualMachineControllerFinalize';

export interface KubeVirtOptions {
  /** Phase that a new DataVolume gets at once. */
  disk?: string;
  /** Phase that a new instance gets at once. */
  instance?: 'Pending' | 'Scheduling' | 'Running';
}

/**
 * Simulates the parts of KubeVirt's VM controller that matter to create and delete: it makes and adopts DataVolumes, starts
 * and stops the instance, and keeps the VM until the instance is gone. It acts before the writing request gets its answer.
 */
export function playKubeVirt(cluster: FakeCluster, options: KubeVirtOptions = {}): void {
  cluster.store.addController(() => cluster.store.all().filter((object) => object.kind === 'VirtualMachine').some((vm) => act(cluster, vm, options)));
}

/** One thing at a time: each change calls the controller again. True when something was changed. */
function act(cluster: FakeCluster, vm: KubeObject, options: KubeVirtOptions): boolean {
  const { name, namespace, finalizers = [] } = vm.metadata;
  const vmi = cluster.find('VirtualMachineInstance', name, namespace);
  if (vm.metadata.deletionTimestamp !== undefined) {
    if (vmi !== undefined) return stop(cluster, vmi);
    return finalizers.includes(finalizer) && put(cluster, vm, { finalizers: finalizers.filter((f) => f !== finalizer) });
  }
  if (!finalizers.includes(finalizer)) return put(cluster, vm, { finalizers: [...finalizers, finalizer] });
  const spec = vm.spec as { runStrategy?: string; dataVolumeTemplates?: { metadata: { name: string; labels?: Record<string, string> }; spec: Record<string, unknown> }[] };
  for (const template of spec.dataVolumeTemplates ?? []) {
    const disk = cluster.find('DataVolume', template.metadata.name, namespace);
    if (disk === undefined) {
      add(cluster, { apiVersion: 'cdi.kubevirt.io/v1beta1', kind: 'DataVolume', metadata: { name: template.metadata.name, namespace: namespace!, ownerReferences: [owner(vm)], ...(template.metadata.labels === undefined ? {} : { labels: template.metadata.labels }) }, spec: template.spec, status: { phase: options.disk ?? 'Succeeded' } });
      return true;
    }
    if ((disk.metadata.ownerReferences ?? []).length === 0) return put(cluster, disk, { ownerReferences: [owner(vm)] });
    if (disk.status?.['phase'] !== 'Succeeded') return false;
  }
  if (spec.runStrategy === 'Halted') return vmi !== undefined && stop(cluster, vmi);
  return vmi === undefined && start(cluster, vm, options);
}

function start(cluster: FakeCluster, vm: KubeObject, options: KubeVirtOptions): boolean {
  const { name, namespace } = vm.metadata;
  const phase = options.instance ?? 'Running';
  const time = cluster.clock.iso();
  const { template } = vm.spec as { template: { metadata?: { labels?: Record<string, string> }; spec: Record<string, unknown> } };
  const vmi = add(cluster, {
    apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachineInstance',
    metadata: { name, namespace: namespace!, labels: template.metadata?.labels ?? {}, ownerReferences: [owner(vm)] },
    spec: template.spec,
    status: { phase, ...(phase === 'Running' ? { nodeName: 'node-1', interfaces: [{ ipAddress: '10.0.0.7' }], phaseTransitionTimestamps: [{ phase: 'Running', phaseTransitionTimestamp: time }] } : {}) },
  });
  add(cluster, {
    apiVersion: 'v1', kind: 'Pod',
    metadata: { name: `virt-launcher-${name}-${vmi.metadata.uid}`, namespace: namespace!, labels: { ...vmi.metadata.labels, 'kubevirt.io': 'virt-launcher', 'vm.kubevirt.io/name': name }, ownerReferences: [owner(vmi)] },
    spec: phase === 'Running' ? { nodeName: 'node-1' } : {},
    status: { phase: phase === 'Running' ? 'Running' : 'Pending' },
  });
  return true;
}

function stop(cluster: FakeCluster, vmi: KubeObject): boolean {
  if (vmi.metadata.deletionTimestamp !== undefined) return false;
  cluster.store.delete(`VirtualMachineInstance/${vmi.metadata.namespace}/${vmi.metadata.name}`, 'Background');
  return true;
}

function owner(object: KubeObject): NonNullable<ObjectMeta['ownerReferences']>[number] {
  return { apiVersion: object.apiVersion, kind: object.kind, name: object.metadata.name, uid: object.metadata.uid!, controller: true, blockOwnerDeletion: true };
}

function put(cluster: FakeCluster, object: KubeObject, metadata: Partial<ObjectMeta>): true {
  const entry = cluster.store.entry(`${object.kind}/${object.metadata.namespace}/${object.metadata.name}`)!;
  cluster.store.put({ ...object, metadata: { ...object.metadata, ...metadata } }, entry.owners);
  return true;
}

function add(cluster: FakeCluster, object: KubeObject): KubeObject {
  return cluster.store.put(object, new Map());
}
