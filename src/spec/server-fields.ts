import { isMapping, type Mapping } from '../support/plain.js';
import type { EdgeDeviceInput } from './types.js';

/** Fields of `metadata` that the API server and controllers write. The names are those of ObjectMeta, also of older servers. */
const written: ReadonlySet<string> = new Set([
  'creationTimestamp', 'deletionGracePeriodSeconds', 'deletionTimestamp', 'finalizers', 'generation', 'managedFields', 'ownerReferences', 'resourceVersion', 'selfLink', 'uid',
]);

/** kubectl's copy of what it applied: on a VirtualMachine it would be about another object. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * An input without the metadata that `kubectl get -o yaml` prints and no person writes, which counts as little as `status`.
 * Other unknown fields stay, so that the validation refuses them. The input does not change.
 */
export function withoutServerFields(input: EdgeDeviceInput): EdgeDeviceInput {
  const metadata: unknown = input.metadata;
  if (!isMapping(metadata)) return input;
  const { annotations } = metadata;
  const isCopied = isMapping(annotations) && Object.hasOwn(annotations, LAST_APPLIED);
  if (!isCopied && !Object.keys(metadata).some((key) => written.has(key))) return input;
  const kept = without(metadata, (key) => written.has(key));
  if (isCopied) {
    const own = without(annotations, (key) => key === LAST_APPLIED);
    if (Object.keys(own).length > 0) kept['annotations'] = own;
    else delete kept['annotations'];
  }
  return { ...input, metadata: kept };
}

function without(map: Mapping, drops: (key: string) => boolean): Mapping {
  return Object.fromEntries(Object.entries(map).filter(([key]) => !drops(key)));
}
