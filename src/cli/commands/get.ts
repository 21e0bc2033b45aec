import type { DeclareCommand } from '../run/catalog.js';
import { setAction, throwProblems, type Invocation } from '../run/action.js';
import { getMany } from '../context/get-many.js';
import { withContext } from '../context/provisioning.js';
import { addClusterFlags } from '../flags/cluster-flags.js';
import { addOutputFlag } from '../flags/output-flags.js';
import { addTargetFlags } from '../flags/target-flags.js';
import { targetsOf } from '../input/target-input.js';
import { objectName } from '../output/device.js';
import { formatObject } from '../output/format.js';

const description = `Print the EdgeDevices of devices as they were given, without defaults. You can edit
them and use them with create -f or apply -f. They have no credential of the
devices, but they have your own cloud-config with everything in it. Several devices
are YAML documents; with -o json they are a List.

Examples:
  edge-vm get gw-01
  edge-vm get gw-01 gw-02 -o json
  edge-vm get --all > devices.yaml`;

export const declare: DeclareCommand = (command, session) => {
  command.description(description.replaceAll('edge-vm get', `${session.io.programName} get`)).argument('[name...]', 'names of the devices');
  addTargetFlags(command, 'Which');
  addClusterFlags(command);
  addOutputFlag(command, ['yaml', 'json', 'name']);
  setAction(command, session, run, { collects: true, device: true });
};

async function run(invocation: Invocation): Promise<number | void> {
  const { session } = invocation;
  const targets = targetsOf(invocation);
  throwProblems(session);
  if (targets.kind !== 'one') return getMany(invocation, targets);
  const { name } = targets;
  const { getDevice } = await session.deps.provision();
  const device = await withContext(invocation, (context) => getDevice(context, { name, namespace: context.cluster.namespace }), { quiet: true, hub: false });
  // Not masked: if a text that looks like a secret were masked, it would be another device.
  if (session.format === 'name') session.printer.data(objectName({ name }));
  else session.printer.secretData(await formatObject(device, session.format === 'json' ? 'json' : 'yaml'));
}
