import { InvalidInputError, type Problem } from '../../support/errors.js';
import type { EdgeDevice, EdgeDeviceInput } from '../../spec/types.js';
import type { DeviceIdentity, RenderInputs } from '../../identity/types.js';
import type { SecretValue } from '../../identity/secret.js';
import type { Invocation } from '../run/action.js';
import { deviceInputOfFlags, setField, type FlagInput } from '../flags/device-values.js';
import { text } from '../flags/group.js';
import { chooseIdentity, missingIdentity } from './identity-input.js';
import type { Session } from '../run/session.js';
import { isPackageVersion } from '../../spec/formats/text.js';
import { record } from '../../support/plain.js';
import { looksSecret } from '../../support/shown.js';
import { parseYaml } from '../../support/yaml.js';
import { nameFields, withinString } from './origin.js';

/** A device as the command line describes it: checked, with everything read that can be read without a cluster. */
export interface DeviceInput {
  device: EdgeDevice;
  /** File and flags laid together, the files that they name read; without defaults. */
  input: EdgeDeviceInput;
  /** The connection string, where one was given; its text and what it says. */
  connectionString: { value: SecretValue; identity: DeviceIdentity } | undefined;
  secrets: Omit<RenderInputs, 'identity'>;
  /** Which flag filled which field. */
  origin: ReadonlyMap<string, string>;
}

/** Adds to the input what a command knows besides; `identity` is that of a connection string, where one was given. */
export type Supply = (input: EdgeDeviceInput, identity: DeviceIdentity | undefined) => EdgeDeviceInput;

export interface ReadOptions {
  /** What the flags are laid onto where no file is given. */
  base?: EdgeDeviceInput | undefined;
  /** Secrets of the cluster may be named: whoever gets the device reads them. */
  inCluster?: boolean;
  /** Reads no credential: the one that the device has will do. */
  withoutSecrets?: boolean;
}

/**
 * File and flags → device. Flags win over the file. Adds every problem to `session.problems` and gives `undefined`
 * when there is one; the caller adds its own and throws them together.
 *
 * @param supply what a command knows besides (`render`: hub and device id without a credential).
 */
export async function readDevice(invocation: Invocation, supply?: Supply, options: ReadOptions = {}): Promise<DeviceInput | undefined> {
  const before = invocation.session.problems.length;
  const read = await readAsFarAsPossible(invocation, supply, options);
  return invocation.session.problems.length > before ? undefined : read;
}

/** The same where there are problems, so that others can say whether those matter; `undefined` where nothing can be read. */
export async function readAsFarAsPossible(invocation: Invocation, supply?: Supply, options: ReadOptions = {}): Promise<DeviceInput | undefined> {
  const { session, values } = invocation;
  const before = session.problems.length;
  session.problems.push(...stdinProblems(invocation));
  if (session.problems.length > before) return undefined;
  const flags = deviceInputOfFlags(values, session.io.cwd);
  session.problems.push(...flags.problems);
  const input = await mergeAll(invocation, flags, options.base);
  if (input === undefined) return undefined;
  const connectionString = options.withoutSecrets === true ? { read: undefined, failed: false } : await readConnectionString(session, input, flags);
  const named = await withFacts(session, supply === undefined ? input : supply(input, connectionString.read?.identity), connectionString.read?.identity, flags);
  const device = await complete(session, named, flags, connectionString.failed);
  const secrets = options.withoutSecrets === true ? {} : await readSecrets(session, device, options.inCluster === true, flags.origin);
  return { device, input, connectionString: connectionString.read, secrets, origin: flags.origin };
}

async function mergeAll(invocation: Invocation, flags: FlagInput, base: EdgeDeviceInput = {}): Promise<EdgeDeviceInput | undefined> {
  const { session, values, args } = invocation;
  const { mergeInputs } = await session.deps.spec();
  const file = text(values, 'filename');
  const fromFile = file === undefined ? base : await collect(session, () => loadFile(session, file));
  const { flag, identity, problems } = chooseIdentity(session, values, fromFile);
  session.problems.push(...problems);
  if (flag !== undefined) flags.origin.set('spec.identity', flag);
  if (text(values, 'deviceId') !== undefined) flags.origin.set('spec.identity.register.deviceId', '--device-id');
  if (identity !== undefined) flags.input.spec = { ...flags.input.spec, identity };
  place(flags, 'metadata.name', 'NAME', args[0]);
  place(flags, 'metadata.namespace', '--namespace', text(values, 'namespace'));
  if (fromFile === undefined) return undefined;
  const own = await loadFlagFiles(session, flags);
  return mergeInputs(fromFile, own);
}

