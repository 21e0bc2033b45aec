import type { PlannedDevice, Removal } from '../../fleet/index.js';
import { grouped } from '../output/alike.js';
import { consequenceLines } from '../output/consequences.js';
import { allNames, namesText } from '../output/names.js';
import { agree, canAsk } from './consent.js';
import type { Session } from './session.js';

/** Devices with the same lines. */
interface Group {
  lines: string[];
  names: string[];
}

/** More lines than a person reads are only counted. */
const mostGroups = 20;

/**
 * Shows the changes of all existing devices, grouped, and asks once before removals and changes that need a first boot.
 * `yes` (`--yes`) answers before the question. Throws `interrupted` for a no, `usage` if nobody can be asked.
 *
 * @param removals devices that are deleted as a whole (`--prune`).
 */
export async function fleetConsent(session: Session, planned: readonly PlannedDevice[], removals: readonly Removal[], yes: boolean): Promise<void> {
  const { printer: { note }, deps } = session;
  const { fleetToConfirm } = await deps.fleet();
  const changing = planned.flatMap(({ prepared }) => (prepared === undefined || prepared.consequences.length === 0 ? [] : [prepared]));
  const groups = groupsOf(changing.map(({ subject, consequences }) => ({ name: subject.name, lines: consequenceLines(consequences) })));
  for (const { names, lines } of groups.slice(0, mostGroups)) {
    note(`${names.length === 1 ? '' : `${names.length} devices `}${namesText(names)} will change:`);
    for (const line of lines) note(`  ${line}`);
  }
  if (groups.length > mostGroups) note(`and ${groups.length - mostGroups} more; --plan shows all`);
  // All names: after this, the devices are gone.
  const removed = [...removedText(removals.filter(({ keepsDisks }) => !keepsDisks), (whose) => ` with ${whose} disks`), ...removedText(removals.filter(({ keepsDisks }) => keepsDisks), (whose) => `, and ${whose} disks stay (spec.deletionPolicy is Retain)`)];
  // Else the error has it.
  if (yes || canAsk(session)) for (const line of removed) note(line);
  const grave = fleetToConfirm(planned);
  if (yes || (grave.length === 0 && removed.length === 0)) return;
  const what = groupsOf(grave.map(({ prepared, consequences }) => ({ name: prepared.subject.name, lines: consequenceLines(consequences, prepared.consequences) })))
    .slice(0, mostGroups).map(({ names, lines }) => `${namesText(names)}: ${lines.join('; ')}`);
  const late = grave.some(({ prepared, consequences }) => prepared.firstBoot !== undefined && consequences.some(({ effect }) => effect === 'first-boot') && !prepared.consequences.some(({ path }) => path === 'spec.firstBootGeneration'));
  await agree(session, {
    what: 'changed', unasked: `this removes something or needs a first boot, and nobody can be asked:\n  ${[...what, ...removed].join('\n  ')}`,
    hint: `--yes does it; --plan only shows it.${grave.length === 0 ? '' : ' A file describes the whole device: a field that it leaves out is removed.'}${removed.length === 0 ? '' : ' --prune deletes the devices with the labels of -l that no file names.'}${late ? ' A guest gets the settings of its first boot only with a higher spec.firstBootGeneration in the file, and --restart.' : ''}`,
  });
}

function removedText(removals: readonly Removal[], disks: (whose: 'its' | 'their') => string): string[] {
  if (removals.length === 0) return [];
  return [`${removals.length} device${removals.length === 1 ? '' : 's'} will be deleted${disks(removals.length === 1 ? 'its' : 'their')}: ${allNames(removals)}`];
}

function groupsOf(devices: readonly { name: string; lines: string[] }[]): Group[] {
  return grouped(devices, ({ lines }) => lines.join('\n')).map((alike) => ({ lines: alike[0]!.lines, names: alike.map(({ name }) => name) }));
}
