import { kinds, type Cluster } from 'edge-vm';

/** Tells of changes of claims, from one watch for all. */
export class ClaimChanges {
  readonly #waiting = new Map<string, (() => void)[]>();

  /** Resolves at the next change of this claim, `namespace/name`. */
  next(claim: string): Promise<void> {
    return new Promise((resolve) => this.#waiting.set(claim, [...(this.#waiting.get(claim) ?? []), resolve]));
  }

  /** Works until the signal fires; throws what the watch throws. */
  async watch(cluster: Cluster, signal: AbortSignal): Promise<void> {
    for await (const event of cluster.watch(kinds.PersistentVolumeClaim, { signal })) {
      if (event.type === 'synced') continue;
      const { namespace = '', name } = event.object.metadata;
      const claim = `${namespace}/${name}`;
      const resolvers = this.#waiting.get(claim) ?? [];
      this.#waiting.delete(claim);
      for (const resolve of resolvers) resolve();
    }
  }
}
