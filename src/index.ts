/**
 * The library of edge-vm. Importing it does nothing and loads no client: `connectCluster` and `connectHub` load
 * theirs when they are called.
 *
 * ```ts
 * const cluster = await connectCluster();
 * const hub = await connectHub({ connectionString: new SecretValue(process.env.EDGE_VM_HUB_CONNECTION_STRING!) });
 * const device = withDefaults({ metadata: { name: 'gw-01' }, spec: { identity: { register: {} } } });
 * assertValid(device);
 * const result = await createDevice(
 *   { cluster, hub, clock: systemClock, onEvent: console.error },
 *   createRequest(device, { kind: 'register', deviceId: 'gw-01' }),
 * );
 * ```
 *
 * Errors that a person can act on are `EdgeVmError`; none holds a secret.
 */

/** The error family, YAML as the tool reads it, and what a caller may inject: files and a clock. */
export * from './support/index.js';

/** EdgeDevice: the schema, its defaults and checks, and names. */
export * from './spec/index.js';

/** Credentials: connection strings, signatures, the type that hides a secret, and the cleaning of untrusted text. */
export * from './identity/index.js';

/** Spec and identity → cloud-config, config.toml and KubeVirt objects; pure. */
export * from './render/index.js';

/** The Kubernetes port and the resource types (`kinds`). */
export * from './cluster/index.js';

/** The IoT Hub port, and the check of a device's own credential. */
export * from './hub/index.js';

/** The readiness stages and its parts. */
export * from './readiness/index.js';

/** Create, delete, status, list, wait. */
export * from './provision/index.js';

/** Many devices from a person's files. */
export * from './fleet/index.js';
