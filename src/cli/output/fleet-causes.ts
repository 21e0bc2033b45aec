import type { Cause, DeviceResult } from '../../readiness/types.js';
import type { Session } from '../run/session.js';
import { causeInWords } from './advice.js';
import { grouped } from './alike.js';
import { namesText, withoutName } from './names.js';
import { hanging } from './wrap.js';

/** The devices with a cause, a group for each cause, most devices first. */
export function printCauses(items: readonly DeviceResult[], session: Session): void {
  const bad = items.filter(({ cause }) => cause !== undefined);
  for (const group of grouped(bad, ({ cause, unread }) => `${cause!.code}${unread === true ? ' (not read)' : ''}`).sort((a, b) => b.length - a.length)) printGroup(group, session);
}

/** A wait for one of them would not help the others: who does the same again waits for all. */
function ofGroup(cause: Cause, items: readonly DeviceResult[]): Cause {
  if (items.length === 1) return cause;
  return { ...cause, ...(cause.advice === undefined ? {} : { advice: cause.advice.map((one) => (one.do === 'wait' ? { do: 'use', option: 'timeoutMs' } : one)) }) };
}

function printGroup(items: readonly DeviceResult[], { printer: { note, style }, io }: Session): void {
  const width = io.stderr.isTTY === true ? (io.stderr.columns ?? 0) || 80 : Number.POSITIVE_INFINITY;
  const { cause, unread } = items[0]!;
  const { code } = cause!;
  // Of the interrupted ones, one that has changed: its hint says what stays.
  const first = (code === 'interrupted' ? items.find(({ changes }) => changes.length > 0) : undefined) ?? items[0]!;
  const { message, hint } = causeInWords(ofGroup(first.cause!, items), io.programName, first.owner, true);
  note('');
  note(`${style.red(code)}${unread === true ? ' (not read)' : ''}: ${items.length} device${items.length === 1 ? '' : 's'}`);
  note(`  ${hanging(namesText(items.map(({ name }) => name)), 2, width)}`);
  if (message !== code) note(`  ${hanging(`${items.length === 1 || code === 'interrupted' ? '' : `${first.name}: `}${withoutName(message, first.name)}`, 2, width)}`);
  if (hint !== undefined) note(`  ${hanging(`${style.cyan('hint:')} ${hint}`, 2, width)}`);
}
