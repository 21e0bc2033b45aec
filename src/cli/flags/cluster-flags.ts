import type { EdgeCommand } from '../run/command.js';
import { addFlags, text, type FlagValues } from './group.js';

/** Which cluster and namespace, as kubectl takes them. */
export interface ClusterChoice {
  kubeconfig?: string;
  context?: string;
  namespace?: string;
}

export function addClusterFlags(command: EdgeCommand): void {
  addFlags(command, 'Cluster', [
    { flags: '-n, --namespace <name>', help: 'namespace; the current one of the kubeconfig when absent' },
    { flags: '--context <name>', help: 'context of the kubeconfig' },
    { flags: '--kubeconfig <file>', help: 'kubeconfig file; else $KUBECONFIG, ~/.kube/config, the pod\'s own' },
  ]);
}

export function clusterChoice(values: FlagValues): ClusterChoice {
  const choice: ClusterChoice = {};
  for (const name of ['kubeconfig', 'context', 'namespace'] as const) {
    const value = text(values, name);
    if (value !== undefined) choice[name] = value;
  }
  return choice;
}
