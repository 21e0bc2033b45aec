import { Secret } from '../../cluster/kinds.js';
import { cloudInitSecretName } from '../../render/index.js';
import { ref } from '../../cluster/ref.js';
import { currentVmi, isRunning } from '../reading.js';
import type { Source } from './source.js';

const pauseMs = 15_000;

/**
 * Checks whether the cloud-init Secret exists while the instance does not run yet: at once if nobody knows, then now and
 * then. It does not watch: a watch would need a right on all Secrets of the namespace, and would bring their contents
 * here again and again.
 */
export async function checkSecret(source: Source): Promise<void> {
  const { context, store, signal, name, namespace } = source;
  const { observations: o } = store;
  const target = ref(Secret, cloudInitSecretName(name), namespace);
  const starts = (): boolean => currentVmi(o) !== undefined && !isRunning(o);
  while (!signal.aborted) {
    const { version } = store;
    if (!starts()) {
      // A check from before this instance says nothing about the next one.
      if (isRunning(o) && o.secretMissing === false) delete o.secretMissing;
      await store.changedSince(version, signal);
      continue;
    }
    if (o.secretMissing === false) await context.clock.sleep(pauseMs, signal);
    if (signal.aborted || !starts()) continue;
    const found = await context.cluster.get(target, { signal }).then((secret) => secret !== undefined, () => undefined);
    if (found !== undefined && o.secretMissing !== !found) store.update(() => {
      o.secretMissing = !found;
    });
    if (found !== true) await context.clock.sleep(pauseMs, signal);
  }
}
