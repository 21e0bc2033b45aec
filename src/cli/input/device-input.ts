import { InvalidInputError, type Problem } from '../../support/errors.js';
import type { EdgeDevice, EdgeDeviceInput } from '../../spec/types.js';
import type { DeviceIdentity, RenderInputs } from '../../identity/types.js';
import type { SecretValue } from '../../identity/secret.js';
import type { Invocation } from '../run/action.js';
import { deviceInputOfFlags, setField, type FlagInput } from '../flags/device-values.js';
import { text } from '../flags/group.js';
import { chooseIdentity, missingIdentity } from './identity-input.js';
import type { Session } from '../run/session.js';
import { collected, within } from '../../support/problems.js';
import { gotPath } from '../../support/read-error.js';
import { parseYaml } from '../../support/yaml.js';
import { shellWord } from '../output/shell.js';
import { nameFields } from './origin.js';

/** A device from the command line: checked, with everything read that needs no cluster. */
export interface DeviceInput {
  device: EdgeDevice;
  /** File and flags merged, with the files that they name; without defaults. */
  input: EdgeDeviceInput;
  /** The connection string, if one was given: its text and its parts. */
  connectionString: { value: SecretValue; identity: DeviceIdentity } | undefined;
  secrets: Omit<RenderInputs, 'identity'>;
  /** Which flag filled which field. */
  origin: ReadonlyMap<string, string>;
}

/** Adds the command's own facts to the input; `identity` comes from a connection string, if one was given. */
export type Supply = (input: EdgeDeviceInput, identity: DeviceIdentity | undefined) => EdgeDeviceInput;

export interface ReadOptions {
  /** The base for the flags if there is no file. */
  base?: EdgeDeviceInput | undefined;
  /** The device may name Secrets of the cluster: the caller reads them. */
  inCluster?: boolean;
  /** Reads no credential: the device's own one is enough. */
  withoutSecrets?: boolean;
}

/**
 * File and flags → device. Flags win over the file. Adds every problem to `session.problems`, and gives `undefined`
 * if there is one; the caller adds its own problems and throws them together.
 *
 * @param supply the command's own facts (`render`: hub and device id without a credential).
 */
export async function readDevice(invocation: Invocation, supply?: Supply, options: ReadOptions = {}): Promise<DeviceInput | undefined> {
  const before = invocation.session.problems.length;
  const read = await readAsFarAsPossible(invocation, supply, options);
  return invocation.session.problems.length > before ? undefined : read;
}

/** The same, but also with problems, so that the caller decides whether they matter; `undefined` if nothing can be read. */
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
  const isCreate = session.command === 'create';
  const many = `${session.io.programName} apply -f ${shellWord(file)}`;
  const hint = (text: string): { hint?: string } => (isCreate ? { hint: text } : {});
  if (/\.[ct]sv$/i.test(file)) throw new InvalidInputError([{ kind: 'invalid', field: file, message: 'is a CSV file; one device file (YAML or JSON) is accepted' }], hint(`For many devices: ${many} --template DEVICE.yaml`));
  if (file !== '-' && (await session.text.readFolder(file).catch(() => undefined)) !== undefined) throw new InvalidInputError([{ kind: 'invalid', field: file, message: 'is a folder; one device file (YAML or JSON) is accepted' }], hint(`For all devices of the folder: ${many}`));
  const devices = await loadDevices(file, session.text, (line) => session.printer.note(`${session.printer.style.yellow('warning:')} ${line}`));
  if (devices.length === 1) return devices[0]!;
  throw new InvalidInputError([{ kind: 'invalid', field: file === '-' ? 'standard input' : file, message: `holds ${devices.length} devices; one is accepted` }], {
    hint: `${isCreate ? `For all of them: ${many}. ` : ''}For one, split the file at the lines with three dashes.`,
  });
}

/** Reads the files that flags name, as the loader of files does, so that a path means the same in both. */
async function loadFlagFiles(session: Session, flags: FlagInput): Promise<EdgeDeviceInput> {
  const { loadSideFiles } = await session.deps.spec();
  for (const { field, flag, path } of flags.yamlFiles) {
    const content = await session.text.readFile(path).catch(() => undefined);
    const parsed = content === undefined ? { problem: { kind: 'unreadable' as const, field: flag, message: 'the file cannot be read', ...gotPath(path) } } : parseYaml(content, flag, field === 'spec.guest.networkData' ? 'netplan' : 'yaml-1.2');
    if ('problem' in parsed) session.problems.push(parsed.problem);
    else setField(flags.input, field, parsed.documents[0] ?? {});
  }
  const { input, problems } = await loadSideFiles(flags.input, session.text, session.io.cwd);
  session.problems.push(...nameFields(problems, flags.origin));
  // The content of the file is now in the field beside it.
  for (const [field, flag] of flags.origin) if (field.endsWith('File')) flags.origin.set(field.replace(/File$/, ''), flag);
  return input;
}

