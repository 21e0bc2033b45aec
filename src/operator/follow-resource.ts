import { EdgeDeployment, EdgeDevice } from '../cluster/kinds.js';
import type { Cluster, KubeObject } from '../cluster/types.js';
import { EdgeVmError } from '../support/errors.js';

/**
 * Calls back with a resource as it is now, and after each change, until the signal fires. With the operator's caches it sends
 * nothing. Another resource of that name does not count.
 */
export async function followResource(cluster: Cluster, { kind, metadata: { name, namespace, uid } }: KubeObject, signal: AbortSignal, each: (live: KubeObject) => void): Promise<void> {
  const type = kind === EdgeDeployment.kind ? EdgeDeployment : EdgeDevice;
  try {
    const events = cluster.watch(type, { ...(namespace === undefined ? {} : { namespace }), fieldSelector: `metadata.name=${name}`, signal });
    for await (const event of events) {
      if (event.type !== 'synced' && event.type !== 'deleted' && event.object.metadata.uid === uid) each(event.object);
    }
  } catch (error) {
    // Without news, the work goes on to its own end.
    if (!signal.aborted && !EdgeVmError.is(error)) throw error;
  }
}
