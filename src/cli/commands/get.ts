import type { DeclareCommand } from '../run/catalog.js';
import { setAction, throwProblems, type Invocation } from '../run/action.js';
import { withContext } from '../context/provisioning.js';
import { addClusterFlags } from '../flags/cluster-flags.js';
import { addOutputFlag } from '../flags/output-flags.js';
import { nameArgument } from '../input/name-argument.js';
import { objectName } from '../output/device.js';
import { formatObject } from '../output/format.js';

const description = `Print the EdgeDevice of a device as it was given, without defaults. You can edit
it and use it with create -f. It has no credential of the device, but it has your
own cloud-config with everything in it.`;

export const declare: DeclareCommand = (command, session) => {
  command.description(description).argument('<name>', 'name of the device');
  addClusterFlags(command);
  addOutputFlag(command, ['yaml', 'json', 'name']);
  setAction(command, session, run, { collects: true, device: true });
};

async function run(invocation: Invocation): Promise<void> {
  const { session } = invocation;
  const name = nameArgument(invocation);
  throwProblems(session);
  const { getDevice } = await session.deps.provision();
  const device = await withContext(invocation, (context) => getDevice(context, { name, namespace: context.cluster.namespace }), { quiet: true, hub: false });
  // Not masked: if a text that looks like a secret were masked, it would be another device.
  if (session.format === 'name') session.printer.data(objectName({ name }));
  else session.printer.secretData(await formatObject(device, session.format === 'json' ? 'json' : 'yaml'));
}