/** The connection string, if there is one; `failed` if it cannot be read, and then nothing is known of the device. */
async function readConnectionString(session: Session, input: EdgeDeviceInput, flags: FlagInput): Promise<{ read: DeviceInput['connectionString']; failed: boolean }> {
  const { validateIdentity } = await session.deps.spec();
  const source = input.spec?.identity?.connectionString;
  if (source === undefined || source === null) return { read: undefined, failed: false };
  // The validation reports a value that is no source of a secret.
  if (validateIdentity(input.spec?.identity).length > 0) return { read: undefined, failed: true };
  // The caller with the cluster reads a Secret.
  if ('secretRef' in source) return { read: undefined, failed: false };
  const { readSecret, parseConnectionString } = await session.deps.identity();
  const fromFile = flags.input.spec?.identity === undefined;
  const field = fromFile ? 'spec.identity.connectionString' : 'env' in source ? String(source.env) : (flags.origin.get('spec.identity') ?? 'connection string');
  const read = await collect(session, async () => {
    const value = await readSecret(source as Parameters<typeof readSecret>[0], session.text, field);
    session.redactor.hide(value);
    const identity = within(field, () => parseConnectionString(value.reveal()));
    if (identity.kind === 'symmetric-key') session.redactor.hide(identity.key);
    return { value, identity };
  });
  // The only problem to report: with or without others, edge-vm cannot make this device.
  if (read?.identity.kind === 'x509') throw x509NotYet(field);
  return { read, failed: read === undefined };
}

/** Reported before the first request to hub or cluster. */
function x509NotYet(field: string): InvalidInputError {
  return new InvalidInputError([{ field: `${field} (x509)`, message: 'is not supported yet: the device must have a symmetric key' }], {
    hint: 'edge-vm does not support X.509 certificates yet. Give a connection string with a SharedAccessKey, or --register, which makes a device with a key.',
  });
}

async function withFacts(session: Session, input: EdgeDeviceInput, identity: DeviceIdentity | undefined, flags: FlagInput): Promise<EdgeDeviceInput> {
  if (identity === undefined) return input;
  const { withIdentity } = await session.deps.identity();
  return (await collect(session, async () => withIdentity(input, identity), flags)) ?? input;
}

/** Fields that come from the identity if the person does not give them. */
const fromIdentity = new Set(['metadata.name', 'spec.deviceId', 'spec.hub.hostname']);

async function complete(session: Session, input: EdgeDeviceInput, flags: FlagInput, identityFailed: boolean): Promise<EdgeDevice> {
  const { withDefaults, validateDevice } = await session.deps.spec();
  const device = withDefaults(input);
  for (const password of (await import('../../identity/device-secrets.js')).proxyPasswords(device)) session.redactor.hide(password);
  const hasIdentity = input.spec?.identity !== undefined;
  // A sentence with the flags says more than the schema's. Fields that an unreadable identity would fill in are not missing.
  const known = (problem: Problem): boolean => (hasIdentity && !identityFailed) || problem.kind !== 'missing' || !(fromIdentity.has(problem.field) || (!hasIdentity && problem.field === 'spec.identity'));
  const problems = validateDevice(device).filter(known);
  const reported = new Set(session.problems.map((problem) => problem.field));
  // The identity fills it, and the identity's own problem is enough.
  const copied = (problem: Problem): boolean => problem.field === 'spec.deviceId' && input.spec?.deviceId === undefined;
  const twice = (problem: Problem): boolean => reported.has(problem.field) || reported.has(problem.field.split(' ', 1)[0]!);
  session.problems.push(...nameFields(problems.filter((problem) => !copied(problem)), flags.origin).filter((problem) => !twice(problem)));
  if (!hasIdentity) session.problems.push(missingIdentity);
  return device;
}

async function readSecrets(session: Session, device: EdgeDevice, inCluster: boolean, origin: FlagInput['origin']): Promise<DeviceInput['secrets']> {
  if (session.problems.length > 0) return {};
  const { readDeviceSecrets } = await import('../../identity/device-secrets.js');
  const problems: Problem[] = [];
  const secrets = await readDeviceSecrets(device, session.text, { inCluster, onSecret: (secret) => session.redactor.hide(secret) }, problems);
  session.problems.push(...nameFields(problems, origin));
  return secrets;
}

/** The result, or `undefined` with the problems kept for later; errors of another kind end the command. */
async function collect<T>(session: Session, work: () => Promise<T>, flags?: FlagInput): Promise<T | undefined> {
  return collected(work, (error) => {
    session.problems.push(...nameFields(error.problems, flags?.origin ?? new Map<string, string>()));
    session.hint ??= error.hint;
  });
}

const stdinFlags = ['filename', 'connectionStringFile', 'hubConnectionStringFile', 'registryPasswordFile', 'edgeCaKey'];

function stdinProblems({ values }: Invocation): Problem[] {
  const using = stdinFlags.filter((name) => text(values, name) === '-').map((name) => `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`);
  return using.length < 2 ? [] : [{ field: using.join(', '), message: 'only one of them can read standard input' }];
}
