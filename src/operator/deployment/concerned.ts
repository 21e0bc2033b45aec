import { EdgeDeployment, EdgeDevice } from '../../cluster/kinds.js';
import { keyOf } from '../../cluster/key.js';
import type { KubeObject } from '../../cluster/types.js';
import { targetOf } from './select.js';

/** Tells which EdgeDeployments a changed object concerns. */
export interface DeploymentChanges {
  /** Keys of EdgeDeployments. Call it once for each change of an EdgeDevice or EdgeDeployment: it remembers what it saw of them. */
  concerned(object: KubeObject, deleted: boolean): string[];
}

/** `keysIn`: keys of the EdgeDeployments of a namespace. */
export function createDeploymentChanges(keysIn: (namespace: string) => Iterable<string>): DeploymentChanges {
  /** What a selection and an application depend on, by key of the EdgeDevice. Its status changes much more often. */
  const seen = new Map<string, string>();
  const specs = new Map<string, number>();
  return {
    concerned(object, deleted) {
      const key = keyOf(object.metadata);
      const all = (): string[] => [...keysIn(object.metadata.namespace ?? '')];
      if (object.kind === EdgeDeployment.kind) {
        const { generation = 0, deletionTimestamp } = object.metadata;
        const now = deletionTimestamp === undefined ? generation : -1;
        const isSame = specs.get(key) === now && !deleted;
        if (deleted) specs.delete(key);
        else specs.set(key, now);
        // Another EdgeDeployment may get a device, or lose it. A change of the status alone concerns nobody, but for annotations of a deletion.
        return isSame && deletionTimestamp === undefined ? [] : [...new Set([key, ...all()])];
      }
      if (object.kind !== EdgeDevice.kind) return [];
      const { uid, deletionTimestamp, labels = {} } = object.metadata;
      const now = deleted ? undefined : JSON.stringify([uid, deletionTimestamp, labels, targetOf(object)]);
      if (seen.get(key) === now) return [];
      if (now === undefined) seen.delete(key);
      else seen.set(key, now);
      return all();
    },
  };
}
