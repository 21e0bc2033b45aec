import type { DeclareCommand } from '../run/catalog.js';
import { setAction, throwProblems, type Invocation } from '../run/action.js';
import { readDevice, type DeviceInput } from '../input/device-input.js';
import { exitCodeOfResult } from '../run/errors.js';
import { addClusterFlags } from '../flags/cluster-flags.js';
import { addDeviceFlags } from '../flags/device-group.js';
import { addFlags, isOn, text } from '../flags/group.js';
import { addHubFlags, addIdentityFlags } from '../flags/identity-flags.js';
import { addOutputFlag } from '../flags/output-flags.js';
import { addWaitFlags, timeoutMs, waitRung } from '../flags/wait-flags.js';
import { printResult } from '../output/device.js';
import { OUTPUT_FORMATS } from '../output/format.js';
import { printDryRun, printSummary } from '../output/summary.js';
import { withContext } from '../context/provisioning.js';
import { withFlagNames } from '../input/origin.js';
import type { CreateRequest, IdentityRequest } from '../../provision/types.js';

const description = `Create an IoT Edge device and wait until its runtime is connected.

Run it again at any time: it goes on where it stopped, and changes nothing
that is as it should be.

Examples:
  edge-vm create gw-01 --register
  edge-vm create --connection-string-file key.txt --cpus 4 --memory 8Gi
  edge-vm create gw-01 --from-secret gw-01-key --ssh-key ~/.ssh/id_ed25519.pub
  edge-vm create -f device.yaml -o json`;

export const declare: DeclareCommand = (command, session) => {
  command.description(description.replaceAll('edge-vm ', `${session.io.programName} `)).argument('[name]', 'name of the objects; else the file\'s, else made from the device id');
  addIdentityFlags(command);
  addFlags(command, 'What to do', [
    { flags: '-f, --filename <file>', help: 'EdgeDevice file, - for stdin; flags win over it' },
    { flags: '--dry-run <where>', help: 'none (default), client, server', choices: ['none', 'client', 'server'] },
    { flags: '--start', help: 'start the machine if it was stopped' },
    { flags: '--namespace-per-device', help: 'in a namespace msiot-<hub>-<device> of its own' },
    { flags: '--take-ownership', help: 'take over fields that others have set' },
    { flags: '--skip-credential-check', help: 'do not try the device\'s key at the hub first' },
  ]);
  addWaitFlags(command);
  addFlags(command, 'Waiting', [{ flags: '--no-wait', help: 'return once all objects are applied' }]);
  addDeviceFlags(command, [addHubFlags, addClusterFlags, (one) => addOutputFlag(one, OUTPUT_FORMATS)]);
  setAction(command, session, run, { collects: true, device: true });
};

async function run(invocation: Invocation): Promise<number> {
  const { session, values } = invocation;
  const { problems, io } = session;
  const limit = timeoutMs(values, '15m', problems);
  const wait = values['wait'] !== false;
  if (!wait && text(values, 'waitFor') !== undefined) problems.push({ field: '--no-wait, --wait-for', message: 'give only one of them' });
  if (isOn(values, 'namespacePerDevice') && text(values, 'namespace') !== undefined) problems.push({ field: '--namespace-per-device, --namespace', message: 'give only one of them' });
  const input = await readDevice(invocation);
  throwProblems(session);
  const request: CreateRequest = {
    device: input!.device,
    identity: identityRequest(input!),
    secrets: input!.secrets,
    dryRun: (text(values, 'dryRun') ?? 'none') as CreateRequest['dryRun'],
    wait, waitFor: waitRung(values), timeoutMs: limit,
    skipCredentialCheck: isOn(values, 'skipCredentialCheck'),
    takeOwnership: isOn(values, 'takeOwnership'),
    start: isOn(values, 'start'),
    namespacePerDevice: isOn(values, 'namespacePerDevice'),
  };
  session.about = { name: request.device.metadata.name, namespace: request.device.metadata.namespace };
  const begun = io.now();
  const { createDevice } = await session.deps.provision();
  const result = await withContext(invocation, (context) => withFlagNames(input!.origin, () => createDevice(context, request)), { waitFor: request.wait ? request.waitFor : 'applied' });
  if (request.dryRun === 'none') printSummary(result, session, (io.now() - begun) / 1000);
  else printDryRun(result, session, request.dryRun);
  await printResult(result, session);
  return exitCodeOfResult(result);
}

function identityRequest({ device, connectionString }: DeviceInput): IdentityRequest {
  if (connectionString !== undefined) return { kind: 'given', identity: connectionString.identity };
  const { connectionString: source, register } = device.spec.identity;
  if (source !== undefined && 'secretRef' in source) return { kind: 'secret', ...source.secretRef };
  return {
    kind: 'register',
    deviceId: register?.deviceId ?? device.spec.deviceId ?? device.metadata.name,
    ...(register?.tags === undefined ? {} : { tags: register.tags }),
  };
}
