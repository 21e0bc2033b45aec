import type { kinds as Kinds, ConnectOptions, ContextEntry } from '../../cluster/index.js';
import type { Cluster, ListOptions, ResourceType, TableRow } from '../../cluster/types.js';
import { LABEL_INSTANCE, LABEL_KEPT_DISK, LABEL_MANAGED_BY, MANAGER } from '../../spec/labels.js';
import type { Candidate } from './candidates.js';

/** Names that exist now. Each one sends at most one list request; `typed` is the word so far. */
export interface LiveNames {
  devices: (typed: string) => Promise<Candidate[]>;
  /** Devices with a disk, also with one that `delete --keep-disk` left. */
  disks: (typed: string) => Promise<Candidate[]>;
  namespaces: (typed: string) => Promise<Candidate[]>;
  contexts: (typed: string) => Promise<Candidate[]>;
  storageClasses: (typed: string) => Promise<Candidate[]>;
  secrets: (typed: string) => Promise<Candidate[]>;
  instancetypes: (typed: string) => Promise<Candidate[]>;
  preferences: (typed: string) => Promise<Candidate[]>;
}

export interface LiveSources {
  kinds: typeof Kinds;
  connect: () => Promise<Cluster>;
  contexts: () => Promise<ContextEntry[]>;
  chosen: Pick<ConnectOptions, 'context'>;
  signal: AbortSignal;
}

/** More names help nobody. */
const most = 500;

export function liveNames({ kinds, connect, contexts, chosen, signal }: LiveSources): LiveNames {
  /** In the namespace of the flags or the context, unless the type has none. */
  async function rows(type: ResourceType, options: ListOptions = {}): Promise<TableRow[]> {
    const cluster = await connect();
    try {
      return await cluster.table(type, { ...(type.namespaced ? { namespace: cluster.namespace } : {}), ...options, signal, limit: most });
    } finally {
      cluster.close();
    }
  }
  const plain = async (type: ResourceType, prefix = ''): Promise<Candidate[]> => (await rows(type)).map(({ name }) => ({ value: `${prefix}${name}` }));
  /** As the flag's syntax has it: a name alone is of the cluster-wide kind. */
  const either = (wide: ResourceType, own: ResourceType) => async (typed: string): Promise<Candidate[]> => {
    const prefix = typed.slice(0, typed.indexOf('/') + 1);
    return prefix.toLowerCase() === `${own.kind.toLowerCase()}/` ? plain(own, prefix) : plain(wide, prefix);
  };
  const ours = `${LABEL_MANAGED_BY}=${MANAGER}`;

  return {
    async devices() {
      return (await rows(kinds.VirtualMachine, { labelSelector: ours })).map(({ name, cells }) => ({ value: name, help: cells['Status'] ?? '' }));
    },
    async disks() {
      const found = new Map<string, string>();
      for (const { labels } of await rows(kinds.DataVolume, { labelSelector: ours })) {
        const name = labels?.[LABEL_INSTANCE];
        if (name === undefined) continue;
        const kept = labels?.[LABEL_KEPT_DISK] === 'true';
        if (kept || !found.has(name)) found.set(name, kept ? 'its disk was kept' : 'exists');
      }
      return [...found].map(([value, help]) => ({ value, help }));
    },
    async namespaces() {
      try {
        return (await rows(kinds.Namespace)).map(({ name, cells }) => ({ value: name, ...(cells['Status'] === 'Active' ? {} : { help: cells['Status'] ?? '' }) }));
      } catch (error) {
        // Few people may list namespaces; their kubeconfig names those that they use.
        const known = namespacesIn(await contexts(), chosen.context);
        if (known.length === 0) throw error;
        return known.map((value) => ({ value }));
      }
    },
    async contexts() {
      return (await contexts()).map(({ name, cluster, namespace, current }) => ({ value: name, help: `${current ? 'current; ' : ''}cluster ${cluster}${namespace === undefined ? '' : `, namespace ${namespace}`}` }));
    },
    async storageClasses() {
      return (await rows(kinds.StorageClass)).map(({ name, cells }) => ({ value: name, help: `${cells['Provisioner'] ?? ''}${(cells['Name'] ?? '').endsWith('(default)') ? ', default' : ''}` }));
    },
    async secrets(typed) {
      // Keys of a Secret are part of its content, which completion never reads.
      if (typed.includes('/')) return [];
      const found = await rows(kinds.Secret, { fieldSelector: 'type=Opaque', labelSelector: `${LABEL_MANAGED_BY}!=${MANAGER}` });
      return found.map(({ name, cells }) => ({ value: name, help: `${cells['Data'] ?? '?'} key${cells['Data'] === '1' ? '' : 's'}` }));
    },
    instancetypes: either(kinds.ClusterInstancetype, kinds.Instancetype),
    preferences: either(kinds.ClusterPreference, kinds.Preference),
  };
}

/** Namespaces of the contexts that lead to the same cluster. */
function namespacesIn(all: readonly ContextEntry[], context: string | undefined): string[] {
  const cluster = all.find(({ name, current }) => (context === undefined ? current : name === context))?.cluster;
  return [...new Set(all.filter((one) => one.cluster === cluster).flatMap(({ namespace }) => namespace ?? []))];
}
