import type { StageRecord } from './record.js';

/** The newest state of a guest, and the boots before it. */
export interface GuestLog {
  readonly record: StageRecord | undefined;
  /** Boot ids in the order in which they appeared. */
  readonly boots: readonly string[];
}

export const emptyLog: GuestLog = { record: undefined, boots: [] };
const maxBoots = 100;

/**
 * Adds a record. A reader that attaches to a log again gets old records again, so older ones change nothing: a lower
 * `seq` of the same boot, or a boot before the present one. (`seq` counts over boots, but starts again with a new disk.
 * So the order of boots decides first.)
 */
export function addRecord(log: GuestLog, record: StageRecord): GuestLog {
  const current = log.record;
  if (current === undefined) return { record, boots: [record.boot] };
  if (record.boot === current.boot) return record.seq > current.seq ? { ...log, record } : log;
  if (log.boots.includes(record.boot)) return log;
  return { record, boots: [...log.boots, record.boot].slice(-maxBoots) };
}
