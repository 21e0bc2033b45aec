import type { KubeManifest } from '../types.js';

/**
 * The namespace of `--namespace-per-device`. The label marks it as made by edge-vm, so that `delete` removes it and
 * no namespace that was there before.
 */
export function namespaceManifest(namespace: string): KubeManifest {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: namespace, labels: { 'app.kubernetes.io/managed-by': 'edge-vm', 'edge-vm.io/created-namespace': 'true' } },
  };
}
