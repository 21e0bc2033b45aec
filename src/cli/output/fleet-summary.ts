import type { FleetResult } from '../../fleet/index.js';
import type { CauseCode } from '../../support/causes.js';
import type { DeviceResult } from '../../readiness/types.js';
import type { Session } from '../run/session.js';
import { causeInWords, resultInWords } from './advice.js';
import { deviceTable, objectName } from './device.js';
import { formatSeconds, isMachine } from './format.js';
import { hanging } from './wrap.js';

/** Names in a line; the rest is counted. */
const mostNames = 8;

/** `gw-01, gw-02 and 5 more`. */
export function namesText(names: readonly string[]): string {
  return names.length <= mostNames ? names.join(', ') : `${names.slice(0, mostNames).join(', ')} and ${names.length - mostNames} more`;
}

/** The last lines of a run with many devices: the numbers, and the failures by cause, most devices first. */
export function printFleetSummary({ items, summary }: FleetResult, session: Session, done: string): void {
  const { note, style } = session.printer;
  const { total, good, created, changed, unchanged, deleted, seconds } = summary;
  const counts = Object.entries({ created, changed, unchanged, deleted }).filter(([, count]) => count > 0).map(([what, count]) => `${count} ${what}`);
  note('');
  note(`${style.bold(`${good} of ${total}`)} device${total === 1 ? '' : 's'} ${good === total ? style.green(done) : done} after ${formatSeconds(seconds)}${counts.length === 0 ? '' : `: ${counts.join(', ')}`}`);
  for (const group of byCause(items)) printGroup(group, session);
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
  const first = items[0]!;
  const { message, hint } = causeInWords(first.cause!, io.programName);
  note('');
  note(`${style.red(code)}: ${items.length} device${items.length === 1 ? '' : 's'}`);
  note(`  ${hanging(namesText(items.map(({ name }) => name)), 2, width)}`);
  note(`  ${hanging(`${items.length === 1 ? '' : `${first.name}: `}${message}`, 2, width)}`);
  if (hint !== undefined) note(`  ${hanging(`${style.cyan('hint:')} ${hint}`, 2, width)}`);
}

/** Prints the results on stdout in the format of `-o`; without `-o` nothing. */
export async function printFleet(result: FleetResult, session: Session): Promise<void> {
  const { printer, format, io } = session;
  const { items } = result;
  if (isMachine(format)) await printer.object({ ...result, items: items.map((one) => resultInWords(one, io.programName)) }, format);
  else if (format === 'name') for (const item of items) if (item.cause === undefined) printer.data(objectName(item));
  if ((format === 'table' || format === 'wide') && items.length > 0) printer.data(deviceTable(items, session, { namespaces: true }));
}
