import type { DeclareCommand } from '../run/catalog.js';
import { setAction, throwProblems, type Invocation } from '../run/action.js';
import { create } from '../context/create.js';
import { addChangeFlags, changing } from '../flags/change-flags.js';
import { addClusterFlags } from '../flags/cluster-flags.js';
import { addDeviceFlags } from '../flags/device-group.js';
import { deviceInputOfFlags } from '../flags/device-values.js';
import { addHubFlags } from '../flags/identity-flags.js';
import { addOutputFlag } from '../flags/output-flags.js';
import { addWaitFlags, waiting } from '../flags/wait-flags.js';
import { readChanges } from '../input/changes.js';
import { nameArgument } from '../input/name-argument.js';
import { OUTPUT_FORMATS } from '../output/format.js';

const description = `Change fields of a device. All other fields stay as they are.

It changes an existing device as create does, and keeps its identity. To
remove a field, use edit or create -f.

Examples:
  edge-vm set gw-01 --memory 8Gi
  edge-vm set gw-01 --gateway=LoadBalancer --yes`;

export const declare: DeclareCommand = (command, session) => {
  command.description(description.replaceAll('edge-vm ', `${session.io.programName} `)).argument('<name>', 'name of the device');
  addChangeFlags(command, 'What to do');
  addWaitFlags(command, { noWait: 'return once all objects are applied' });
  addDeviceFlags(command, [addHubFlags, addClusterFlags, (one) => addOutputFlag(one, OUTPUT_FORMATS)]);
  setAction(command, session, run, { collects: true, device: true });
};

async function run(invocation: Invocation): Promise<number> {
  const { session, values } = invocation;
  nameArgument(invocation);
  const wait = waiting(values, '15m', session.problems);
  // A flag with a problem may be the field that was meant.
  const isUnclear = session.problems.some(({ field }) => field.startsWith('-'));
  if (!isUnclear && deviceInputOfFlags(values, session.io.cwd).origin.size === 0) session.problems.push({ field: 'flags', message: 'are missing: name a field to change, e.g. --memory 8Gi' });
  const subject = await readChanges(invocation);
  // The device has one, and no flag of this command is about it.
  session.problems.splice(0, Number.POSITIVE_INFINITY, ...session.problems.filter(({ field }) => field !== 'identity'));
  throwProblems(session);
  return create(invocation, subject!, {
    ...changing(values), ...wait, mustExist: true,
    skipCredentialCheck: true, start: false, namespacePerDevice: false,
  });
}
