import { Secret } from '../../cluster/kinds.js';
import { ref } from '../../cluster/ref.js';
import { ANNOTATION_DEVICE, ANNOTATION_HUB, LABEL_DEREGISTER } from '../../spec/labels.js';
import type { DeleteState } from './state.js';

/**
 * The VM owns its Secret, so the garbage collector deletes it with the VM. If a run is stopped before the hub device is
 * deleted, nothing would name that device any more. So the Secret loses this owner first, and a label marks it: the next
 * `delete` finds it. The garbage collector asks the API server for the owners before it deletes, so this is in time.
 */
export async function keepSecret({ context, request, found, deadline }: DeleteState): Promise<void> {
  const { vm, secret, device } = found;
  if (!request.deregister || vm === undefined || secret === undefined || secret.metadata.deletionTimestamp !== undefined || device.id === null) return;
  const ownerReferences = (secret.metadata.ownerReferences ?? []).filter(({ uid }) => uid !== vm.metadata.uid);
  const annotations = { [ANNOTATION_DEVICE]: device.id, ...(device.hub === null ? {} : { [ANNOTATION_HUB]: device.hub }) };
  await context.cluster.mergePatch(
    ref(Secret, secret.metadata.name, request.namespace),
    { metadata: { ownerReferences, labels: { [LABEL_DEREGISTER]: 'true' }, annotations } },
    { signal: deadline.signal },
  );
}
