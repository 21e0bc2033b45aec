import { summaryOf } from '../../fleet/outcome.js';
import type { DeviceName, FleetResult } from '../../fleet/index.js';
import type { CauseCode } from '../../support/causes.js';
import type { DeviceResult } from '../../readiness/types.js';
import type { Session } from '../run/session.js';
import { causeInWords, resultInWords } from './advice.js';
import { deviceTable, objectName, refusalText } from './device.js';
import { formatSeconds, isMachine } from './format.js';
import { hanging } from './wrap.js';

/** Names in a line; the rest is counted. */
const mostNames = 8;

/** `gw-01, gw-02 and 5 more`. */
export function namesText(names: readonly string[]): string {
  return names.length <= mostNames ? names.join(', ') : `${names.slice(0, mostNames).join(', ')} and ${names.length - mostNames} more`;
}

/** A message of a device, where its name stands before it. */
export function withoutName(message: string, name: string): string {
  return message.startsWith(`${name} `) ? message.slice(name.length + 1) : message;
}

/** Without a limit, for what cannot be undone; with their namespaces, if they are of several. */
export function allNames(devices: readonly DeviceName[]): string {
  const several = new Set(devices.map(({ namespace }) => namespace)).size > 1;
  return devices.map(({ name, namespace }) => (several ? `${namespace}/${name}` : name)).join(', ');
}

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
}

/** The last lines of a run with many devices: the numbers, and the failures by cause, most devices first. */
export function printFleetSummary({ items, summary }: FleetResult, session: Session, { done, dryRun, applied = items.length, deletes }: SummaryWords): void {
  const { note, style } = session.printer;
  const pruned = items.slice(applied);
  const whole = items.slice(0, applied);
  const absent = 'not there';
  // If a device of the run failed, nothing is pruned.
  const left = whole.some(({ cause }) => cause !== undefined) ? 'left' : absent;
  const lines = [countLine(whole, done, dryRun, deletes === true ? absent : undefined), ...(pruned.length === 0 ? [] : [countLine(pruned, dryRun === undefined ? 'are deleted' : 'would be deleted', dryRun, left)])];
  note('');
  lines.forEach(({ good, total, what, others, isBad }, index) => {
    note(`${style.bold(`${good} of ${total}`)} device${total === 1 ? '' : 's'} ${isBad ? what : style.green(what)}${index > 0 ? '' : ` after ${formatSeconds(summary.seconds)}`}${others === '' ? '' : `: ${others}`}`);
  });
  if (dryRun === undefined) printPending(items, session);
  for (const group of byCause(items)) printGroup(group, session);
  const refused = items.flatMap((item) => (item.cause === undefined ? refusalText(item) ?? [] : []));
  if (refused.length > 0) note('');
  for (const text of refused.slice(0, mostNames)) note(`${style.yellow('warning:')} ${text}`);
  if (refused.length > mostNames) note(`${style.yellow('warning:')} and ${refused.length - mostNames} more EdgeDevices are refused`);
}

/** A device that is ready may still have settings that are not in effect: `changed` alone would say that they are. */
function printPending(items: readonly DeviceResult[], { printer: { note }, io: { programName } }: Session): void {
  const waiting = (effect: 'restart' | 'first-boot'): string[] => items.filter(({ pending }) => pending?.effect === effect).map(({ name }) => name);
  const [restart, firstBoot] = [waiting('restart'), waiting('first-boot')];
  const who = (names: readonly string[], one: string, many: string): string => (names.length === 1 ? `1 ${one}` : `${names.length} ${many}`);
  if (firstBoot.length > 0) note(`${who(firstBoot, 'guest keeps its', 'guests keep their')} old settings until a first boot (${namesText(firstBoot)}): raise spec.firstBootGeneration in the file, then ${programName} apply --restart`);
  if (restart.length > 0) note(`${who(restart, 'machine runs', 'machines run')} with old settings until a restart (${namesText(restart)}): ${programName} apply --restart`);
}

