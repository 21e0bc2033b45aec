import { Secret } from '../../cluster/kinds.js';
import { cloudInitSecretName } from '../../render/index.js';
import { ref } from '../../cluster/ref.js';
import { currentVmi, isRunning } from '../reading.js';
import type { Source } from './source.js';

const pauseMs = 15_000;
/** Until there is an instance to look for. */
const shortPauseMs = 1_000;

/**
 * Looks whether the cloud-init Secret is there, for each instance that does not run yet. Asked for, not watched: a
 * watch would need a right on all Secrets of the namespace, and carry their contents here again and again.
 */
export async function checkSecret(source: Source): Promise<void> {
  const { context, store, signal, name, namespace } = source;
  const target = ref(Secret, cloudInitSecretName(name), namespace);
  while (!signal.aborted) {
    const starts = currentVmi(store.observations) !== undefined && !isRunning(store.observations);
    if (starts) {
      const found = await context.cluster.get(target, { signal }).then((secret) => secret !== undefined, () => undefined);
      if (found !== undefined && store.observations.secretMissing !== !found) store.update((o) => {
        o.secretMissing = !found;
      });
    }
    await context.clock.sleep(starts ? pauseMs : shortPauseMs, signal);
  }
}
