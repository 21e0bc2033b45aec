import type { DeclareCommand } from '../run/catalog.js';
import { setAction, throwProblems, type Invocation } from '../run/action.js';
import { create } from '../context/create.js';
import { addChangeFlags } from '../flags/change-flags.js';
import { addClusterFlags } from '../flags/cluster-flags.js';
import { addDeviceFlags } from '../flags/device-group.js';
import { deviceInputOfFlags } from '../flags/device-values.js';
import { addFlags, isOn, text } from '../flags/group.js';
import { addHubFlags } from '../flags/identity-flags.js';
import { addOutputFlag } from '../flags/output-flags.js';
import { addWaitFlags, timeoutMs, waitStage } from '../flags/wait-flags.js';
import { readChanges } from '../input/changes.js';
import { nameArgument } from '../input/name-argument.js';
import { OUTPUT_FORMATS } from '../output/format.js';
import type { CreateRequest } from '../../provision/types.js';

const description = `Change fields of a device. All other fields stay as they are.

It changes an existing device as create does, and keeps its identity. To
remove a field, use edit or create -f.

Examples:
  edge-vm set gw-01 --memory 8Gi
  edge-vm set gw-01 --gateway=LoadBalancer --yes`;

export const declare: DeclareCommand = (command, session) => {
  command.description(description.replaceAll('edge-vm ', `${session.io.programName} `)).argument('<name>', 'name of the device');
  addFlags(command, 'What to do', [{ flags: '--take-ownership', help: 'take over fields that others have set' }]);
  addChangeFlags(command, 'What to do');
  addWaitFlags(command);
  addFlags(command, 'Waiting', [{ flags: '--no-wait', help: 'return once all objects are applied' }]);
  addDeviceFlags(command, [addHubFlags, addClusterFlags, (one) => addOutputFlag(one, OUTPUT_FORMATS)]);
  setAction(command, session, run, { collects: true, device: true });
};

async function run(invocation: Invocation): Promise<number> {
  const { session, values } = invocation;
  nameArgument(invocation);
  const timeout = timeoutMs(values, '15m', session.problems);
  if (deviceInputOfFlags(values, session.io.cwd).origin.size === 0) session.problems.push({ field: 'flags', message: 'are missing: name a field to change, e.g. --memory 8Gi' });
  throwProblems(session);
  const subject = await readChanges(invocation);
  throwProblems(session);
  return create(invocation, subject!, {
    dryRun: (text(values, 'dryRun') ?? 'none') as CreateRequest['dryRun'],
    mustExist: true, wait: values['wait'] !== false, waitFor: waitStage(values), timeoutMs: timeout,
    skipCredentialCheck: true, takeOwnership: isOn(values, 'takeOwnership'), start: false, namespacePerDevice: false,
  });
}
