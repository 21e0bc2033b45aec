import { EdgeDevice } from '../cluster/kinds.js';
import { ref } from '../cluster/ref.js';
import type { KubeObject } from '../cluster/types.js';
import { stamp } from './conditions.js';
import type { OperatorContext } from './context.js';
import { statusIn } from './registration.js';

/**
 * The status of a device that has none yet. The first work on a device asks its hub, and a hub that does not answer takes half a
 * minute to fail: a person must see by then that the operator works on the device.
 */
export async function tellFirst({ cluster, clock, signal }: OperatorContext, resource: KubeObject): Promise<KubeObject> {
  const { conditions = [] } = statusIn(resource);
  if (conditions.length > 0) return resource;
  const { name, namespace, generation = 0 } = resource.metadata;
  const message = 'the spec is valid; the hub is asked for the device';
  const wanted = ['Ready', 'Accepted'].map((type) => ({ type, status: 'Unknown' as const, reason: 'HubAsked', message }));
  return cluster.mergePatch(ref(EdgeDevice, name, namespace), { status: { conditions: stamp(wanted, conditions, generation, clock.now()) } }, { subresource: 'status', signal });
}
