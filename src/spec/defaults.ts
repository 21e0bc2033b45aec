import type { EdgeDevice, EdgeDeviceInput } from './types.js';
import { API_VERSION } from './types.js';
import { deviceName } from './names.js';
import { dropNulls } from './plain.js';
import { record } from '../support/plain.js';

/** Package versions of the release that is installed unless the person asks for another. */
export const DEFAULT_EDGE_VERSION = '1.6.0-1';
export const DEFAULT_IDENTITY_SERVICE_VERSION = '1.6.0-1';

/** Sizes of a machine where neither the person nor a template of theirs says otherwise. */
export const DEFAULT_CPUS = 2;
export const DEFAULT_MEMORY = '2Gi';
export const DEFAULT_DISK_SIZE = '20Gi';

type Values = Record<string, unknown>;

/**
 * Fills in the defaults: a new object, the input stays as it is, and a second run changes nothing. It takes what a
 * file held, right or wrong: places of a wrong shape are left for `validateDevice`, which must follow. A field that
 * is `null` counts as absent, as in Kubernetes; `identity.register:` with nothing after it means "register".
 */
export function withDefaults(input: EdgeDeviceInput): EdgeDevice {
  const device = record(dropNulls(withBareRegister(input))) ?? {};
  const spec = withDeviceId(record(device['spec']) ?? {}, record(device['metadata']));
  const filled: Values = {
    ...device,
    apiVersion: device['apiVersion'] ?? API_VERSION,
    kind: device['kind'] ?? 'EdgeDevice',
    metadata: fill(device['metadata'], (metadata) => ({ ...nameOf(spec), ...metadata })),
    spec: {
      ...spec,
      identity: spec['identity'] ?? {},
      vm: fill(spec['vm'], vmDefaults),
      guest: fill(spec['guest'], guestDefaults),
      edge: fill(spec['edge'], edgeDefaults),
      ...(spec['gateway'] === undefined ? {} : { gateway: fill(spec['gateway'], gatewayDefaults) }),
    },
  };
  if (device['spec'] !== undefined && record(device['spec']) === undefined) filled['spec'] = device['spec'];
  // Of the right type only once validated; the signature says what comes out of good input.
  return filled as unknown as EdgeDevice;
}

/** `register:` without a value asks for registration with all defaults. */
function withBareRegister(input: EdgeDeviceInput): unknown {
  const spec = record(record(input)?.['spec']);
  const identity = record(spec?.['identity']);
  if (spec === undefined || identity === undefined || identity['register'] !== null) return input;
  return { ...input, spec: { ...spec, identity: { ...identity, register: {} } } };
}

/** The defaults of a mapping; absent counts as an empty one, anything else stays for the validation to refuse. */
function fill(value: unknown, defaults: (given: Values) => Values): unknown {
  const given = value === undefined ? {} : record(value);
  return given === undefined ? value : defaults(given);
}

/** `--register` without a device id registers the object's own name. */
function withDeviceId(spec: Values, metadata: Values | undefined): Values {
  const register = record(record(spec['identity'])?.['register']);
  if (register === undefined || spec['deviceId'] !== undefined) return spec;
  const deviceId = register['deviceId'] ?? metadata?.['name'];
  return deviceId === undefined ? spec : { ...spec, deviceId };
}

function nameOf(spec: Values): Values {
  const id = spec['deviceId'];
  return typeof id === 'string' ? { name: deviceName(id) } : {};
}

/** What a manifest of the person's own says of sizes stands unless it is told otherwise: rendering fills in what it leaves out. */
function vmDefaults(vm: Values): Values {
  const ours = vm['templateFile'] === undefined;
  return {
    template: 'ubuntu-24.04',
    architecture: 'amd64',
    consoleLog: true,
    readinessProbe: 'exec',
    ...(ours && vm['instancetype'] === undefined ? { cpus: DEFAULT_CPUS, memory: DEFAULT_MEMORY } : {}),
    ...vm,
    disk: fill(vm['disk'], (disk) => ({ ...(ours ? { size: DEFAULT_DISK_SIZE } : {}), ...disk })),
  };
}

function guestDefaults(guest: Values): Values {
  return {
    engine: 'moby',
    user: 'edge',
    ...guest,
    docker: fill(guest['docker'], (docker) => ({ logMaxSize: '10m', logMaxFiles: 3, ...docker })),
    ...(guest['apt'] === undefined ? {} : { apt: fill(guest['apt'], aptDefaults) }),
  };
}

function aptDefaults(apt: Values): Values {
  const source = record(apt['edgeSource']);
  if (source === undefined) return apt;
  const flat = typeof source['suite'] === 'string' && source['suite'].endsWith('/');
  return { ...apt, edgeSource: flat ? source : { components: ['main'], ...source } };
}

/**
 * The two packages belong together. So a version of the person's own gets no default for the other one: which one
 * that is cannot be known here, and the validation asks for it.
 */
function edgeDefaults(edge: Values): Values {
  const ownVersion = edge['version'] !== undefined && edge['version'] !== DEFAULT_EDGE_VERSION;
  return {
    version: DEFAULT_EDGE_VERSION,
    ...(ownVersion ? {} : { identityServiceVersion: DEFAULT_IDENTITY_SERVICE_VERSION }),
    ...edge,
    imageGarbageCollection: fill(edge['imageGarbageCollection'], (collection) => ({
      enabled: true, cleanupTimeUtc: '00:00', imageAgeCleanupThreshold: '7d', cleanupRecurrence: '1d', ...collection,
    })),
  };
}

function gatewayDefaults(gateway: Values): Values {
  return { type: 'ClusterIP', ports: [8883, 5671, 443], ...gateway };
}
