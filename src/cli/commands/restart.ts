import type { DeclareCommand } from '../run/catalog.js';
import { setAction, throwProblems, type Invocation } from '../run/action.js';
import { exitCodeOfResult } from '../run/errors.js';
import { withContext } from '../context/provisioning.js';
import { addClusterFlags } from '../flags/cluster-flags.js';
import { addFlags } from '../flags/group.js';
import { addHubFlags } from '../flags/identity-flags.js';
import { addOutputFlag } from '../flags/output-flags.js';
import { addWaitFlags, timeoutMs, waitRung } from '../flags/wait-flags.js';
import { nameArgument } from '../input/name-argument.js';
import { printResult } from '../output/device.js';
import { OUTPUT_FORMATS } from '../output/format.js';
import { printSummary } from '../output/summary.js';

const description = `Restart the machine of a device, and wait until its runtime is connected. What
was applied before takes effect with it. Nothing else changes.`;

export const declare: DeclareCommand = (command, session) => {
  command.description(description).argument('<name>', 'name of the device');
  addWaitFlags(command);
  addFlags(command, 'Waiting', [{ flags: '--no-wait', help: 'return once it is told to restart' }]);
  addHubFlags(command);
  addClusterFlags(command);
  addOutputFlag(command, OUTPUT_FORMATS);
  setAction(command, session, run, { collects: true, device: true });
};

async function run(invocation: Invocation): Promise<number> {
  const { session, values } = invocation;
  const name = nameArgument(invocation);
  const limit = timeoutMs(values, '15m', session.problems);
  throwProblems(session);
  const begun = session.io.now();
  const wait = values['wait'] !== false;
  const waitFor = waitRung(values);
  const { restartDevice } = await session.deps.provision();
  const result = await withContext(invocation, (context) => restartDevice(context, {
    name, namespace: context.cluster.namespace, wait, waitFor, timeoutMs: limit,
  }), { waitFor: wait ? waitFor : 'applied' });
  printSummary(result, session, (session.io.now() - begun) / 1000);
  await printResult(result, session);
  return exitCodeOfResult(result);
}
