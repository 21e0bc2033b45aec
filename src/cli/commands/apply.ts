import type { DeclareCommand } from '../run/catalog.js';
import { setAction, throwProblems, type Invocation } from '../run/action.js';
import { withFleet } from '../context/fleet.js';
import { plan } from '../context/plan.js';
import { addChangeFlags, changing } from '../flags/change-flags.js';
import { addClusterFlags } from '../flags/cluster-flags.js';
import { addConcurrencyFlag, addFilesFlags, concurrency, filenames } from '../flags/fleet-flags.js';
import { addFlags, isOn } from '../flags/group.js';
import { addHubFlags } from '../flags/identity-flags.js';
import { addSelectorFlag, selector } from '../flags/selector-flag.js';
import { addOutputFlag } from '../flags/output-flags.js';
import { addWaitFlags, waiting } from '../flags/wait-flags.js';
import { readFleet, stdinProblems } from '../input/fleet-input.js';
import { printFleet, printFleetSummary } from '../output/fleet-summary.js';
import { OUTPUT_FORMATS } from '../output/format.js';
import { fleetConsent } from '../run/fleet-consent.js';

const description = `Create and change many devices, and wait until their runtimes are connected.

A file describes each device as a whole, as with create -f. A CSV file has a row
for each device; its values fill a template. It checks all devices first, and asks
once before anything is removed. A device that fails does not stop the others. You
can run it again at any time: it continues where it stopped.

Exit code 0: all devices are good. Else it is the code of the worst cause, in this
order: 130, 1, 5, 3, 2, 4. With --plan, 3 also means that the fleet does not fit.

Examples:
  edge-vm apply -f devices/
  edge-vm apply -f fleet.csv --template device.yaml --plan
  edge-vm apply -f fleet.csv --template device.yaml --prune -l site=north
  git show main:fleet.yaml | edge-vm apply -f - --no-wait`;

export const declare: DeclareCommand = (command, session) => {
  command.description(description.replaceAll('edge-vm apply', `${session.io.programName} apply`));
  addFilesFlags(command, 'Devices');
  addFlags(command, 'What to do', [
    { flags: '--plan', help: 'only show what will change, and whether the fleet fits' },
    { flags: '--prune', help: 'delete devices with the labels of -l that no file names' },
  ]);
  addSelectorFlag(command, 'What to do', 'with --prune: labels of the devices to look at');
  addFlags(command, 'What to do', [
    { flags: '--start', help: 'start VMs that are stopped' },
    { flags: '--skip-credential-check', help: 'do not try the devices\' keys at the hub first' },
  ]);
  addChangeFlags(command, 'What to do');
  addConcurrencyFlag(command, 'What to do', 'to change');
  addWaitFlags(command, { standard: '30m', noWait: 'return once all objects are applied' });
  addHubFlags(command);
  addClusterFlags(command);
  addOutputFlag(command, OUTPUT_FORMATS);
  setAction(command, session, run, { collects: true });
};

async function run(invocation: Invocation): Promise<number> {
  const { session, values } = invocation;
  const { problems } = session;
  const files = filenames(values, problems);
  const wait = waiting(values, '30m', problems);
  const atOnce = concurrency(values, problems);
  problems.push(...stdinProblems(invocation, files));
  const labels = selector(values, problems);
  const prune = isOn(values, 'prune');
  if (prune && labels === undefined) problems.push({ kind: 'missing', field: '--prune', message: 'needs -l LABELS: only devices with these labels are deleted' });
  if (!prune && labels !== undefined) problems.push({ kind: 'conflict', field: '-l', message: 'needs --prune: the files say which devices are applied' });
  throwProblems(session);
  const { devices } = await readFleet(invocation, files);
  const { applyFleet, exitCodeOfFleet, fleetRequest, selectsNone } = await session.deps.fleet();
  // Most likely a mistake in writing: then nothing is pruned, or the devices of other files are.
  if (prune && labels !== undefined && selectsNone(devices, labels)) session.printer.note(`${session.printer.style.yellow('warning:')} --prune: no device of the files has the labels of -l`);
  const { dryRun } = changing(values);
  const isPlan = isOn(values, 'plan');
  const request = fleetRequest(devices, {
    ...changing(values), ...wait, concurrency: atOnce,
    start: isOn(values, 'start'), restart: isOn(values, 'restart'),
    skipCredentialCheck: isOn(values, 'skipCredentialCheck'),
    ...(prune && labels !== undefined ? { prune: labels } : {}),
  });
  if (isPlan) return plan(invocation, request);
  const result = await withFleet(invocation, (context, progress) => applyFleet(context, request, {
    confirm: async (planned, removals) => {
      progress.stop();
      await fleetConsent(session, planned, removals, isOn(values, 'yes'));
    },
    eager: isOn(values, 'yes'),
  }), { patienceMs: wait.timeoutMs });
  printFleetSummary(result, session, { applied: devices.length, ...(dryRun === 'none' ? { done: wait.wait ? 'are ready' : 'are applied' } : { done: 'would be applied', dryRun }) });
  await printFleet(result, session);
  return exitCodeOfFleet(result.items);
}
