import { kinds, type KubeObject } from '../../../src/cluster/index.js';
import type { ResourceType } from '../../../src/cluster/types.js';
import type { Scene } from './scene.js';

/** Which objects there ever were for each device, however short their life was. */
export interface Census {
  /** uids of a kind by device. */
  of: (kind: 'EdgeDevice' | 'VirtualMachine' | 'VirtualMachineInstance' | 'Pod') => ReadonlyMap<string, ReadonlySet<string>>;
  close: () => Promise<void>;
}

const counted = [kinds.EdgeDevice, kinds.VirtualMachine, kinds.VirtualMachineInstance, kinds.Pod] as const;

/** Watches with the admin's rights, past all proxies. */
export function startCensus(scene: Scene): Census {
  const stop = new AbortController();
  const found = new Map<string, Map<string, Set<string>>>(counted.map(({ kind }) => [kind, new Map()]));
  const watch = async (type: ResourceType): Promise<void> => {
    const devices = found.get(type.kind)!;
    try {
      for await (const event of scene.cluster.watch(type, { namespace: scene.namespace, signal: stop.signal })) {
        if (!('object' in event)) continue;
        const name = deviceNameOf(event.object);
        devices.set(name, (devices.get(name) ?? new Set()).add(event.object.metadata.uid ?? ''));
      }
    } catch (error) {
      if (!stop.signal.aborted) throw error;
    }
  };
  const watches = Promise.all(counted.map(watch));
  watches.catch(() => undefined);
  return {
    of: (kind) => found.get(kind)!,
    async close() {
      stop.abort();
      await watches;
    },
  };
}

function deviceNameOf({ metadata }: KubeObject): string {
  return metadata.labels?.['vm.kubevirt.io/name'] ?? metadata.name;
}
