import type { DeclareCommand } from '../run/catalog.js';
import { setAction, throwProblems, type Invocation } from '../run/action.js';
import { exitCodeOfResult } from '../run/errors.js';
import { addClusterFlags } from '../flags/cluster-flags.js';
import { addHubFlags } from '../flags/identity-flags.js';
import { addOutputFlag } from '../flags/output-flags.js';
import { addWaitFlags, timeoutMs, waitRung } from '../flags/wait-flags.js';
import { printResult } from '../output/device.js';
import { OUTPUT_FORMATS } from '../output/format.js';
import { printSummary } from '../output/summary.js';
import { nameArgument } from '../input/name-argument.js';
import { withContext } from '../context/provisioning.js';

const description = `Wait until a device has reached a rung, or cannot any more.

Exit code 0 when it has, 4 when the time ran out, 5 with the cause when the
device cannot become ready.`;

export const declare: DeclareCommand = (command, session) => {
  command.description(description).argument('<name>', 'name of the device');
  addWaitFlags(command);
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
  const { waitDevice } = await session.deps.provision();
  const waitFor = waitRung(values);
  const result = await withContext(invocation, (context) => waitDevice(context, {
    name, namespace: context.cluster.namespace, waitFor, timeoutMs: limit,
  }), { waitFor });
  printSummary(result, session, (session.io.now() - begun) / 1000);
  await printResult(result, session);
  return exitCodeOfResult(result);
}
