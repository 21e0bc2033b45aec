import type { Fit, PlanItem, PlannedAction } from '../../fleet/index.js';
import type { Session } from '../run/session.js';
import { alike } from './alike.js';
import { causeInWords } from './advice.js';
import { consequenceLines, haveFirstBoot } from './consequences.js';
import { objectName } from './device.js';
import { namesText } from './names.js';
import { formatTable, type Column } from './table.js';
import { hanging } from './wrap.js';

const words: Readonly<Record<PlannedAction, string>> = { create: 'create', change: 'change', unchanged: 'unchanged', remove: 'remove', refused: 'refused' };
const effects: Readonly<Record<'restart' | 'first-boot', string>> = { restart: 'a restart', 'first-boot': 'a higher spec.firstBootGeneration' };

/** A device, and the number of others of which the same is to be said. */
type Row = PlanItem & { more: number };

/** @param several there are devices of several namespaces: a name alone does not tell them apart. */
const columnsFor = (several: boolean): Column<Row>[] => [
  { title: 'NAME', value: ({ name, more }) => (more === 0 ? name : `${name} and ${more} more`), shorten: true },
  { title: 'NAMESPACE', value: ({ namespace }) => namespace, wide: !several, shorten: true },
  { title: 'ACTION', value: ({ action }) => words[action] },
  { title: 'NEEDS', value: needsText, leaveOut: 1 },
  { title: 'WHAT', value: whatText, wrap: true },
  { title: 'FROM', value: ({ place }) => place, wide: true },
];

/** A higher generation makes the first boot that other changes need: only the restart is left to do. */
function needsText({ needs, fields }: PlanItem): string {
  return needs.includes('first-boot') && haveFirstBoot(fields) ? 'a restart, with a first boot' : needs.map((one) => effects[one]).join(', ');
}

/** The fields that change, else the objects. */
function whatText({ action, needs, fields, objects }: PlanItem): string {
  if (action === 'unchanged') return needs.length === 0 ? '' : 'runs with older settings than its VirtualMachine has; --restart restarts it';
  if (action === 'change' && fields.length > 0) return consequenceLines(fields).join('; ');
  return objects.map(({ kind, outcome, detail }) => `${kind} ${outcome}${detail === undefined ? '' : ` (${detail})`}`).join(', ');
}

/** Many devices with the same changes are one row; `-o wide` has a row for each. */
function rowsOf(items: readonly PlanItem[], wide: boolean): Row[] {
  if (wide) return items.map((item) => ({ ...item, more: 0 }));
  const groups = alike(items, (item) => JSON.stringify([item.namespace, item.action, needsText(item), whatText(item)]));
  return groups.map((group) => ({ ...group[0]!, more: group.length - 1 }));
}

/** Hundreds of devices are refused for one reason. Most devices first. */
function sameCause(refused: readonly PlanItem[]): PlanItem[][] {
  const groups = new Map<string, PlanItem[]>();
  for (const item of refused) {
    const key = `${item.cause!.code} ${item.cause!.message.replaceAll(item.name, 'NAME')}`;
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return [...groups.values()].sort((a, b) => b.length - a.length);
}

/**
 * The plan on stdout: a table of what changes, the numbers, and whether the fleet fits. With `-o name`, stdout has only the
 * names of what would change, and a person reads the rest on stderr.
 */
export function printPlan(items: readonly PlanItem[], counts: Readonly<Record<PlannedAction, number>>, fit: Fit | undefined, session: Session): void {
  const { printer: { data, note, style, width }, format, io } = session;
  const say = format === 'name' ? note : data;
  const refused = items.filter(({ cause }) => cause !== undefined);
  const open = items.filter(({ action, needs, cause }) => cause === undefined && (action !== 'unchanged' || needs.length > 0));
  if (format === 'name') for (const item of open.filter(({ action }) => action !== 'unchanged')) data(objectName(item));
  else if (open.length > 0) data(formatTable(rowsOf(open, format === 'wide'), columnsFor(new Set(items.map(({ namespace }) => namespace)).size > 1), { wide: format === 'wide', width }));
  const numbers = (Object.keys(words) as PlannedAction[]).filter((action) => counts[action] > 0).map((action) => `${counts[action]} ${action === 'unchanged' || action === 'refused' ? words[action] : `to ${words[action]}`}`);
  say(`${open.length > 0 && format !== 'name' ? '\n' : ''}${items.length} device${items.length === 1 ? '' : 's'}: ${numbers.join(', ')}`);
  const asking = items.filter(({ asks }) => asks).map(({ name }) => name);
  const removing = new Set(items.filter(({ action }) => action === 'remove').map(({ name }) => name));
  const asked = [['changes', asking.filter((name) => !removing.has(name))], ['deletes', [...removing]]] as const;
  const asks = asked.filter(([, names]) => names.length > 0).map(([verb, names]) => `${verb} ${namesText(names)}`);
  if (asks.length > 0) say(`apply asks before it ${asks.join(', and ')}`);
  if (fit !== undefined && fit.checks.length > 0) {
    say(`\nThe fleet ${fit.fits === false ? 'does not fit' : fit.fits === true ? 'fits' : 'fits, as far as it is known'}:`);
    for (const { fits, message } of fit.checks) say(`  ${fits === false ? '✖' : fits === true ? '✔' : '?'} ${hanging(message, 4, width)}`);
  }
  for (const group of sameCause(refused)) {
    const { code, message, hint } = causeInWords(group[0]!.cause!, io.programName, undefined, true);
    say(`\n${style.red(code)}: ${group.length} device${group.length === 1 ? '' : 's'} refused`);
    say(`  ${hanging(format === 'wide' ? group.map(({ name, place }) => `${name} (${place ?? ''})`).join(', ') : namesText(group.map(({ name }) => name)), 2, width)}`);
    say(`  ${hanging(message, 2, width)}`);
    if (hint !== undefined) note(`  ${hanging(`${style.cyan('hint:')} ${hint}`, 2, width)}`);
  }
}
