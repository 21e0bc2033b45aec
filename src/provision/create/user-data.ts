import type { KubeObject } from '../../cluster/types.js';
import type { RenderedDevice } from '../../render/types.js';
import { ANNOTATION_USER_DATA_HASH } from '../../spec/labels.js';

/** All that is ever told of a Secret's content. */
export const USER_DATA_CHANGED = 'user-data changed';

/** Whether the Secret is to hold other user-data than the live VM notes. */
export function isUserDataNew(live: KubeObject | undefined, rendered: RenderedDevice): boolean {
  return live?.metadata.annotations?.[ANNOTATION_USER_DATA_HASH] !== rendered.userDataHash;
}
