import type { EdgeCommand } from '../run/command.js';
import { addFlags, text, type FlagValues } from './group.js';

/** Cluster, namespace and user, with the names of kubectl's flags. */
export interface ClusterChoice {
  kubeconfig?: string;
  context?: string;
  namespace?: string;
  impersonate?: { user?: string; groups?: string[]; uid?: string };
}

export function addClusterFlags(command: EdgeCommand): void {
  addFlags(command, 'Cluster', [
    { flags: '-n, --namespace <name>', help: 'namespace (default: the current one of the kubeconfig)' },
    { flags: '--context <name>', help: 'context of the kubeconfig' },
    { flags: '--kubeconfig <file>', help: 'kubeconfig file; else $KUBECONFIG, ~/.kube/config, or the pod\'s own' },
    { flags: '--as <user>', help: 'act as this user or ServiceAccount (system:serviceaccount:NAMESPACE:NAME)' },
    { flags: '--as-group <group>', help: 'with --as: act as a member of this group; you can repeat the flag', repeat: true },
    { flags: '--as-uid <uid>', help: 'with --as: the uid of the user to act as' },
  ]);
}

export function clusterChoice(values: FlagValues): ClusterChoice {
  const choice: ClusterChoice = {};
  for (const name of ['kubeconfig', 'context', 'namespace'] as const) {
    const value = text(values, name);
    if (value !== undefined) choice[name] = value;
  }
  const [user, uid, groups] = [text(values, 'as'), text(values, 'asUid'), values['asGroup']];
  if (user !== undefined || uid !== undefined || Array.isArray(groups)) {
    choice.impersonate = { ...(user === undefined ? {} : { user }), ...(uid === undefined ? {} : { uid }), ...(Array.isArray(groups) ? { groups } : {}) };
  }
  return choice;
}
