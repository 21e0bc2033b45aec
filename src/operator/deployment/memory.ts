import type { KubeObject } from '../../cluster/types.js';
import type { ReadSpec } from './spec.js';
import type { Wanted } from './wanted.js';

/** The hub was seen to want exactly this of a device. */
export interface Seen {
  digest: string;
  /** `$version` of `$edgeAgent`'s desired properties at that time. */
  version: number | undefined;
  at: number;
}

/** What the operator remembers of an EdgeDeployment between two looks. After a restart it is empty, and costs some requests. */
export interface DeploymentMemory {
  readonly uid: string;
  spec: { generation: number; read: ReadSpec } | undefined;
  wanted: { generation: number; until: number; wanted: Wanted } | undefined;
  /** By hub and device id. */
  readonly seen: Map<string, Seen>;
  /** When the twins of other modules than `$edgeAgent` were queried last, in milliseconds since the epoch. */
  modulesAskedAt: number;
  /** Devices (by hub and device id) whose answer then differed from the manifest. */
  readonly drifted: Set<string>;
  /** Devices that are not asked again before this time, and why. */
  readonly failed: Map<string, { digest: string; message: string; attempts: number; until: number }>;
  /** Hubs (lower case) whose limit devices wait for, and when the next call may come, in milliseconds since the epoch. */
  readonly busy: Map<string, number>;
  /** Requests about the configuration that failed, one after the other. */
  failures: number;
  /** When a hub said first that it has no configuration of a resource that is being deleted, and no status says that there was one. */
  absentSince: number | undefined;
  /** The last counts, and since when; long ago if every device is done. */
  progress: { counts: string; at: number } | undefined;
}

export class DeploymentMemories {
  readonly #byKey = new Map<string, DeploymentMemory>();

  of(key: string, { metadata }: KubeObject): DeploymentMemory {
    const uid = metadata.uid ?? '';
    const known = this.#byKey.get(key);
    if (known?.uid === uid) return known;
    const fresh: DeploymentMemory = { uid, spec: undefined, wanted: undefined, seen: new Map(), modulesAskedAt: Number.NEGATIVE_INFINITY, drifted: new Set(), failed: new Map(), busy: new Map(), failures: 0, absentSince: undefined, progress: undefined };
    this.#byKey.set(key, fresh);
    return fresh;
  }

  /** When the last progress was of those whose devices are not all done. */
  newest(): number {
    return Math.max(Number.NEGATIVE_INFINITY, ...[...this.#byKey.values()].map(({ progress }) => progress?.at ?? Number.NEGATIVE_INFINITY));
  }

  forget(key: string): void {
    this.#byKey.delete(key);
  }
}
