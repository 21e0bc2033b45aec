import { isConflict } from '../absent.js';
import { isMissingObject } from '../apply.js';
import { Lease } from '../kinds.js';
import { ref } from '../ref.js';
import type { Cluster, KubeObject, ObjectRef } from '../types.js';
import { microTime, recordOf, specOf, type LeaseRecord } from './record.js';

/** What one attempt has found. */
export type Attempt = { isOurs: true } | { isOurs: false; holder: string };

/** The Lease is not as this candidate knows it: changed, made or deleted by somebody. */
function isOutdated(error: unknown): boolean {
  return isConflict(error) || isMissingObject(error);
}

/**
 * Tries to get or to renew one Lease, as client-go's `tryAcquireOrRenew` does. Every write names the resourceVersion that it is
 * based on, so of two candidates only one succeeds. How old a renewal is counts from the moment when this
 * candidate saw it, on its own clock: the clocks of others do not matter.
 */
export class Candidate {
  readonly #ref: ObjectRef;
  #lease: KubeObject | undefined;
  #seen = '';
  #seenAt = 0;

  constructor(private readonly cluster: Cluster, private readonly options: {
    namespace: string; name: string; identity: string; seconds: number;
    /** Milliseconds of a clock that never jumps. */
    now: () => number;
    /** Milliseconds since the epoch, for people. */
    wallNow: () => number;
  }) {
    this.#ref = ref(Lease, options.name, options.namespace);
  }

  /** The holder that this candidate has seen last. */
  get holder(): string {
    return this.#lease === undefined ? '' : recordOf(this.#lease).holder;
  }

  /** Throws what a request throws, but not that somebody else was first. */
  async attempt(signal: AbortSignal): Promise<Attempt> {
    // Whoever renews knows the Lease, and saves the read.
    if (this.holder !== this.options.identity) this.#note(await this.cluster.get(this.#ref, { signal }));
    try {
      return await this.#write(signal);
    } catch (error) {
      if (!isOutdated(error)) throw error;
    }
    this.#note(await this.cluster.get(this.#ref, { signal }));
    try {
      return await this.#write(signal);
    } catch (error) {
      if (isOutdated(error)) return { isOurs: false, holder: this.holder };
      throw error;
    }
  }

  /** Gives the Lease back, if nobody else has it, so that the next candidate need not wait. */
  async release(signal: AbortSignal): Promise<void> {
    try {
      await this.#free(signal);
    } catch (error) {
      if (!isOutdated(error)) throw error;
      // A renewal was still on its way.
      this.#note(await this.cluster.get(this.#ref, { signal }));
      await this.#free(signal);
    }
  }

  async #free(signal: AbortSignal): Promise<void> {
    const lease = this.#lease;
    if (lease === undefined || this.holder !== this.options.identity) return;
    const time = microTime(this.options.wallNow());
    this.#note(await this.#patch(lease, { ...recordOf(lease), holder: '', seconds: 1, acquireTime: time, renewTime: time }, signal));
  }

  async #write(signal: AbortSignal): Promise<Attempt> {
    const { identity, seconds } = this.options;
    const time = microTime(this.options.wallNow());
    const lease = this.#lease;
    if (lease === undefined) {
      const first: LeaseRecord = { holder: identity, seconds, acquireTime: time, renewTime: time, transitions: 0 };
      this.#note(await this.#create(first, signal));
      return { isOurs: true };
    }
    const known = recordOf(lease);
    const isOurs = known.holder === identity;
    if (!isOurs && known.holder !== '' && this.options.now() < this.#seenAt + known.seconds * 1000) return { isOurs: false, holder: known.holder };
    const next = isOurs ? { ...known, seconds, renewTime: time } : { holder: identity, seconds, acquireTime: time, renewTime: time, transitions: known.transitions + 1 };
    this.#note(await this.#patch(lease, next, signal));
    return { isOurs: true };
  }

  async #create(record: LeaseRecord, signal: AbortSignal): Promise<KubeObject> {
    const { namespace, name } = this.options;
    return this.cluster.create({ apiVersion: Lease.apiVersion, kind: Lease.kind, metadata: { name, namespace }, spec: specOf(record) }, { signal });
  }

  async #patch(lease: KubeObject, record: LeaseRecord, signal: AbortSignal): Promise<KubeObject> {
    return this.cluster.mergePatch(this.#ref, { metadata: { resourceVersion: lease.metadata.resourceVersion }, spec: specOf(record) }, { signal });
  }

  /** A Lease counts as renewed when anything in it has changed. */
  #note(lease: KubeObject | undefined): void {
    this.#lease = lease;
    const text = lease === undefined ? '' : `${lease.metadata.uid} ${JSON.stringify(specOf(recordOf(lease)))}`;
    if (text === this.#seen) return;
    this.#seen = text;
    this.#seenAt = this.options.now();
  }
}

