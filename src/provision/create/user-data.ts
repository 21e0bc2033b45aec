import type { KubeObject } from '../../cluster/types.js';
import type { RenderedDevice } from '../../render/types.js';
import { ANNOTATION_USER_DATA_HASH } from '../../spec/labels.js';
import { keptTextIn } from '../kept/document.js';
import type { PreparedDevice } from './prepared.js';

/** Only these words ever describe a Secret's content. */
export const USER_DATA_CHANGED = 'user-data changed';
export const KEPT_CHANGED = 'the settings stored in it changed';

/** Whether the Secret will hold other user-data than the live VM has in its annotation. */
function isUserDataNew(live: KubeObject | undefined, rendered: RenderedDevice): boolean {
  return live?.metadata.annotations?.[ANNOTATION_USER_DATA_HASH] !== rendered.userDataHash;
}

/** The changes of the Secret's content in words; nothing if there are none. */
export function secretDetail({ rendered, live, kept }: Pick<PreparedDevice, 'rendered' | 'live' | 'kept'>): { detail?: string } {
  if (isUserDataNew(live.vm, rendered)) return { detail: USER_DATA_CHANGED };
  return keptTextIn(live.secret) === kept ? {} : { detail: KEPT_CHANGED };
}
