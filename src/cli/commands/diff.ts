import type { DeclareCommand } from '../run/catalog.js';
import { setAction, throwProblems, type Invocation } from '../run/action.js';
import { withContext } from '../context/provisioning.js';
import { addClusterFlags } from '../flags/cluster-flags.js';
import { addFilesFlags, filenames } from '../flags/fleet-flags.js';
import { text } from '../flags/group.js';
import { diffMany } from '../context/diff-many.js';
import { addOutputFlag } from '../flags/output-flags.js';
import { readDevice } from '../input/device-input.js';
import { withFlagNames } from '../input/origin.js';
import { consequenceLines } from '../output/consequences.js';
import { objectName } from '../output/device.js';
import { isMachine } from '../output/format.js';
import { valueText } from '../output/summary.js';
import type { Session } from '../run/session.js';
import type { PreparedDevice } from '../../provision/index.js';
import { ExitCode } from '../../support/causes.js';
import { EdgeVmError, InvalidInputError } from '../../support/errors.js';
import { textAt } from '../../support/plain.js';
import { parseYaml } from '../../support/yaml.js';

const description = `Show what create -f or apply -f would change about devices, and when each change
takes effect. Exit code 0: nothing differs. 1: something differs. More than 1: an
error. It needs no credential of the devices or the hub.

Examples:
  edge-vm diff -f device.yaml
  edge-vm diff -f devices/
  edge-vm diff -f fleet.csv --template device.yaml`;

export const declare: DeclareCommand = (command, session) => {
  command.description(description.replaceAll('edge-vm diff', `${session.io.programName} diff`)).argument('[name]', 'name of the device; else the file\'s');
  addFilesFlags(command, 'What to compare');
  addClusterFlags(command);
  addOutputFlag(command, ['json', 'yaml', 'name']);
  setAction(command, session, run, { collects: true, device: true });
};

/** The exit codes of `diff` and `kubectl diff`. */
const differs = 1;

async function run(invocation: Invocation): Promise<number> {
  const { session, values } = invocation;
  const files = filenames(values, session.problems);
  throwProblems(session);
  if (await isMany(invocation, files)) {
    return diffMany(invocation, files).catch((error: unknown) => {
      throw EdgeVmError.is(error) && error.exitCode !== ExitCode.unexpected ? error : asError(error);
    });
  }
  const read = await readDevice({ ...invocation, values: { ...values, filename: files[0] } }, undefined, { inCluster: true, withoutSecrets: true });
  throwProblems(session);
  const { device, input, origin } = read!;
  session.about = { name: device.metadata.name, namespace: device.metadata.namespace };
  const { prepareDevice, createRequest } = await session.deps.provision();
  const request = createRequest(device, { kind: 'kept' }, { input, dryRun: 'client', mustExist: true, compareOnly: true, wait: false, skipCredentialCheck: true, timeoutMs: 60_000 });
  try {
    const prepared = await withContext(invocation, (context) => withFlagNames(origin, () => prepareDevice(context, request)), { quiet: true, hub: false });
    return await print(prepared, session);
  } catch (error) {
    if (!EdgeVmError.is(error)) throw asError(error);
    if (error.code !== 'not-found' || error.details['device'] !== device.metadata.name) throw error.exitCode === ExitCode.unexpected ? asError(error) : error;
    session.printer.data(session.format === 'name' ? objectName(device.metadata) : `${error.message}: create would make it`);
    return differs;
  }
}

/** More than one device: several files, a folder, a CSV file, or several documents in one file. A file with mistakes counts as one device. */
async function isMany({ session, values, args }: Invocation, files: readonly string[]): Promise<boolean> {
  if (args[0] !== undefined) {
    if (files.length === 1) return false;
    throw new InvalidInputError([{ kind: 'conflict', field: 'NAME, -f', message: `give one file with a name; ${files.length} are given` }]);
  }
  const [file] = files;
  if (files.length > 1 || text(values, 'template') !== undefined || file === undefined) return true;
  if (file !== '-' && (/\.[ct]sv$/i.test(file) || (await session.text.readFolder(file)) !== undefined)) return true;
  const content = await (file === '-' ? session.text.readStdin() : session.text.readFile(file)).catch(() => '');
  const parsed = parseYaml(content, file);
  const documents = 'problem' in parsed ? [] : parsed.documents.filter((one) => one !== null && one !== undefined);
  return documents.length > 1 || documents.some((one) => ['List', 'EdgeDeviceList'].includes(textAt(one, 'kind') ?? ''));
}

/** 1 means that something differs, so an unexpected error needs another code. */
function asError(cause: unknown): EdgeVmError {
  return new EdgeVmError('unexpected', cause instanceof Error ? cause.message : String(cause), { cause, exitCode: ExitCode.preflight });
}

async function print({ consequences, changes, subject, kept, runsOldSettings }: PreparedDevice, session: Session): Promise<number> {
  const { printer, format } = session;
  const objects = changes.filter(({ outcome }) => outcome !== 'unchanged');
  if (isMachine(format)) await printer.object({ name: subject.name, namespace: subject.namespace, fields: consequences, objects }, format);
  else if (format === 'name') {
    if (consequences.length + objects.length > 0) printer.data(objectName(subject));
  } else {
    if (consequences.length > 0 && kept !== undefined && subject.kept !== undefined) printer.data(`EdgeDevice ${subject.name}`);
    if (subject.kept !== undefined) for (const line of consequenceLines(consequences)) printer.data(`  ${line}`);
    for (const { kind, name, outcome, detail, fields = [] } of objects) {
      printer.data(`${kind} ${name} ${outcome}${detail === undefined ? '' : `: ${detail}`}`);
      for (const { path, from, to } of fields) printer.data(`  ${path}: ${valueText(from)} → ${valueText(to)}`);
    }
  }
  if (runsOldSettings && consequences.length === 0) printer.note(`${subject.name} still runs with older settings: create --restart restarts it`);
  return consequences.length + objects.length === 0 ? ExitCode.ok : differs;
}
