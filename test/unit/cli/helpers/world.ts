import { FakeCluster } from '../../../helpers/fake-cluster/index.js';
import { playKubeVirt } from '../../../helpers/fake-cluster/kubevirt.js';
import { FakeHub } from '../../../helpers/fake-hub.js';
import { ManualClock } from '../../../helpers/manual-clock.js';
import type { CliDeps } from '../../../../src/cli/run/deps.js';
import { sleep } from '../../../../src/support/waiting.js';
import { hubConnectionString, run, type Outcome, type RunOptions } from './run.js';

/** The command line over a cluster and a hub in memory; what it does is done there. */
export interface World {
  cluster: FakeCluster;
  hub: FakeHub;
  run: (args: readonly string[], options?: RunOptions) => Promise<Outcome>;
  /** Content of a key of the device's Secret. */
  secret: (key: string, name?: string) => string | undefined;
  /** Kind and resourceVersion of all objects. */
  versions: () => string[];
}

export function openWorld(): World {
  const cluster = new FakeCluster(new ManualClock());
  cluster.forbidden.add('list nodes');
  playKubeVirt(cluster);
  const hub = new FakeHub('contoso.azure-devices.net');
  const deps = {
    cluster: async () => ({ connectCluster: async () => cluster }),
    hub: async () => ({ connectHub: async () => hub, checkCredential: async () => ({ ok: true }) }),
  } as unknown as Partial<CliDeps>;
  return {
    cluster, hub,
    run: (args, options = {}) => run(args, { sleep, ...options, deps }),
    secret(key, name = 'gw-01') {
      const data = cluster.find('Secret', `${name}-cloud-init`)?.['data'] as Record<string, string> | undefined;
      return data?.[key] === undefined ? undefined : Buffer.from(data[key], 'base64').toString('utf8');
    },
    versions: () => cluster.store.all().map(({ kind, metadata }) => `${kind}/${metadata.name} ${metadata.resourceVersion}`).sort(),
  };
}

/** The variables of a person who has the hub's credential. */
export const withHub = { EDGE_VM_HUB_CONNECTION_STRING: hubConnectionString };
