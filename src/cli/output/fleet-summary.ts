import type { FleetResult } from '../../fleet/index.js';
import type { DeviceResult } from '../../readiness/types.js';
import type { Session } from '../run/session.js';
import { resultInWords } from './advice.js';
import { deviceTable, objectName, refusalText } from './device.js';
import { printCauses } from './fleet-causes.js';
import { countLine, nothingDeleted, notReady, type SummaryWords } from './fleet-count-line.js';
import { formatSeconds, isMachine } from './format.js';
import { mostNames, namesText } from './names.js';

/** The last lines of a run with many devices: the numbers, and the failures by cause, most devices first. */
export function printFleetSummary({ items, summary }: FleetResult, session: Session, words: SummaryWords): void {
  const { dryRun, applied = items.length } = words;
  const { note, style } = session.printer;
  const pruned = items.slice(applied);
  const whole = items.slice(0, applied);
  const absent = 'not there';
  // If a device of the run failed, nothing is pruned.
  const left = whole.some(({ cause }) => cause !== undefined) ? 'left' : absent;
  const rest = words.deletes === true ? nothingDeleted(absent) : words.states === true ? notReady : undefined;
  const pruning = { ...words, done: dryRun === undefined ? 'are deleted' : 'would be deleted' };
  const lines = [countLine(whole, words, rest), ...(pruned.length === 0 ? [] : [countLine(pruned, pruning, nothingDeleted(left))])];
  note('');
  lines.forEach(({ good, total, what, others, isBad }, index) => {
    note(`${style.bold(`${good} of ${total}`)} device${total === 1 ? '' : 's'} ${isBad ? what : style.green(what)}${index > 0 || words.states === true ? '' : ` after ${formatSeconds(summary.seconds)}`}${others === '' ? '' : `: ${others}`}`);
  });
  if (dryRun === undefined) printPending(items, session, words.applied !== undefined);
  printCauses(items, session);
  const refused = items.flatMap((item) => (item.cause === undefined ? refusalText(item) ?? [] : []));
  if (refused.length > 0) note('');
  for (const text of refused.slice(0, mostNames)) note(`${style.yellow('warning:')} ${text}`);
  if (refused.length > mostNames) note(`${style.yellow('warning:')} and ${refused.length - mostNames} more EdgeDevices are refused`);
}

/** A device that is ready may still have settings that are not in effect: `changed` alone would say that they are. */
function printPending(items: readonly DeviceResult[], { printer: { note }, io: { programName } }: Session, fromFiles: boolean): void {
  const waiting = (effect: 'restart' | 'first-boot'): string[] => items.filter(({ pending }) => pending?.effect === effect).map(({ name }) => name);
  const [restart, firstBoot] = [waiting('restart'), waiting('first-boot')];
  const who = (names: readonly string[], one: string, many: string): string => (names.length === 1 ? `1 ${one}` : `${names.length} ${many}`);
  if (firstBoot.length > 0) note(`${who(firstBoot, 'guest keeps its', 'guests keep their')} old settings until a first boot (${namesText(firstBoot)}): raise spec.firstBootGeneration${fromFiles ? ' in the file, then do the same with --restart' : ` of each, with a restart`}`);
  if (restart.length > 0) note(`${who(restart, 'machine runs', 'machines run')} with old settings until a restart (${namesText(restart)}): ${fromFiles ? 'do the same with --restart' : `${programName} restart ${restart.length > mostNames ? '…' : restart.join(' ')}`}`);
}

/** Prints the results on stdout in the format of `-o`; without `-o` nothing. */
export async function printFleet(result: FleetResult, session: Session): Promise<void> {
  const { printer, format, io } = session;
  const { items } = result;
  if (isMachine(format)) await printer.object({ ...result, items: items.map((one) => resultInWords(one, io.programName, true)) }, format);
  else if (format === 'name') for (const item of items) if (item.cause === undefined) printer.data(objectName(item));
  if ((format === 'table' || format === 'wide') && items.length > 0) printer.data(deviceTable(items, session, { namespaces: true }));
}
