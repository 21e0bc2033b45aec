import type { DeclareCommand } from '../run/catalog.js';
import { setAction, throwProblems, type Invocation } from '../run/action.js';
import { addClusterFlags } from '../flags/cluster-flags.js';
import { addDeviceFlags } from '../flags/device-group.js';
import { addFlags, isOn, text } from '../flags/group.js';
import { addHubFlags, addIdentityFlags } from '../flags/identity-flags.js';
import { addOutputFlag } from '../flags/output-flags.js';
import { addWaitFlags, waiting } from '../flags/wait-flags.js';
import { OUTPUT_FORMATS } from '../output/format.js';
import { create } from '../context/create.js';
import { addChangeFlags, changing } from '../flags/change-flags.js';
import { readChanges, readWhole } from '../input/changes.js';

const description = `Create an IoT Edge device and wait until its runtime is connected.

You can run it again at any time. It continues where it stopped, and does not
change objects that are already right. A file describes the whole device; flags
alone change only what they name. It asks before it removes anything.

Examples:
  edge-vm create gw-01 --register
  edge-vm create --connection-string-file key.txt --cpus 4 --memory 8Gi
  edge-vm create gw-01 --from-secret gw-01-key --ssh-key ~/.ssh/id_ed25519.pub
  edge-vm create -f device.yaml -o json`;

export const declare: DeclareCommand = (command, session) => {
  command.description(description.replaceAll('edge-vm ', `${session.io.programName} `)).argument('[name]', 'name of the objects; without it, the name in the file, or one made from the device id');
  addIdentityFlags(command);
  addFlags(command, 'What to do', [
    { flags: '-f, --filename <file>', help: 'EdgeDevice file, - for stdin; flags win over it' },
    { flags: '--start', help: 'start the VM if it is stopped' },
    { flags: '--namespace-per-device', help: 'use a namespace msiot-<hub>-<device>[-<hash>] for this device alone' },
    { flags: '--skip-credential-check', help: 'do not try the device\'s key at the hub first' },
  ]);
  addChangeFlags(command, 'What to do');
  addWaitFlags(command, { noWait: 'return once all objects are applied' });
  addDeviceFlags(command, [addHubFlags, addClusterFlags, (one) => addOutputFlag(one, OUTPUT_FORMATS)]);
  setAction(command, session, run, { collects: true, device: true });
};

async function run(invocation: Invocation): Promise<number> {
  const { session, values } = invocation;
  const { problems } = session;
  const wait = waiting(values, '15m', problems);
  if (isOn(values, 'namespacePerDevice') && text(values, 'namespace') !== undefined) problems.push({ field: '--namespace-per-device, --namespace', message: 'give only one of them' });
  const subject = await (text(values, 'filename') === undefined ? readChanges(invocation) : readWhole(invocation));
  throwProblems(session);
  return create(invocation, subject!, {
    ...changing(values), ...wait,
    skipCredentialCheck: isOn(values, 'skipCredentialCheck'),
    start: isOn(values, 'start'),
    namespacePerDevice: isOn(values, 'namespacePerDevice'),
  });
}
