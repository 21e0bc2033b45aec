import { use } from '../support/advice.js';
import type { ServiceCredential } from '../identity/connection-string.js';
import type { SecretValue } from '../identity/secret.js';
import { EdgeVmError } from '../support/errors.js';
import { systemClock, type Clock } from '../support/clock.js';
import type { CheckCredential, Hub, HubBulk, HubEndpoint, HubWait, TokenCredential } from './types.js';

export type * from './types.js';
export { batchingHub } from './batching/batching-hub.js';
export type { BatchingOptions } from './batching/batching-hub.js';
export { hubSeconds } from './throttle.js';

/** Which hub to use, and with which credential. */
export interface ConnectHubOptions {
  /**
   * `HostName=…;SharedAccessKeyName=…;SharedAccessKey=…`; wins over `hostname`. A function is asked before each request, so that a key
   * can be renewed; the host name stays that of its first answer.
   */
  connectionString?: SecretValue | (() => SecretValue) | undefined;
  /** With Entra ID: the hub's whole host name, e.g. `contoso.azure-devices.net`. */
  hostname?: string;
  /** For `hostname`; if absent, `DefaultAzureCredential` of `@azure/identity`. */
  tokenCredential?: TokenCredential;
  endpoint?: HubEndpoint;
  clock?: Clock;
  /** Units of the hub (default `endpoint.units`, or 1): the client keeps within the limits of so many S1 or S2 units. `Infinity`: it only obeys 429. */
  units?: number | undefined;
  /**
   * Milliseconds (default 30,000) that a call may wait for its turn within these limits, and for the end of the hub's own throttling.
   * Raise it for work with hundreds of devices: one S1 unit registers 100 devices a minute.
   */
  patienceMs?: number | undefined;
  /** Hears of each wait of a second or more for the hub's limits, when it begins. */
  onWait?: ((wait: HubWait) => void) | undefined;
  /** Runs right before each request is sent, also before each further attempt. If it throws an `EdgeVmError`, nothing is sent, and the call fails with that error. */
  beforeSend?: (() => void) | undefined;
}

/**
 * Makes the IoT Hub port; sends nothing yet. Throws `invalid-input` for a string that is not a service connection string,
 * `usage` without any credential, `missing-prerequisite` if Entra ID needs `@azure/identity` and it is not installed.
 * azure-iothub is loaded here and not with this module.
 */
export async function connectHub(options: ConnectHubOptions): Promise<Hub & HubBulk> {
  const [{ createHub }, { wayToHub }, credential] = await Promise.all([
    import('./hub.js'), import('./endpoint.js'), credentialFor(options),
  ]);
  const hostname = 'policy' in credential ? credential.policy.hubHostname : options.hostname!;
  const { agent, proxy } = wayToHub(hostname, options.endpoint);
  const wire = { hostname, credential, agent, proxy: proxy?.name, stats: { requests: 0, connections: 0 }, beforeSend: options.beforeSend };
  return createHub(wire, options.clock ?? systemClock, { units: options.units ?? options.endpoint?.units, patienceMs: options.patienceMs, onWait: options.onWait });
}

async function credentialFor(options: ConnectHubOptions): Promise<Parameters<typeof import('./hub.js').createHub>[0]['credential']> {
  if (options.connectionString) {
    const { parseServiceConnectionString } = await import('../identity/connection-string.js');
    return policyOf(options.connectionString, parseServiceConnectionString);
  }
  if (options.hostname === undefined || options.hostname === '') {
    throw new EdgeVmError('usage', 'no credential for the hub', { hint: 'Give a service connection string, or the hub’s name to sign in with Entra ID', advice: use('hub') });
  }
  const { caching, defaultCredential } = await import('./entra.js');
  return { token: caching(options.tokenCredential ?? (await defaultCredential())) };
}

/** Parses a text only once. */
function policyOf(source: SecretValue | (() => SecretValue), parse: (text: string) => ServiceCredential): { readonly policy: ServiceCredential } {
  const read = typeof source === 'function' ? source : () => source;
  let text = read();
  let policy = parse(text.reveal());
  return {
    get policy() {
      const now = read();
      if (now !== text) [text, policy] = [now, parse(now.reveal())];
      return policy;
    },
  };
}

/** Tries the key of a device at the hub. Its code is loaded when it is first used. */
export const checkCredential: CheckCredential = async (...args) => (await import('./check-credential.js')).checkCredential(...args);