function place(flags: FlagInput, field: string, flag: string, value: string | undefined): void {
  flags.origin.set(field, flag);
  if (value !== undefined) setField(flags.input, field, value);
}

async function loadFile(session: Session, file: string): Promise<EdgeDeviceInput> {
  const { loadDevices } = await session.deps.spec();
  const devices = await loadDevices(file, session.text);
  if (devices.length === 1) return devices[0]!;
  throw new InvalidInputError([{ kind: 'invalid', field: file === '-' ? 'standard input' : file, message: `holds ${devices.length} devices; one is accepted` }], {
    hint: 'Split it at the lines of three dashes, one file for each device, and run the command for each.',
  });
}

/** Reads the files that flags name, as the loader of files does, so that a path means the same in both. */
async function loadFlagFiles(session: Session, flags: FlagInput): Promise<EdgeDeviceInput> {
  const { loadSideFiles } = await session.deps.spec();
  for (const { field, flag, path } of flags.yamlFiles) {
    const content = await session.text.readFile(path).catch(() => undefined);
    const parsed = content === undefined ? { problem: { kind: 'unreadable' as const, field: flag, message: 'the file cannot be read' } } : parseYaml(content, flag, field === 'spec.guest.networkData' ? 'netplan' : 'yaml-1.2');
    if ('problem' in parsed) session.problems.push(parsed.problem);
    else setField(flags.input, field, parsed.documents[0] ?? {});
  }
  const { input, problems } = await loadSideFiles(flags.input, session.text, session.io.cwd);
  session.problems.push(...nameFields(problems, flags.origin));
  // What was in the file stands in the field beside now.
  for (const [field, flag] of flags.origin) if (field.endsWith('File')) flags.origin.set(field.replace(/File$/, ''), flag);
  return input;
}

/** The connection string, where there is one to read; `failed` where it cannot be read, so that nothing is known of the device. */
async function readConnectionString(session: Session, input: EdgeDeviceInput, flags: FlagInput): Promise<{ read: DeviceInput['connectionString']; failed: boolean }> {
  const { validateIdentity } = await session.deps.spec();
  const source = input.spec?.identity?.connectionString;
  if (source === undefined || source === null) return { read: undefined, failed: false };
  // What is no source of a secret is told by the validation.
  if (validateIdentity(input.spec?.identity).length > 0) return { read: undefined, failed: true };
  // A Secret is read by who has the cluster.
  if ('secretRef' in source) return { read: undefined, failed: false };
  const { readSecret, parseConnectionString } = await session.deps.identity();
  const field = 'env' in source ? String(source.env) : (flags.origin.get('spec.identity') ?? 'connection string');
  const read = await collect(session, async () => {
    const value = await readSecret(source as Parameters<typeof readSecret>[0], session.text, field);
    session.redactor.hide(value);
    const identity = withinString(field, () => parseConnectionString(value.reveal()));
    if (identity.kind === 'symmetric-key') session.redactor.hide(identity.key);
    return { value, identity };
  });
  // Alone: whatever else is wrong, this device cannot be made.
  if (read?.identity.kind === 'x509') throw x509NotYet(field);
  return { read, failed: read === undefined };
}

/** Told before anything is asked of hub or cluster. */
function x509NotYet(field: string): InvalidInputError {
  return new InvalidInputError([{ field: `${field} (x509)`, message: 'is not supported yet: the device must have a symmetric key' }], {
    hint: 'X.509 certificates come later. Accepted now: a connection string with a SharedAccessKey, or --register, which makes a device with a key.',
  });
}

async function withFacts(session: Session, input: EdgeDeviceInput, identity: DeviceIdentity | undefined, flags: FlagInput): Promise<EdgeDeviceInput> {
  if (identity === undefined) return input;
  const { withIdentity } = await session.deps.identity();
  return (await collect(session, async () => withIdentity(input, identity), flags)) ?? input;
}

/** Fields that come from the identity where the person does not say them. */
const fromIdentity = new Set(['metadata.name', 'spec.deviceId', 'spec.hub.hostname']);

