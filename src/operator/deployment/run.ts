import { EdgeDeployment } from '../../cluster/kinds.js';
import type { Caches } from '../../cluster/cached/index.js';
import { keyOf, partsOf } from '../../cluster/key.js';
import type { KubeObject } from '../../cluster/types.js';
import type { OperatorContext } from '../context.js';
import { createQueue, type QueueStats } from '../queue.js';
import { createDeploymentChanges } from './concerned.js';
import { createDeploymentReconciler } from './reconcile.js';

/** EdgeDeployments at the same time; each works on several devices. */
const concurrency = 4;
/** The twins of many devices change together. */
const gatherMs = 1_000;

/** The work on EdgeDeployments beside that on EdgeDevices. */
export interface Deployments {
  /** A watched object changed. */
  note(object: KubeObject, deleted: boolean): void;
  /** The hub answered something new about these EdgeDevices, by key. */
  twinsChanged(devices: Iterable<string>): void;
  /** Devices are taking up a deployment, so that people wait for news of their twins. */
  isRolling(): boolean;
  run(ended: AbortSignal): Promise<void>;
  readonly stats: QueueStats;
}

/** `context.cluster` reads from the caches, which have EdgeDevices and EdgeDeployments. */
export function createDeployments(context: OperatorContext, caches: Pick<Caches, 'objects'>, onError: (key: string, error: unknown) => void): Deployments {
  const { clock, random } = context;
  const keysIn = (namespace: string): string[] => caches.objects(EdgeDeployment).filter(({ metadata }) => metadata.namespace === namespace).map(({ metadata }) => keyOf(metadata));
  const queue = createQueue({ clock, random, concurrency, onError });
  const reconciler = createDeploymentReconciler(context);
  const changes = createDeploymentChanges(keysIn);
  return {
    stats: queue.stats,
    note(object, deleted) {
      for (const key of changes.concerned(object, deleted)) queue.add(key);
    },
    twinsChanged(devices) {
      const namespaces = new Set([...devices].map((key) => partsOf(key).namespace));
      for (const namespace of namespaces) for (const key of keysIn(namespace)) queue.after(key, gatherMs);
    },
    isRolling: () => reconciler.isRolling(),
    async run(ended) {
      for (const object of caches.objects(EdgeDeployment)) queue.add(keyOf(object.metadata));
      await queue.run((key) => reconciler.reconcile(key), ended);
    },
  };
}
