import { summaryOf } from '../../fleet/outcome.js';
import type { DeviceResult } from '../../readiness/types.js';

/** How the summary names what happened to the devices. */
export interface SummaryWords {
  /** What a good device is: `are ready`, `have reached connected`. */
  done: string;
  /** Nothing was changed. */
  dryRun?: 'client' | 'server';
  /** The first so many items were applied; the others were deleted, since no file names them. All of them if absent. */
  applied?: number;
  /** The applied items are deletions too: one without a change had nothing to delete. */
  deletes?: true;
  /** Only their states were asked for: a device that is not ready counts as that, and the time does not matter. */
  states?: true;
  /** Instead of the words `changed` and `unchanged`. */
  outcomes?: Partial<Record<'changed' | 'unchanged', string>>;
}

const ofDryRun = { created: 'to create', changed: 'to change', unchanged: 'unchanged', deleted: 'to delete' } as const;

/** The devices without a cause that are not good either, with their word. */
export interface Rest {
  word: string;
  holds: (item: DeviceResult) => boolean;
}

/** Of deletions: devices of which nothing was deleted. */
export const nothingDeleted = (word: string): Rest => ({ word, holds: ({ changes }) => changes.length === 0 });

/** Of states: a device that nothing stops, and that is not there yet. */
export const notReady: Rest = { word: 'not ready', holds: ({ ready }) => !ready };

/** The words of a line with numbers: `2 of 3 devices are ready: 1 failed`. */
export function countLine(items: readonly DeviceResult[], { done, dryRun, outcomes = {} }: Pick<SummaryWords, 'done' | 'dryRun' | 'outcomes'>, open?: Rest): { good: number; total: number; what: string; others: string; isBad: boolean } {
  const { total, good: all, unread, failed, refused, interrupted, ...counts } = summaryOf(items, 0);
  const rest = open === undefined ? 0 : items.filter((item) => item.cause === undefined && open.holds(item)).length;
  const good = all - rest;
  const one = total === 1 ? done.replace(/^are /, 'is ').replace(/^have /, 'has ') : done;
  const changes = (Object.keys(ofDryRun) as (keyof typeof ofDryRun)[])
    // Good devices of a deletion are the deleted ones: the number is there already.
    .filter((what) => counts[what] > 0 && !(what === 'deleted' && counts[what] === good))
    .map((what) => `${counts[what]} ${dryRun !== undefined ? ofDryRun[what] : { ...outcomes }[what as 'changed'] ?? what}`);
  // Whether a device is ready was not asked: its change was refused before.
  if (refused === total && total > 0) return { good: total, total, what: `${total === 1 ? 'is' : 'are'} refused`, others: 'nothing was changed', isBad: true };
  const others = ([[rest, open?.word], [refused, 'refused (nothing was changed)'], [failed - refused, 'failed'], [unread, 'not read'], [interrupted, 'interrupted']] as const)
    .flatMap(([count, word]) => (count === 0 ? [] : [`${count} ${word}`]));
  return { good, total, what: `${one}${dryRun === undefined ? '' : ` (${dryRun} dry run)`}`, others: [...changes, ...others].join(', '), isBad: good < total };
}
