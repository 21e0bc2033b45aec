import { noneIfUnreadable, undefinedIfUnreadable } from '../../cluster/absent.js';
import { keyOf } from '../../cluster/key.js';
import { EdgeDevice } from '../../cluster/kinds.js';
import { ref } from '../../cluster/ref.js';
import type { KubeObject } from '../../cluster/types.js';
import { words } from '../../readiness/reading.js';
import type { DeviceResult, ProvisionContext } from '../../readiness/types.js';
import { listAt, textAt } from '../../support/plain.js';

/** The longest message of a condition that is passed on. */
const longest = 2_000;

/**
 * Says of each device that an EdgeDevice keeps whether the operator refuses that EdgeDevice: the device then runs with earlier settings,
 * and nothing else of it shows that. The same for an EdgeDevice that somebody deletes. One request, and none if no EdgeDevice keeps one of them. Without the right to read
 * EdgeDevices, the results stay as they are.
 *
 * @param namespace the one namespace of the devices; absent: several.
 */
export async function withRefusals({ cluster, signal }: Pick<ProvisionContext, 'cluster' | 'signal'>, results: readonly DeviceResult[], namespace?: string): Promise<DeviceResult[]> {
  const kept = results.filter(({ owner }) => owner !== undefined);
  const [first] = kept;
  if (first === undefined) return [...results];
  const call = signal === undefined ? {} : { signal };
  const resources = kept.length === 1
    ? [await cluster.get(ref(EdgeDevice, first.owner!.name, first.namespace), call).catch(undefinedIfUnreadable)]
    : await cluster.list(EdgeDevice, { ...(namespace === undefined ? {} : { namespace }), ...call }).catch(noneIfUnreadable);
  const refused = new Map(resources.flatMap((resource) => (resource === undefined ? [] : [[keyOf(resource.metadata), refusalIn(resource)] as const])));
  return results.map((result) => {
    const found = result.owner === undefined ? undefined : refused.get(keyOf({ name: result.owner.name, namespace: result.namespace }));
    return found === undefined ? result : { ...result, refused: found };
  });
}

function refusalIn({ metadata, status }: KubeObject): DeviceResult['refused'] {
  if (metadata.deletionTimestamp !== undefined) {
    const ready = listAt(status, 'conditions').find((one) => textAt(one, 'type') === 'Ready' && textAt(one, 'reason') === 'Deleting');
    return { reason: 'Deleting', message: ready === undefined ? 'the operator has said nothing of it yet' : words(textAt(ready, 'message'), longest) };
  }
  const accepted = listAt(status, 'conditions').find((one) => textAt(one, 'type') === 'Accepted' && textAt(one, 'status') === 'False');
  return accepted === undefined ? undefined : { reason: words(textAt(accepted, 'reason'), 60), message: words(textAt(accepted, 'message'), longest) };
}
