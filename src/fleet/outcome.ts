import { ExitCode, exitCodeOf, type CauseCode } from '../support/causes.js';
import type { Change, DeviceResult } from '../readiness/types.js';

/** The result of a run with many devices; the object that the commands print with `-o json`. */
export interface FleetResult {
  /** One for each device, in the order of the input; then those that were removed. */
  items: DeviceResult[];
  summary: FleetSummary;
}

/** Numbers of devices. */
export interface FleetSummary {
  total: number;
  /** Without a cause: everything that was asked for is done. */
  good: number;
  /** The time was up before everything about them was read: they may be good. */
  unread: number;
  /** With another cause than `interrupted`, and read. */
  failed: number;
  /** Of the failed ones: the checks refused them, and nothing of them was changed. */
  refused: number;
  /** Somebody ended the run before they were done. */
  interrupted: number;
  created: number;
  changed: number;
  unchanged: number;
  deleted: number;
  /** Of all that are not good, by cause. */
  causes: Partial<Record<CauseCode, number>>;
  /** Seconds of the whole run. */
  seconds: number;
}

/** How a device has ended. */
export type End = 'good' | 'unread' | 'failed' | 'interrupted';

/** The one number of a summary that counts the device. */
export function endOf({ cause, unread }: Pick<DeviceResult, 'cause' | 'unread'>): End {
  if (cause === undefined) return 'good';
  return cause.code === 'interrupted' ? 'interrupted' : unread === true ? 'unread' : 'failed';
}

/** Counts the results: `total` is `good`, `unread`, `failed` and `interrupted`. */
export function summaryOf(items: readonly DeviceResult[], seconds: number): FleetSummary {
  const summary: FleetSummary = { total: items.length, good: 0, unread: 0, failed: 0, refused: 0, interrupted: 0, created: 0, changed: 0, unchanged: 0, deleted: 0, causes: {}, seconds: Math.round(seconds * 100) / 100 };
  for (const item of items) {
    const { cause, changes, untouched } = item;
    if (untouched === true) summary.refused += 1;
    summary[endOf(item)] += 1;
    if (cause !== undefined) summary.causes[cause.code] = (summary.causes[cause.code] ?? 0) + 1;
    const what = cause === undefined ? changeOf(changes) : changeOfUnfinished(changes);
    if (what !== undefined) summary[what] += 1;
  }
  return summary;
}

/** What happened to a device as a whole; `undefined` if nothing was done. */
export function changeOf(changes: readonly Change[]): 'created' | 'changed' | 'unchanged' | 'deleted' | undefined {
  const vm = changes.find(({ kind }) => kind === 'VirtualMachine')?.outcome;
  if (vm === 'created' || vm === 'deleted') return vm;
  if (changes.length === 0) return undefined;
  if (vm === undefined && changes.every(({ outcome }) => outcome === 'deleted' || outcome === 'kept')) return 'deleted';
  return changes.every(({ outcome }) => outcome === 'unchanged') ? 'unchanged' : 'changed';
}

/** Of a device with a cause: only what is certainly done. A deletion is not, and before its machine comes, no device is there. */
function changeOfUnfinished(changes: readonly Change[]): 'created' | 'changed' | 'unchanged' | undefined {
  const what = changes.some(({ kind }) => kind === 'VirtualMachine') ? changeOf(changes) : undefined;
  return what === 'deleted' ? undefined : what;
}

/** Exit codes, the worst first. A device whose time is up continues by itself, so this is the least of them. */
const worst: readonly ExitCode[] = [ExitCode.interrupted, ExitCode.unexpected, ExitCode.failure, ExitCode.preflight, ExitCode.usage, ExitCode.timeout];

/** 0 only if all devices are good; else the exit code of the worst cause. */
export function exitCodeOfFleet(items: readonly DeviceResult[]): ExitCode {
  const codes = new Set(items.flatMap(({ cause }) => (cause === undefined ? [] : [exitCodeOf(cause.code)])));
  return worst.find((code) => codes.has(code)) ?? ExitCode.ok;
}
