import { keyOf } from '../cluster/key.js';
import type { KubeObject } from '../cluster/types.js';
import type { EdgeAgentTwin } from '../hub/types.js';
import type { HubObservations, Observations } from '../readiness/observations.js';
import type { Track } from '../readiness/track.js';
import type { Cause } from '../readiness/types.js';

/** What a look at console, events and registry found; it stays until the next look. */
export interface Findings {
  guest?: NonNullable<Observations['guest']>;
  /** The twin's life when `guest` was read: a report to the hub after it knows more than a guest that was not set up yet. */
  guestOf?: string;
  refusal?: NonNullable<Observations['refusal']>;
  events?: Observations['events'];
  /** `of`: the twin's life at that time; with another one, the answer counts no more. */
  ping?: NonNullable<HubObservations['ping']> & { of: string };
  device?: NonNullable<HubObservations['device']>;
}

/**
 * What the operator remembers of a device between two looks. Nothing here must be right for the device to be right: after a
 * restart it is empty, and everything that must last is in the resource.
 */
export interface Memory {
  /** Of the resource: another one of that name is another device. */
  readonly uid: string;
  track: Track | undefined;
  /** The fingerprint after the last apply that succeeded, when it was, and what the resource wanted. */
  applied: { fingerprint: string; at: number; wanted: string } | undefined;
  /** The finalizer is removed: the resource is gone, but the caches may still have it. */
  isFinalized: boolean;
  /** When the hub said first that it does not have the device of a resource that is being deleted, though its registration had begun. */
  absentSince: number | undefined;
  /** When the status was written last. */
  writtenAt: number;
  /** That was the first status that says that the device is ready. */
  wroteReady: boolean;
  /** The last apply failed: it is tried again if the fingerprint changes, or at this time. */
  failed: { fingerprint: string; error: unknown; attempts: number; until: number } | undefined;
  /** CDI could not fill these disks; until then, it still counts while CDI tries again. */
  importFailure: { cause: Cause; disks: string; until: number } | undefined;
  /** The evidence for the identity, in words. */
  evidence: string | undefined;
  found: Findings;
  /** Names of the claims that its disks had. */
  readonly claims: Set<string>;
  /** When the last look at the console began, and how many there were in a row. */
  look: { at: number; count: number } | undefined;
}

/** Changes when the edge agent reports, connects or disconnects. */
export function lifeOf(twin: EdgeAgentTwin | undefined): string {
  return `${twin?.connectionState ?? ''} ${twin?.reported.$version ?? ''} ${twin?.reported.$metadata?.$lastUpdated ?? ''}`;
}

/** The registry said that there is no such device: somebody has deleted it there. */
export function isAbsent({ found }: Pick<Memory, 'found'>): boolean {
  return found.device !== undefined && found.device.value === undefined;
}

export class Memories {
  readonly #byKey = new Map<string, Memory>();

  of(resource: KubeObject): Memory {
    const key = keyOf(resource.metadata);
    const uid = resource.metadata.uid ?? '';
    const known = this.#byKey.get(key);
    if (known?.uid === uid) return known;
    const fresh: Memory = { uid, track: undefined, applied: undefined, isFinalized: false, absentSince: undefined, writtenAt: 0, wroteReady: false, failed: undefined, importFailure: undefined, evidence: undefined, found: {}, claims: new Set(), look: undefined };
    this.#byKey.set(key, fresh);
    return fresh;
  }

  tryAgain(): void {
    for (const memory of this.#byKey.values()) memory.failed = undefined;
  }

  forget(key: string): void {
    this.#byKey.delete(key);
  }
}
