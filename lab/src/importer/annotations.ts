/** Annotations on the claim with which the parts of CDI inform each other. Clients read some of them. */
export const CDI = {
  contentType: 'cdi.kubevirt.io/storage.contentType',
  createdFor: 'cdi.kubevirt.io/createdForDataVolume',
  endpoint: 'cdi.kubevirt.io/storage.import.endpoint',
  importPod: 'cdi.kubevirt.io/storage.import.importPodName',
  podPhase: 'cdi.kubevirt.io/storage.pod.phase',
  podRestarts: 'cdi.kubevirt.io/storage.pod.restarts',
  populatedFor: 'cdi.kubevirt.io/storage.populatedFor',
  running: 'cdi.kubevirt.io/storage.condition.running',
  runningMessage: 'cdi.kubevirt.io/storage.condition.running.message',
  runningReason: 'cdi.kubevirt.io/storage.condition.running.reason',
  source: 'cdi.kubevirt.io/storage.import.source',
  usePopulator: 'cdi.kubevirt.io/storage.usePopulator',
  immediate: 'cdi.kubevirt.io/storage.bind.immediate.requested',
} as const;

/** The scheduler sets it on a claim when the consumer has a node. */
export const SELECTED_NODE = 'volume.kubernetes.io/selected-node';
