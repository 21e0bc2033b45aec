import type { FleetDeleteRequest, FleetResult, PlannedDeletion } from '../../fleet/index.js';
import { defaultConcurrency } from '../../cluster/gate.js';
import type { DeleteRequest } from '../../provision/types.js';
import type { Change } from '../../readiness/types.js';
import { EdgeVmError } from '../../support/errors.js';
import { isOn, text, type FlagValues } from '../flags/group.js';
import { printFleet, printFleetSummary } from '../output/fleet-summary.js';
import { allNames } from '../output/names.js';
import { isMachine } from '../output/format.js';
import { printDryRun } from '../output/summary.js';
import type { Invocation } from '../run/action.js';
import { agree, canAsk } from '../run/consent.js';
import type { Session } from '../run/session.js';
import { withFleet } from './fleet.js';
import { devicesOf, type ManyTargets } from './targets.js';

/** How a person goes on after the question before a delete. */
export const DELETE_HINT = '--yes deletes without a question; --dry-run client only shows what would be deleted; --keep-disk keeps the disks.';

/** What the person says of the disks. Without a word, `spec.deletionPolicy` of each device decides. */
export function diskChoice(values: FlagValues): Pick<DeleteRequest, 'keepDisk'> {
  if (isOn(values, 'keepDisk')) return { keepDisk: true };
  return isOn(values, 'deleteDisk') ? { keepDisk: false } : {};
}

/** Deletes several devices: asks first on a terminal, elsewhere only with `--yes`. Gives the exit code. */
export async function deleteMany(invocation: Invocation, targets: ManyTargets, timeoutMs: number): Promise<number> {
  const { session, values } = invocation;
  session.about = undefined;
  const { deleteFleet, exitCodeOfFleet, selectDevices } = await session.deps.fleet();
  const dryRun = (text(values, 'dryRun') ?? 'none') as FleetDeleteRequest['dryRun'];
  const result = await withFleet(invocation, async (context, progress) => {
    const { namespace } = context.cluster;
    const chosen = devicesOf(targets, namespace);
    const devices = Array.isArray(chosen) ? chosen : await selectDevices(context, chosen, isOn(values, 'deregister') ? { unseen: () => session.printer.note(unseenRests) } : {}).catch(nothingDeletedYet);
    return deleteFleet(context, {
      devices, dryRun, timeoutMs, concurrency: defaultConcurrency, wait: values['wait'] !== false,
      ...diskChoice(values), deregister: isOn(values, 'deregister'), deleteNamespace: isOn(values, 'deleteNamespace'), ignoreNotFound: isOn(values, 'ignoreNotFound'),
    }, isOn(values, 'yes') ? {} : {
      confirm: async (planned) => {
        progress.stop();
        await confirmDeletions(session, planned);
      },
    });
  }, { patienceMs: timeoutMs });
  if (result.items.length === 0 && !isMachine(session.format)) session.printer.note('no devices to delete');
  else {
    if (dryRun !== 'none') printObjects(result, session, dryRun);
    printFleetSummary(result, session, { deletes: true, ...(dryRun === 'none' ? { done: 'are deleted' } : { done: 'would be deleted', dryRun }) });
  }
  await printFleet(result, session);
  return exitCodeOfFleet(result.items);
}

function nothingDeletedYet(error: unknown): never {
  throw EdgeVmError.is(error) && error.code === 'interrupted' ? new EdgeVmError('interrupted', error.message, { cause: error, hint: 'Nothing was deleted. Do the same again to begin.' }) : error;
}

const unseenRests = 'you may not list Secrets: a device of which a stopped delete --deregister left only its Secret and its hub device is not found so; delete it by its name';

/** Of more devices, only the numbers of their objects are shown. */
const mostShown = 8;

/** What a dry run found, object by object; of many devices by kind. */
function printObjects({ items }: FleetResult, session: Session, where: 'client' | 'server'): void {
  // The summary has the causes.
  if (items.length <= mostShown) for (const { cause: _, ...item } of items) printDryRun(item, session, where);
  else for (const line of objectsText(items)) session.printer.note(`${line} (${where} dry run)`);
}

/** `9 VirtualMachine, 9 DataVolume deleted`, and the same of what is kept. */
export function objectsText(items: readonly Pick<PlannedDeletion, 'changes'>[]): string[] {
  const lines = new Map<Change['outcome'], Map<string, number>>();
  for (const { kind, outcome } of items.flatMap(({ changes }) => changes)) {
    const kinds = lines.get(outcome) ?? new Map<string, number>();
    lines.set(outcome, kinds.set(kind, (kinds.get(kind) ?? 0) + 1));
  }
  return [...lines].map(([outcome, kinds]) => `${[...kinds].map(([kind, count]) => `${count} ${kind}`).join(', ')} ${outcome}`);
}

/** What goes besides the machines. */
const lost: Readonly<Record<string, string>> = { DataVolume: 'disk', PersistentVolumeClaim: 'disk', Device: 'hub device', Namespace: 'namespace' };

/** `3 disks, 3 hub devices`. */
export function lossesText(planned: readonly PlannedDeletion[]): string {
  const counts = new Map<string, number>();
  for (const { kind, outcome } of planned.flatMap(({ changes }) => changes)) {
    const word = outcome === 'deleted' ? lost[kind] : undefined;
    if (word !== undefined) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return [...counts].map(([word, count]) => `${count} ${word}${count === 1 ? '' : 's'}`).join(', ');
}

/** Shows what goes, and asks once. Throws `interrupted` for a no, `usage` if nobody can be asked. */
async function confirmDeletions(session: Session, planned: readonly PlannedDeletion[]): Promise<void> {
  if (planned.length === 0) return;
  const losses = lossesText(planned);
  const what = `${planned.length} device${planned.length === 1 ? '' : 's'} will be deleted${losses === '' ? '' : `, with ${losses}`}: ${allNames(planned)}`;
  if (canAsk(session)) session.printer.note(what);
  await agree(session, { what: 'deleted', unasked: `nobody can be asked: ${what}`, hint: DELETE_HINT });
}
