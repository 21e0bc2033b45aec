import { LABEL_CREATED_NAMESPACE, LABEL_MANAGED_BY, MANAGER } from '../../spec/labels.js';
import type { KubeManifest } from '../types.js';

/**
 * The namespace of `--namespace-per-device`. The label says that edge-vm made it, so that `delete` removes only it, and
 * never a namespace that existed before.
 */
export function namespaceManifest(namespace: string): KubeManifest {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: namespace, labels: { [LABEL_MANAGED_BY]: MANAGER, [LABEL_CREATED_NAMESPACE]: 'true' } },
  };
}
