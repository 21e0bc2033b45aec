import type { DeclareCommand } from '../run/catalog.js';
import { setAction, throwProblems, type Invocation } from '../run/action.js';
import { exitCodeOfResult, printCause } from '../run/errors.js';
import { addClusterFlags } from '../flags/cluster-flags.js';
import { addFlags, isOn, text } from '../flags/group.js';
import { addHubFlags } from '../flags/identity-flags.js';
import { addOutputFlag } from '../flags/output-flags.js';
import { addTimeoutFlag, timeoutMs } from '../flags/wait-flags.js';
import { resultInWords } from '../output/advice.js';
import { isMachine } from '../output/format.js';
import { printDryRun } from '../output/summary.js';
import { targetsOf } from '../input/target-input.js';
import { addTargetFlags } from '../flags/target-flags.js';
import { withContext } from '../context/provisioning.js';
import { DELETE_HINT, deleteMany, diskChoice } from '../context/delete-many.js';
import type { DeleteRequest } from '../../provision/types.js';
import type { Change, DeviceResult } from '../../readiness/types.js';
import type { Progress } from '../output/progress.js';
import { agree, canAsk } from '../run/consent.js';
import type { Session } from '../run/session.js';

const description = `Delete devices and everything that create made: VM, disks, Secret, Service. With
--delete-namespace it also deletes the namespace that create made, with everything
in it. The disks stay if the device has spec.deletionPolicy: Retain, unless you give
--delete-disk. The hub device stays, unless you give --deregister. On a terminal it asks
before it deletes disks, the hub device, or the settings of a device whose disk it
keeps (edge-vm get prints them). Several devices are deleted only after a yes, or
with --yes.

Examples:
  edge-vm delete gw-01
  edge-vm delete gw-01 gw-02 --keep-disk
  edge-vm delete -l site=north --deregister --yes`;

export const declare: DeclareCommand = (command, session) => {
  command.description(description.replaceAll('edge-vm delete', `${session.io.programName} delete`)).argument('[name...]', 'names of the devices');
  addTargetFlags(command, 'Which');
  addFlags(command, 'What to do', [
    { flags: '--keep-disk', help: 'keep the disks; a later create uses them again' },
    { flags: '--delete-disk', help: 'delete the disks, also if spec.deletionPolicy is Retain' },
    { flags: '--deregister', help: 'delete the device in the hub too' },
    { flags: '--delete-namespace', help: 'delete the namespace that create made, with everything in it' },
    { flags: '-y, --yes', help: 'do not ask on a terminal' },
    { flags: '--ignore-not-found', help: 'succeed if there is no such device' },
    { flags: '--dry-run <where>', help: 'none (default), client, server', choices: ['none', 'client', 'server'] },
    { flags: '--no-wait', help: 'do not wait until everything is gone' },
  ]);
  addTimeoutFlag(command, 'What to do', '5m');
  addHubFlags(command);
  addClusterFlags(command);
  addOutputFlag(command, ['json', 'yaml', 'name']);
  setAction(command, session, run, { collects: true, device: true });
};

async function run(invocation: Invocation): Promise<number> {
  const { session, values } = invocation;
  const targets = targetsOf(invocation);
  const limit = timeoutMs(values, '5m', session.problems);
  if (isOn(values, 'keepDisk') && isOn(values, 'deleteNamespace')) session.problems.push({ kind: 'conflict', field: '--keep-disk, --delete-namespace', message: 'give only one of them: the disk is in the namespace' });
  if (isOn(values, 'keepDisk') && isOn(values, 'deleteDisk')) session.problems.push({ kind: 'conflict', field: '--keep-disk, --delete-disk', message: 'give only one of them' });
  throwProblems(session);
  if (targets.kind !== 'one') return deleteMany(invocation, targets, limit);
  const { name } = targets;
  const dryRun = (text(values, 'dryRun') ?? 'none') as DeleteRequest['dryRun'];
  const { deleteDevice } = await session.deps.provision();
  const result = await withContext(invocation, (context, progress) => deleteDevice(context, {
    name, namespace: context.cluster.namespace, dryRun, timeoutMs: limit,
    ...diskChoice(values), deregister: isOn(values, 'deregister'), deleteNamespace: isOn(values, 'deleteNamespace'),
    ignoreNotFound: isOn(values, 'ignoreNotFound'), wait: values['wait'] !== false,
  }, { confirm: (changes) => (isOn(values, 'yes') ? Promise.resolve() : confirm(session, progress, name, changes)) }));
  if (dryRun === 'none') printChanges(result, session);
  else printDryRun(result, session, dryRun);
  if (isMachine(session.format)) await session.printer.object(resultInWords(result, session.io.programName), session.format);
  else if (session.format === 'name') for (const change of result.changes) session.printer.data(`${change.kind.toLowerCase()}/${change.name}`);
  return exitCodeOfResult(result);
}

/** Data that nobody can bring back: the device's disks, its identity in the hub, and its settings if only the disk stays. */
const lost: Readonly<Record<string, string>> = { DataVolume: 'disk', PersistentVolumeClaim: 'disk', Device: 'hub device', Namespace: 'namespace' };

/** Asks on a terminal before data is lost. A script is not asked. */
async function confirm(session: Session, progress: Progress, name: string, changes: readonly Change[]): Promise<void> {
  const gone = changes.filter(({ kind, outcome, detail }) => outcome === 'deleted' && (lost[kind] !== undefined || (kind === 'Secret' && detail !== undefined)));
  if (gone.length === 0 || !canAsk(session)) return;
  progress.stop();
  const { note } = session.printer;
  note(`deleting ${name} also deletes:`);
  for (const { kind, name: of, detail } of gone) note(`  ${lost[kind] ?? kind} ${of}${detail === undefined ? '' : ` (${detail})`}`);
  await agree(session, { what: 'deleted', unasked: '', hint: DELETE_HINT });
}

/** The warnings are already out. */
function printChanges(result: DeviceResult, session: Session): void {
  const { printer: { note }, io } = session;
  if (result.changes.length === 0) note(`nothing to delete: no device ${result.name} in namespace ${result.namespace}`);
  for (const { kind, name, outcome, detail } of result.changes) note(`${kind} ${name} ${outcome}${detail === undefined ? '' : ` (${detail})`}`);
  if (result.changes.some(({ kind, outcome }) => ['DataVolume', 'PersistentVolumeClaim'].includes(kind) && outcome === 'kept')) note(`create ${result.name} uses the disk again; to see kept disks: ${io.programName} list -n ${result.namespace}; to delete it: ${io.programName} delete ${result.name} -n ${result.namespace}`);
  const left = result.changes.find(({ kind, outcome }) => kind === 'Namespace' && outcome === 'kept');
  if (left !== undefined) note(`to delete the namespace with everything in it: ${io.programName} delete ${result.name} -n ${left.name} --delete-namespace`);
  if (result.cause !== undefined) printCause(result.cause, session);
}
