import { proxyPasswords, readDeviceSecrets } from '../../identity/device-secrets.js';
import { parseConnectionString } from '../../identity/connection-string.js';
import { readSecret } from '../../identity/load-secret.js';
import type { DeviceIdentity } from '../../identity/types.js';
import { withIdentity } from '../../identity/with-identity.js';
import type { Completed, IdentityRequest } from '../../provision/types.js';
import { withDefaults } from '../../spec/defaults.js';
import { loadSideFiles } from '../../spec/side-files.js';
import type { EdgeDevice, EdgeDeviceInput, SecretSource } from '../../spec/types.js';
import { validateDevice, validateIdentity } from '../../spec/validate.js';
import { InvalidInputError, type Problem } from '../../support/errors.js';
import { collected, within } from '../../support/problems.js';
import type { DeviceDocument, FleetDevice, FleetIo, LoadOptions } from '../types.js';

/** Reads the files and secrets that a device names, fills the defaults in, and checks it. `undefined` with problems. */
export async function completeDevice(document: DeviceDocument, io: FleetIo, options: LoadOptions, problems: Problem[]): Promise<FleetDevice | undefined> {
  const own: Problem[] = [];
  const done = await complete(document, io, options, own);
  problems.push(...own.map((problem) => placed(problem, document)));
  return done === undefined ? undefined : { ...done, place: document.place };
}

/** `undefined` with problems. */
async function complete({ input: given, folder }: DeviceDocument, io: FleetIo, options: LoadOptions, problems: Problem[]): Promise<(Completed & { identity: IdentityRequest }) | undefined> {
  const loaded = await loadSideFiles(given, io, folder);
  problems.push(...loaded.problems);
  const input: EdgeDeviceInput = options.namespace === undefined ? loaded.input : { ...loaded.input, metadata: { ...loaded.input.metadata, namespace: options.namespace } };
  const identity = options.withoutSecrets === true ? undefined : await readIdentity(input, io, options, problems);
  const named = identity === undefined ? input : (await collected(() => withIdentity(input, identity), (error) => problems.push(...error.problems))) ?? input;
  const device = withDefaults(named);
  for (const password of proxyPasswords(device)) options.onSecret?.(password);
  const known = new Set(problems.map(({ field }) => field));
  // The device id comes from the name; one problem for both is enough.
  problems.push(...validateDevice(device).filter(({ field }) => !known.has(field) && !(field === 'spec.deviceId' && given.spec?.deviceId === undefined)));
  // Until here, a value may have any type.
  if (problems.length > 0) return undefined;
  const secrets = options.withoutSecrets === true ? {} : await readDeviceSecrets(device, io, { inCluster: true, onSecret: options.onSecret }, problems);
  return problems.length > 0 ? undefined : { device, input, secrets, identity: requestOf(device, identity) };
}

async function readIdentity(input: EdgeDeviceInput, io: FleetIo, options: LoadOptions, problems: Problem[]): Promise<DeviceIdentity | undefined> {
  const field = 'spec.identity.connectionString';
  const source = input.spec?.identity?.connectionString as SecretSource | null | undefined;
  // The validation reports a wrong one; a Secret is read in the cluster.
  if (source === undefined || source === null || validateIdentity(input.spec?.identity).length > 0 || 'secretRef' in source) return undefined;
  return collected(async () => {
    const value = await readSecret(source, io, field);
    options.onSecret?.(value);
    const identity = within(field, () => parseConnectionString(value.reveal()));
    if (identity.kind === 'symmetric-key') options.onSecret?.(identity.key);
    else throw new InvalidInputError([{ field, message: 'names an X.509 certificate, which is not supported yet: the device must have a symmetric key' }]);
    return identity;
  }, (error) => problems.push(...error.problems));
}

function requestOf({ metadata, spec }: EdgeDevice, identity: DeviceIdentity | undefined): IdentityRequest {
  if (identity !== undefined) return { kind: 'given', identity };
  const { connectionString: source, register } = (spec.identity as Partial<EdgeDevice['spec']['identity']> | undefined) ?? {};
  if (source !== undefined && 'secretRef' in source) return { kind: 'secret', ...source.secretRef };
  return { kind: 'register', deviceId: register?.deviceId ?? spec.deviceId ?? metadata.name, ...(register?.tags === undefined ? {} : { tags: register.tags }) };
}

/** `fleet.csv, row 3 (line 4): spec.vm.memory (column memory)`. */
function placed(problem: Problem, { place, columns }: DeviceDocument): Problem {
  const column = columns?.get(problem.field);
  return { ...problem, field: `${place}: ${problem.field}${column === undefined ? '' : ` (column ${column})`}` };
}
