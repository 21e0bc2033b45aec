import type { DeclareCommand } from '../run/catalog.js';
import { setAction, throwProblems, type Invocation } from '../run/action.js';
import { exitCodeOfResult, printCause } from '../run/errors.js';
import { addClusterFlags } from '../flags/cluster-flags.js';
import { addFlags } from '../flags/group.js';
import { addHubFlags } from '../flags/identity-flags.js';
import { addOutputFlag } from '../flags/output-flags.js';
import { addTargetFlags } from '../flags/target-flags.js';
import { addTimeoutFlag, timeoutMs, waitStage } from '../flags/wait-flags.js';
import { resultInWords } from '../output/advice.js';
import { deviceTable, refusalText, stageTable, objectName } from '../output/device.js';
import { isMachine, OUTPUT_FORMATS } from '../output/format.js';
import { pendingCommand } from '../output/pending.js';
import { STAGES } from '../../readiness/types.js';
import { targetsOf } from '../input/target-input.js';
import { statusMany } from '../context/status-many.js';
import { withContext } from '../context/provisioning.js';

const description = `Show the stages of devices, with the evidence.

With a hub credential it also asks edgeAgent (a ping through the hub), so the
answer is current. Exit code 5 when a device cannot become ready. With -o json, one
NAME is one object; several names, -l and --all are a list of items with a summary.

Examples:
  edge-vm status gw-01
  edge-vm status gw-01 gw-02 -o json
  edge-vm status -l site=north
  edge-vm list -o name | xargs edge-vm status`;

export const declare: DeclareCommand = (command, session) => {
  command.description(description.replaceAll(/edge-vm (status|list)/g, `${session.io.programName} $1`)).argument('[name...]', 'names of the devices');
  addTargetFlags(command, 'Which');
  addFlags(command, 'What to show', [{ flags: '--wait-for <stage>', help: 'READY is True from this stage on', default: 'connected', choices: STAGES }]);
  addTimeoutFlag(command, 'What to show', '10s', 'for each device: ');
  addHubFlags(command);
  addClusterFlags(command);
  addOutputFlag(command, OUTPUT_FORMATS);
  setAction(command, session, run, { collects: true, device: true });
};

async function run(invocation: Invocation): Promise<number> {
  const { session, values } = invocation;
  const targets = targetsOf(invocation);
  const { printer, format } = session;
  const limit = timeoutMs(values, '10s', session.problems);
  throwProblems(session);
  if (targets.kind !== 'one') return statusMany(invocation, targets, { waitFor: waitStage(values), timeoutMs: limit });
  const { name } = targets;
  const { getStatus } = await session.deps.provision();
  const result = await withContext(invocation, (context) => getStatus(context, {
    name, namespace: context.cluster.namespace, waitFor: waitStage(values), timeoutMs: limit,
  }), { quiet: true });
  const refusal = refusalText(result);
  for (const warning of [...result.warnings, ...(refusal === undefined ? [] : [refusal])]) printer.note(`${printer.style.yellow('warning:')} ${warning}`);
  if (isMachine(format)) await printer.object(resultInWords(result, session.io.programName), format);
  else if (format === 'name') printer.data(objectName(result));
  else {
    printer.data(deviceTable([result], session, { namespaces: format === 'wide' }));
    if (result.conditions.length > 0) printer.data(`\n${stageTable(result, session)}`);
    if (result.owner !== undefined) printer.data(`\nkept by ${result.owner.kind} ${result.owner.name}: kubectl edit edgedevice ${result.owner.name} -n ${result.namespace}`);
  }
  const pending = pendingCommand(result, session);
  if (pending !== undefined && result.cause === undefined) printer.note(`${pending.why}: ${pending.command}`);
  if (result.cause !== undefined) printCause(result.cause, session, { owner: result.owner });
  return exitCodeOfResult(result);
}
