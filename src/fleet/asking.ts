import { snapshotCluster, type CacheSpec } from '../cluster/cached/index.js';
import { DataVolume, EdgeDevice, Event, Node, Pod, VirtualMachine, VirtualMachineInstance } from '../cluster/kinds.js';
import { ownSelector } from '../cluster/owned.js';
import type { CallOptions, Cluster, KubeObject, ListOptions, ObjectRef, ResourceType } from '../cluster/types.js';
import { bySubject, leanEvent, subjectOf } from '../readiness/lean-event.js';
import { untilAborted } from '../support/abort.js';
import { decorated } from '../support/decorated.js';

const ofNamespaces: readonly Omit<CacheSpec, 'namespaces'>[] = [
  { type: EdgeDevice }, { type: VirtualMachine }, { type: VirtualMachineInstance },
  { type: Pod, labelSelector: 'kubevirt.io=virt-launcher' }, { type: DataVolume, labelSelector: ownSelector() },
];

/**
 * A cluster port for asking about many devices at this moment: one list of each type for each namespace instead of a dozen
 * requests for each device. Secrets are asked for one by one, so that their contents stay where they are. Use it for one
 * run: it shows what was there at its start.
 */
export async function askingCluster(cluster: Cluster, namespaces: readonly string[], signal: AbortSignal | undefined): Promise<Cluster> {
  const call = signal === undefined ? {} : { signal };
  const snapshot = await snapshotCluster(cluster, ofNamespaces.map((spec) => ({ ...spec, namespaces })), call);
  // Not with the signal of one device: its end must not end the others'.
  const events = once((namespace) => cluster.list(Event, { namespace, lean: leanEvent, ...call }).then(bySubject));
  const nodes = once((name) => cluster.get({ type: Node, name }, call));
  return decorated(snapshot, {
    async list(type: ResourceType, options: ListOptions = {}): Promise<KubeObject[]> {
      const subject = subjectOf(options);
      if (type !== Event || subject === undefined || options.namespace === undefined) return snapshot.list(type, options);
      return (await untilAborted(events(options.namespace), options.signal)).get(subject) ?? [];
    },
    async get(ref: ObjectRef, options: CallOptions = {}): Promise<KubeObject | undefined> {
      return ref.type === Node ? untilAborted(nodes(ref.name), options.signal) : snapshot.get(ref, options);
    },
  });
}

/** The first answer for each key, also if it is an error. */
function once<T>(ask: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const answers = new Map<string, Promise<T>>();
  return (key) => {
    const answer = answers.get(key) ?? ask(key);
    answers.set(key, answer);
    // Each caller gets it; without this, one that nobody awaits any more would end the process.
    answer.catch(() => undefined);
    return answer;
  };
}
