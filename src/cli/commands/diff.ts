import type { DeclareCommand } from '../run/catalog.js';
import { setAction, throwProblems, type Invocation } from '../run/action.js';
import { withContext } from '../context/provisioning.js';
import { addClusterFlags } from '../flags/cluster-flags.js';
import { addFlags, text } from '../flags/group.js';
import { addOutputFlag } from '../flags/output-flags.js';
import { readDevice } from '../input/device-input.js';
import { withFlagNames } from '../input/origin.js';
import { consequenceLine } from '../output/consequences.js';
import { isMachine } from '../output/format.js';
import { valueText } from '../output/summary.js';
import type { Session } from '../run/session.js';
import type { PreparedDevice } from '../../provision/index.js';
import { ExitCode } from '../../support/causes.js';
import { EdgeVmError } from '../../support/errors.js';

const description = `Show what create -f would change about a device, and when each change takes
effect. Exit code 0: nothing differs. 1: something differs. More than 1: an
error. It needs no credential of the device or the hub.`;

export const declare: DeclareCommand = (command, session) => {
  command.description(description).argument('[name]', 'name of the device; else the file\'s');
  addFlags(command, 'What to compare', [{ flags: '-f, --filename <file>', help: 'EdgeDevice file, - for stdin' }]);
  addClusterFlags(command);
  addOutputFlag(command, ['json', 'yaml']);
  setAction(command, session, run, { collects: true, device: true });
};

/** The exit codes of `diff` and `kubectl diff`. */
const differs = 1;

async function run(invocation: Invocation): Promise<number> {
  const { session, values } = invocation;
  if (text(values, 'filename') === undefined) session.problems.push({ field: '-f', message: 'is missing: the EdgeDevice file to compare with' });
  throwProblems(session);
  const read = await readDevice(invocation, undefined, { inCluster: true, withoutSecrets: true });
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
    session.printer.data(`${error.message}: create would make it`);
    return differs;
  }
}

/** 1 means that something differs, so an unexpected error needs another code. */
function asError(cause: unknown): EdgeVmError {
  return new EdgeVmError('unexpected', cause instanceof Error ? cause.message : String(cause), { cause, exitCode: ExitCode.preflight });
}

async function print({ consequences, changes, subject, kept }: PreparedDevice, session: Session): Promise<number> {
  const { printer, format } = session;
  const objects = changes.filter(({ outcome }) => outcome !== 'unchanged');
  if (isMachine(format)) await printer.object({ name: subject.name, namespace: subject.namespace, fields: consequences, objects }, format);
  else {
    if (consequences.length > 0 && kept !== undefined && subject.kept !== undefined) printer.data(`EdgeDevice ${subject.name}`);
    if (subject.kept !== undefined) for (const one of consequences) printer.data(`  ${consequenceLine(one)}`);
    for (const { kind, name, outcome, detail, fields = [] } of objects) {
      printer.data(`${kind} ${name} ${outcome}${detail === undefined ? '' : `: ${detail}`}`);
      for (const { path, from, to } of fields) printer.data(`  ${path}: ${valueText(from)} → ${valueText(to)}`);
    }
  }
  return consequences.length + objects.length === 0 ? ExitCode.ok : differs;
}