const ofDryRun = { created: 'to create', changed: 'to change', unchanged: 'unchanged', deleted: 'to delete' } as const;

/** @param untouched of deletions: the word for devices of which nothing was deleted. */
function countLine(items: readonly DeviceResult[], done: string, dryRun: SummaryWords['dryRun'], untouched?: string): { good: number; total: number; what: string; others: string; isBad: boolean } {
  const { total, good: all, failed, refused, interrupted, ...counts } = summaryOf(items, 0);
  const rest = untouched === undefined ? 0 : items.filter(({ cause, changes }) => cause === undefined && changes.length === 0).length;
  const good = all - rest;
  const one = total === 1 ? done.replace(/^are /, 'is ').replace(/^have /, 'has ') : done;
  const changes = (Object.keys(ofDryRun) as (keyof typeof ofDryRun)[])
    // Good devices of a deletion are the deleted ones: the number is there already.
    .filter((what) => counts[what] > 0 && !(what === 'deleted' && counts[what] === good))
    .map((what) => `${counts[what]} ${dryRun === undefined ? what : ofDryRun[what]}`);
  // Whether a device is ready was not asked: its change was refused before.
  if (refused === total && total > 0) return { good: total, total, what: `${total === 1 ? 'is' : 'are'} refused`, others: 'nothing was changed', isBad: true };
  const open = [
    ...(rest === 0 ? [] : [`${rest} ${untouched}`]), ...(refused === 0 ? [] : [`${refused} refused (nothing was changed)`]),
    ...(failed === refused ? [] : [`${failed - refused} failed`]), ...(interrupted === 0 ? [] : [`${interrupted} interrupted`]),
  ];
  return { good, total, what: `${one}${dryRun === undefined ? '' : ` (${dryRun} dry run)`}`, others: [...changes, ...open].join(', '), isBad: good < total };
}

interface Group {
  code: CauseCode;
  items: DeviceResult[];
}

function byCause(items: readonly DeviceResult[]): Group[] {
  const groups = new Map<CauseCode, DeviceResult[]>();
  for (const item of items) if (item.cause !== undefined) groups.set(item.cause.code, [...(groups.get(item.cause.code) ?? []), item]);
  return [...groups].map(([code, of]) => ({ code, items: of })).sort((a, b) => b.items.length - a.items.length);
}

function printGroup({ code, items }: Group, { printer: { note, style }, io }: Session): void {
  const width = io.stderr.isTTY === true ? (io.stderr.columns ?? 0) || 80 : Number.POSITIVE_INFINITY;
  // Of the interrupted ones, one that has changed: its hint says what stays.
  const first = (code === 'interrupted' ? items.find(({ changes }) => changes.length > 0) : undefined) ?? items[0]!;
  const { message, hint } = causeInWords(first.cause!, io.programName, first.owner, true);
  note('');
  note(`${style.red(code)}: ${items.length} device${items.length === 1 ? '' : 's'}`);
  note(`  ${hanging(namesText(items.map(({ name }) => name)), 2, width)}`);
  if (message !== code) note(`  ${hanging(`${items.length === 1 || code === 'interrupted' ? '' : `${first.name}: `}${withoutName(message, first.name)}`, 2, width)}`);
  if (hint !== undefined) note(`  ${hanging(`${style.cyan('hint:')} ${hint}`, 2, width)}`);
}

/** Prints the results on stdout in the format of `-o`; without `-o` nothing. */
export async function printFleet(result: FleetResult, session: Session): Promise<void> {
  const { printer, format, io } = session;
  const { items } = result;
  if (isMachine(format)) await printer.object({ ...result, items: items.map((one) => resultInWords(one, io.programName, true)) }, format);
  else if (format === 'name') for (const item of items) if (item.cause === undefined) printer.data(objectName(item));
  if ((format === 'table' || format === 'wide') && items.length > 0) printer.data(deviceTable(items, session, { namespaces: true }));
}
