import type { Observations } from './observations.js';
import { currentVmi } from './reading.js';
import { unknown, type Verdict } from './verdict.js';

/** The reason of what nobody has read yet. */
export const NOT_READ = 'NotRead';

/** The reason while the hub has given no answer. */
export const NOT_ASKED = 'NotAsked';

/** No instance is known, and it may exist. */
export function instanceNotRead(o: Observations): Verdict | undefined {
  return currentVmi(o) === undefined && !o.seen.vmi ? unknown('NotRead', 'the instance was not read yet') : undefined;
}

/** The guest may have reported on a console that was not read yet. */
export function consoleNotRead(o: Observations): boolean {
  return o.consoleUnread === true || o.unread?.includes('pods') === true;
}
