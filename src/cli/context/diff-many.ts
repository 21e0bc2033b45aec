import type { PlanItem } from '../../fleet/index.js';
import { readFleet } from '../input/fleet-input.js';
import { consequenceLines } from '../output/consequences.js';
import { alike } from '../output/alike.js';
import { objectName } from '../output/device.js';
import { mostNames, namesText } from '../output/names.js';
import { isMachine } from '../output/format.js';
import { causeInWords } from '../output/advice.js';
import { valueText } from '../output/summary.js';
import type { Invocation } from '../run/action.js';
import { printCause } from '../run/errors.js';
import type { Session } from '../run/session.js';
import { withFleet } from './fleet.js';

/** Compares many devices with their files. 0: nothing differs, 1: something differs, more: the worst error. */
export async function diffMany(invocation: Invocation, files: readonly string[]): Promise<number> {
  const { session } = invocation;
  session.about = undefined;
  const { devices } = await readFleet(invocation, files, { withoutSecrets: true });
  const { exitCodeOfFleet, fleetRequest, planFleet, planItems } = await session.deps.fleet();
  const planned = await withFleet(invocation, (context) => planFleet(context, fleetRequest(devices, { dryRun: 'client', compare: true, wait: false })), { hub: false, quiet: true });
  const items = planItems(planned, []);
  const shown = items.filter(({ action }) => action !== 'unchanged');
  if (isMachine(session.format)) {
    const objects = items.map(({ name, namespace, place, action, fields, objects: changes, cause }) => ({ name, namespace, place, action, fields, objects: changes, ...(cause === undefined ? {} : { cause: causeInWords(cause, session.io.programName, undefined, true) }) }));
    await session.printer.object({ items: objects }, session.format);
  } else {
    if (session.format === 'name') for (const item of shown.filter(({ cause }) => cause === undefined)) session.printer.data(objectName(item));
    for (const group of alike(session.format === 'name' ? shown.filter(({ cause }) => cause !== undefined) : shown, contentOf)) {
      printItem(group[0]!, session);
      const others = namesText(group.slice(1).map(({ name }) => name));
      if (others !== '') (group[0]!.cause === undefined ? session.printer.data : session.printer.note)(`  the same for ${group.length - 1} more: ${others}`);
    }
  }
  const waiting = items.filter(({ needs, fields }) => needs.includes('restart') && fields.length === 0).map(({ name }) => name);
  if (waiting.length > 0) session.printer.note(`${namesText(waiting)}: runs with old settings until a restart: ${session.io.programName} restart ${waiting.length > mostNames ? '…' : waiting.join(' ')}`);
  const failed = exitCodeOfFleet(planned.flatMap((one) => (one.failed === undefined ? [] : [one.failed])));
  return failed !== 0 ? Math.max(2, failed) : shown.length > 0 ? 1 : 0;
}

/** What is said of a device, without the names of its objects. A value of a field that holds its name differs from those of others. */
function contentOf({ name, namespace, action, fields, objects, cause }: PlanItem): string {
  const nameless = (text = ''): string => text.replaceAll(name, 'NAME');
  return JSON.stringify([namespace, action, fields, objects.map((one) => ({ ...one, name: nameless(one.name), detail: nameless(one.detail) })), cause?.code, nameless(cause?.message)]);
}

function printItem({ name, action, fields, objects, cause }: PlanItem, session: Session): void {
  const { printer } = session;
  if (cause !== undefined) {
    printer.note(`EdgeDevice ${name}:`);
    printCause(cause, session);
  } else if (action === 'create') printer.data(`EdgeDevice ${name}: is not there; apply would create it`);
  else {
    printer.data(`EdgeDevice ${name}`);
    for (const line of consequenceLines(fields)) printer.data(`  ${line}`);
    for (const { kind, name: object, outcome, detail, fields: own = [] } of objects) {
      printer.data(`${kind} ${object} ${outcome}${detail === undefined ? '' : `: ${detail}`}`);
      for (const { path, from, to } of own) printer.data(`  ${path}: ${valueText(from)} → ${valueText(to)}`);
    }
  }
}