async function complete(session: Session, input: EdgeDeviceInput, flags: FlagInput, identityFailed: boolean): Promise<EdgeDevice> {
  const { withDefaults, validateDevice } = await session.deps.spec();
  const device = withDefaults(input);
  hideSecrets(session, device);
  const hasIdentity = input.spec?.identity !== undefined;
  // One sentence with the flags says more than the schema's; what an unreadable identity would fill in is not missing.
  const known = (problem: Problem): boolean => (hasIdentity && !identityFailed) || problem.kind !== 'missing' || !(fromIdentity.has(problem.field) || (!hasIdentity && problem.field === 'spec.identity'));
  const problems = validateDevice(device).filter(known);
  const told = new Set(session.problems.map((problem) => problem.field));
  // Filled from the identity, whose own problem says it already.
  const copied = (problem: Problem): boolean => problem.field === 'spec.deviceId' && input.spec?.deviceId === undefined;
  const twice = (problem: Problem): boolean => told.has(problem.field) || told.has(problem.field.split(' ', 1)[0]!);
  session.problems.push(...nameFields(problems.filter((problem) => !copied(problem)).map((problem) => explainMissing(problem, device)), flags.origin).filter((problem) => !twice(problem)));
  if (!hasIdentity) session.problems.push(missingIdentity);
  return device;
}

/** The password of a proxy's URL is a secret like any other: no later error may repeat it. */
function hideSecrets(session: Session, device: EdgeDevice): void {
  const proxy: unknown = record(record(device.spec)?.['guest'])?.['proxy'];
  for (const url of Object.values(record(proxy) ?? {})) {
    const password = typeof url === 'string' ? /^[a-z]+:\/\/[^/@]*?:([^/@]+)@/i.exec(url)?.[1] : undefined;
    session.redactor.hide(password);
  }
}

/** edge-vm knows the fitting one of its own default version only. */
function explainMissing(problem: Problem, device: EdgeDevice): Problem {
  if (problem.field !== 'spec.edge.identityServiceVersion' || problem.kind !== 'missing') return problem;
  const { version } = device.spec.edge;
  return { ...problem, message: `is missing: aziot-edge depends on one exact aziot-identity-service, and only that of the default version is known; give the one that apt-cache show aziot-edge${typeof version === 'string' && isPackageVersion(version) && !looksSecret(version) ? `=${version}` : ''} names under Depends` };
}

async function readSecrets(session: Session, device: EdgeDevice, inCluster: boolean, origin: FlagInput['origin']): Promise<DeviceInput['secrets']> {
  const { edgeCaProblems, readSecret } = await session.deps.identity();
  const read = (source: Parameters<typeof readSecret>[0] | undefined, field: string): Promise<SecretValue | undefined> | undefined =>
    source === undefined || (inCluster && 'secretRef' in source) ? undefined : collect(session, async () => {
      const secret = await readSecret(source, session.text, field);
      session.redactor.hide(secret);
      return secret;
    });
  const secrets: DeviceInput['secrets'] = {};
  if (session.problems.length > 0) return secrets;
  const registryPassword = await read(device.spec.edge.registry?.password, 'spec.edge.registry.password');
  const edgeCaKey = await read(device.spec.edge.edgeCa?.key, 'spec.edge.edgeCa.key');
  if (registryPassword !== undefined) secrets.registryPassword = registryPassword;
  if (edgeCaKey !== undefined) secrets.edgeCaKey = edgeCaKey;
  const chain = device.spec.edge.edgeCa?.certificate;
  if (edgeCaKey !== undefined && chain !== undefined) session.problems.push(...nameFields(edgeCaProblems(chain, edgeCaKey), origin));
  return secrets;
}

/** The result, or `undefined` with the problems kept for later; errors of another kind end the command. */
async function collect<T>(session: Session, work: () => Promise<T>, flags?: FlagInput): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    session.problems.push(...nameFields(error.problems, flags?.origin ?? new Map<string, string>()));
    session.hint ??= error.hint;
    return undefined;
  }
}

const stdinFlags = ['filename', 'connectionStringFile', 'hubConnectionStringFile', 'registryPasswordFile', 'edgeCaKey'];

function stdinProblems({ values }: Invocation): Problem[] {
  const using = stdinFlags.filter((name) => text(values, name) === '-').map((name) => `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`);
  return using.length < 2 ? [] : [{ field: using.join(', '), message: 'only one of them can read standard input' }];
}
