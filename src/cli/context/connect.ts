import type { ConnectOptions } from '../../cluster/index.js';
import type { Cluster } from '../../cluster/types.js';
import { clusterChoice } from '../flags/cluster-flags.js';
import type { FlagValues } from '../flags/group.js';
import { pluginTerminal } from '../run/plugin-terminal.js';
import type { Session } from '../run/session.js';

/** The cluster of the flags and the kubeconfig. It sends nothing yet. The caller closes it. */
export async function connect(session: Session, values: FlagValues, more: Pick<ConnectOptions, 'fieldManager' | 'concurrency' | 'beforeSend'> = {}): Promise<Cluster> {
  const { connectCluster } = await session.deps.cluster();
  return connectCluster({ ...clusterChoice(values), ...more, env: session.io.env, plugin: pluginTerminal(session) });
}
