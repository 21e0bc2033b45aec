import type { DeclareCommand } from '../run/catalog.js';
import { setAction, throwProblems, type Invocation } from '../run/action.js';
import { withFleet } from '../context/fleet.js';
import { addChangeFlags } from '../flags/change-flags.js';
import { addClusterFlags } from '../flags/cluster-flags.js';
import { addConcurrencyFlag, addFilesFlags, concurrency, filenames } from '../flags/fleet-flags.js';
import { addFlags, isOn, text } from '../flags/group.js';
import { addHubFlags } from '../flags/identity-flags.js';
import { addOutputFlag } from '../flags/output-flags.js';
import { addWaitFlags, timeoutMs, waitStage } from '../flags/wait-flags.js';
import { readFleet } from '../input/fleet-input.js';
import { printFleet, printFleetSummary } from '../output/fleet-summary.js';
import { OUTPUT_FORMATS } from '../output/format.js';
import { fleetConsent } from '../run/fleet-consent.js';
import type { FleetRequest } from '../../fleet/index.js';

const description = `Create and change many devices, and wait until their runtimes are connected.

A file describes each device as a whole, as with create -f. A CSV file has a row
for each device; its values fill a template. It checks all devices first, and asks
once before anything is removed. A device that fails does not stop the others. You
can run it again at any time: it continues where it stopped.

Exit code 0: all devices are good. Else it is the code of the worst cause, in this
order: 130, 1, 5, 3, 2, 4.

Examples:
  edge-vm apply -f devices/
  edge-vm apply -f fleet.csv --template device.yaml --plan
  edge-vm apply -f fleet.csv --template device.yaml --prune -l site=north
  kubectl get edgedevices -o yaml | edge-vm apply -f - --no-wait`;

export const declare: DeclareCommand = (command, session) => {
  command.description(description.replaceAll('edge-vm apply', `${session.io.programName} apply`));
  addFilesFlags(command, 'Devices');
  addFlags(command, 'What to do', [
    { flags: '--start', help: 'start VMs that are stopped' },
    { flags: '--take-ownership', help: 'take over fields that others have set' },
    { flags: '--skip-credential-check', help: 'do not try the devices\' keys at the hub first' },
  ]);
  addChangeFlags(command, 'What to do');
  addConcurrencyFlag(command, 'What to do', 'to change');
  addWaitFlags(command, '30m');
  addFlags(command, 'Waiting', [{ flags: '--no-wait', help: 'return once all objects are applied' }]);
  addHubFlags(command);
  addClusterFlags(command);
  addOutputFlag(command, OUTPUT_FORMATS);
  setAction(command, session, run, { collects: true });
};

async function run(invocation: Invocation): Promise<number> {
  const { session, values } = invocation;
  const { problems } = session;
  const files = filenames(values, problems);
  const timeout = timeoutMs(values, '30m', problems);
  const atOnce = concurrency(values, problems);
  const wait = values['wait'] !== false;
  if (!wait && text(values, 'waitFor') !== undefined) problems.push({ field: '--no-wait, --wait-for', message: 'give only one of them' });
  throwProblems(session);
  const { devices } = await readFleet(invocation, files);
  const { applyFleet, exitCodeOfFleet, fleetRequest } = await session.deps.fleet();
  const dryRun = (text(values, 'dryRun') ?? 'none') as FleetRequest['dryRun'];
  const request = fleetRequest(devices, {
    dryRun, wait, waitFor: waitStage(values), timeoutMs: timeout, concurrency: atOnce,
    start: isOn(values, 'start'), restart: isOn(values, 'restart'),
    takeOwnership: isOn(values, 'takeOwnership'), skipCredentialCheck: isOn(values, 'skipCredentialCheck'),
  });
  const result = await withFleet(invocation, (context, progress) => applyFleet(context, request, {
    confirm: async (planned) => {
      progress.stop();
      await fleetConsent(session, planned, [], isOn(values, 'yes'));
    },
  }));
  printFleetSummary(result, session, dryRun === 'none' ? (wait ? 'are ready' : 'are applied') : `would be applied (${dryRun} dry run)`);
  await printFleet(result, session);
  return exitCodeOfFleet(result.items);
}
