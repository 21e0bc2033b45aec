import { kinds, type Cluster, type KubeObject } from '../../../src/cluster/index.js';
import { patiently, until } from './until.js';

/** The running launcher pod of a VirtualMachine of namespace `default`. */
export async function launcherPod(cluster: Cluster, name: string): Promise<KubeObject | undefined> {
  const pods = await cluster.list(kinds.Pod, { namespace: 'default', labelSelector: `vm.kubevirt.io/name=${name}` });
  return pods.filter(({ status, metadata }) => status?.['phase'] === 'Running' && metadata.deletionTimestamp === undefined).at(-1);
}

/** What the serial console has said so far; with `follow`, what it says from now on as well. */
export function consoleOf(cluster: Cluster, pod: KubeObject, options: { follow?: boolean; signal?: AbortSignal } = {}): AsyncIterable<string> {
  return cluster.logs({ namespace: 'default', pod: pod.metadata.name, container: 'guest-console-log', ...options });
}

/** The first line on the console that `wanted` accepts, as soon as it is there. */
export async function consoleLine(cluster: Cluster, name: string, { what, seconds, wanted }: { what: string; seconds: number; wanted: (line: string) => boolean }): Promise<string> {
  const signal = AbortSignal.timeout(patiently(seconds));
  return until(what, seconds, async () => {
    const pod = await launcherPod(cluster, name);
    if (pod === undefined) return undefined;
    for await (const text of consoleOf(cluster, pod, { follow: true, signal })) if (wanted(text)) return text;
    return undefined;
  });
}
