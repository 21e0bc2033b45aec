import type { DeclareCommand } from '../run/catalog.js';
import { setAction, throwProblems, type Invocation } from '../run/action.js';
import { readDevice, type DeviceInput } from '../input/device-input.js';
import { addDeviceFlags } from '../flags/device-group.js';
import { addIdentityFlags } from '../flags/identity-flags.js';
import { addFlags, text } from '../flags/group.js';
import { addOutputFlag } from '../flags/output-flags.js';
import { hubOfFlags } from '../context/hub-name.js';
import { hubNameProblem } from '../flags/hub-name.js';
import { withFlagNames } from '../input/origin.js';
import { InvalidInputError } from '../../support/errors.js';
import type { EdgeDeviceInput } from '../../spec/types.js';
import type { DeviceIdentity } from '../../identity/types.js';
import { record } from '../../support/plain.js';
import { ANNOTATION_USER_DATA_HASH } from '../../spec/labels.js';
import type { KubeManifest, RenderedDevice, SecretMode } from '../../render/types.js';

const description = `Print the manifests that create would apply. It sends nothing anywhere.

It leaves out the Secret with the credential, because kubectl apply would copy it
into an annotation. Without a credential, name hub and device.

Examples:
  edge-vm render gw-01 --hub contoso --device-id gw-01 > gw-01.yaml
  edge-vm render -f device.yaml --connection-string-file key.txt
  edge-vm render -f device.yaml --secret=include | kubectl create -f -`;

export const declare: DeclareCommand = (command, session) => {
  command.description(description.replaceAll('edge-vm ', `${session.io.programName} `)).argument('[name]', 'name of the objects; without it, the name in the file, or one made from the device id');
  addFlags(command, 'What to print', [
    { flags: '-f, --filename <file>', help: 'EdgeDevice file, - for stdin; flags win over it' },
    { flags: '--secret <mode>', help: 'the Secret: omit (default), placeholder, include', choices: ['omit', 'placeholder', 'include'] },
    { flags: '-n, --namespace <name>', help: 'namespace of the objects' },
  ]);
  addIdentityFlags(command);
  addFlags(command, 'Identity (exactly one)', [{ flags: '--hub <name>', help: 'hub, if no connection string names it', check: hubNameProblem }]);
  addDeviceFlags(command, [(one) => addOutputFlag(one, ['yaml', 'json', 'name'])]);
  setAction(command, session, run, { collects: true });
};

async function run(invocation: Invocation): Promise<void> {
  const { session, values } = invocation;
  // A problem of --hub is told with all others.
  const hub = session.problems.some(({ field }) => field === '--hub') ? undefined : await hubOfFlags(session, values);
  const input = await readDevice(invocation, (device, identity) => (identity === undefined ? withoutCredential(device, hub, text(values, 'deviceId')) : device));
  throwProblems(session);
  const mode = (text(values, 'secret') ?? 'omit') as SecretMode;
  const { identity, standIn } = await identityFor(invocation, input!);
  if (standIn && mode === 'include') {
    throw new InvalidInputError([{ field: '--secret', message: 'include needs the connection string: --connection-string-file or EDGE_VM_CONNECTION_STRING' }]);
  }
  const { expiryOf } = await session.deps.spec();
  const dates = expiryOf(input!.device, session.io.now());
  await withFlagNames(input!.origin, async () => {
    if (dates.problems.length > 0) throw new InvalidInputError(dates.problems);
  });
  const { renderDevice, renderManifests, toYaml } = await session.deps.render();
  const rendered = await withFlagNames(input!.origin, async () => renderDevice(input!.device, { ...input!.secrets, identity }));
  const manifests = renderManifests(standIn ? withoutHash(rendered) : rendered, mode);
  await print(invocation, manifests, mode, toYaml);
  for (const warning of [...rendered.warnings, ...dates.warnings]) session.printer.note(`${session.printer.style.yellow('warning:')} ${warning}`);
  if (mode === 'omit') session.printer.note(`note: Secret ${rendered.secretName} is left out; the machine needs it to start (--secret=include prints it)`);
}

/** Hub and device id are enough if no key is printed. */
function withoutCredential(device: EdgeDeviceInput, hub: string | undefined, deviceId: string | undefined): EdgeDeviceInput {
  // The validation reports a value that is no mapping.
  if (device.spec !== undefined && device.spec !== null && record(device.spec) === undefined) return device;
  if (record(device.spec?.hub ?? {}) === undefined) return device;
  const spec = { ...device.spec };
  if (hub !== undefined) spec.hub = { ...spec.hub, hostname: hub };
  const id = deviceId ?? spec.deviceId ?? (hub === undefined ? undefined : device.metadata?.name);
  if (spec.identity === undefined && id !== undefined) spec.identity = { register: { deviceId: id } };
  return { ...device, spec };
}

async function identityFor({ session }: Invocation, input: DeviceInput): Promise<{ identity: DeviceIdentity; standIn: boolean }> {
  if (input.connectionString !== undefined) return { identity: input.connectionString.identity, standIn: false };
  const { hub, deviceId } = input.device.spec;
  if (hub?.hostname === undefined || deviceId === undefined) {
    const missing = [...(hub?.hostname === undefined ? [{ field: '--hub', message: 'is missing (or spec.hub.hostname): the objects have the hub\'s name' }] : []), ...(deviceId === undefined ? [{ field: '--device-id', message: 'is missing (or spec.deviceId)' }] : [])];
    throw new InvalidInputError(missing);
  }
  const { SecretValue } = await session.deps.identity();
  const key = new SecretValue(Buffer.from('no key was given to render').toString('base64'));
  return { identity: { kind: 'symmetric-key', hubHostname: hub.hostname, deviceId, key }, standIn: true };
}

/** The hash is over the user-data with its key. The key is not known here, and no hash is better than a wrong one. */
function withoutHash(rendered: RenderedDevice): RenderedDevice {
  const { metadata } = rendered.virtualMachine;
  const { [ANNOTATION_USER_DATA_HASH]: _hash, ...annotations } = metadata.annotations ?? {};
  return { ...rendered, virtualMachine: { ...rendered.virtualMachine, metadata: { ...metadata, annotations } } };
}

async function print({ session }: Invocation, manifests: KubeManifest[], mode: SecretMode, toYaml: (manifests: KubeManifest[]) => string): Promise<void> {
  const { printer, redactor, format } = session;
  const shown = mode === 'include' ? manifests : (redactor.cleanData(manifests) as KubeManifest[]);
  if (format === 'name') for (const { apiVersion, kind, metadata } of shown) printer.data(`${kind.toLowerCase()}${apiVersion.includes('/') ? `.${apiVersion.split('/')[0]}` : ''}/${metadata.name}`);
  else if (format === 'json') printer.secretData(JSON.stringify({ apiVersion: 'v1', kind: 'List', items: shown }, null, 2));
  else printer.secretData(toYaml(shown).trimEnd());
}
