import type { SecretValue } from '../identity/secret.js';
import { EdgeVmError } from '../support/errors.js';
import { deviceOf, twinOf } from './mapping.js';
import type { WireTwin } from './mapping.js';
import { queryTwins } from './query.js';
import type { Run } from './query.js';
import { defaultLimits } from './limits.js';
import type { Clock } from '../support/clock.js';
import { byCaller, createRun } from './run.js';
import { troubleOf } from './trouble.js';
import type { Wire } from './sdk.js';
import { hubDeployments } from './deployments.js';
import { newKey } from './keys.js';
import { createThrottle } from './throttle.js';
import { hubBulk } from './bulk.js';
import { changesTags } from './tags.js';
import type { Hub, HubBulk, HubCall, HubDevice, HubStats, HubWait, PingResult, TagChange } from './types.js';

const edgeAgent = '$edgeAgent';

/** Limits of a hub's client. */
export interface HubLimits {
  units?: number | undefined;
  /** Milliseconds that a call may wait for its turn, and for the end of the hub's throttling. */
  patienceMs?: number | undefined;
  onWait?: ((wait: HubWait) => void) | undefined;
}

/** The IoT Hub port over one agent. */
export function createHub(wire: Wire, clock: Clock, { units = 1, patienceMs = defaultLimits.deadlineMs, onWait }: HubLimits = {}): Hub & HubBulk {
  const { hostname } = wire;
  const throttle = createThrottle({ hostname, clock, units, onWait: (wait) => {
    stats.trouble = troubleOf(hostname, wait);
    onWait?.(wait);
  } });
  const stats: HubStats & Wire['stats'] = Object.assign(wire.stats, { operations: throttle.stats });
  const run = createRun({ wire, clock, throttle, patienceMs, tell: (trouble) => {
    stats.trouble = trouble;
  } });

  async function orMissing<T>(work: Promise<T>): Promise<T | undefined> {
    try {
      return await work;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  const getDevice = (deviceId: string, call: HubCall = {}): Promise<HubDevice | undefined> =>
    orMissing(run({ what: `read device ${deviceId}`, operation: 'registry', right: 'RegistryRead', ...byCaller(call) }, async ({ registry }) => {
      const { responseBody } = await registry.get(deviceId);
      return deviceOf(responseBody);
    }));

  /** `undefined`: it exists. `primaryKey` is the key that it gets, so that a second attempt knows the device of the first one, whose answer was lost. */
  async function createDevice(deviceId: string, primaryKey: SecretValue, call: HubCall & { parentScope?: string }): Promise<HubDevice | undefined> {
    const secondaryKey = newKey();
    try {
      return await run({ what: `create device ${deviceId}`, operation: 'registry', right: 'RegistryWrite', secrets: [primaryKey, secondaryKey], ...byCaller(call) }, async ({ registry }) => {
        const parent = call.parentScope === undefined ? {} : { parentScopes: [call.parentScope] };
        const symmetricKey = { primaryKey: primaryKey.reveal(), secondaryKey: secondaryKey.reveal() };
        const wanted = { deviceId, status: 'enabled', capabilities: { iotEdge: true }, authentication: { type: 'sas', symmetricKey }, ...parent };
        const { responseBody } = await registry.create(wanted);
        return deviceOf(responseBody);
      });
    } catch (error) {
      if (EdgeVmError.is(error) && error.details['status'] === 409) return undefined;
      throw error;
    }
  }

  async function deleteDevice(deviceId: string, call: HubCall = {}): Promise<boolean> {
    const found = await orMissing(run({ what: `delete device ${deviceId}`, operation: 'registry', right: 'RegistryWrite', ...byCaller(call) }, async ({ registry }) => {
      await registry.delete(deviceId);
      return true;
    }));
    return found ?? false;
  }

  /** Writes only if something differs: each write counts for a throttle and raises the twin's version. The hub merges tags, and `null` removes one. */
  async function setTags(deviceId: string, { tags = {}, removedTags = [] }: TagChange, call: HubCall): Promise<void> {
    const about = { right: 'ServiceConnect', ...byCaller(call) } as const;
    const twin = await run({ ...about, operation: 'twin-read', what: `read the twin of device ${deviceId}` }, async ({ registry }) => (await registry.getTwin(deviceId)).responseBody as unknown as WireTwin);
    const gone = removedTags.filter((name) => twin.tags?.[name] !== undefined);
    if (gone.length === 0 && Object.entries(tags).every(([name, value]) => twin.tags?.[name] === value)) return;
    await run({ ...about, operation: 'twin-update', what: `tag device ${deviceId}` }, async ({ registry }) => {
      await registry.updateTwin(deviceId, { tags: { ...tags, ...Object.fromEntries(gone.map((name) => [name, null])) } }, '*');
    });
  }

  const runQuery = (call: HubCall): Run => (what, work) =>
    run({ what, operation: 'query', right: 'ServiceConnect', ...byCaller(call) }, ({ registry }) => work(registry));

  return {
    hostname,
    stats,
    ...hubDeployments(run, orMissing),
    ...hubBulk({ run, runQuery, hostname, setTags }),
    getDevice,

    async ensureDevice(deviceId, options = {}) {
      const key = newKey();
      const made = await createDevice(deviceId, key, options);
      const device = made ?? (await getDevice(deviceId, options));
      if (!device) throw new EdgeVmError('not-found', `device ${deviceId} was deleted from hub ${hostname} meanwhile`, { hint: 'Do it again' });
      const created = made !== undefined || device.primaryKey?.reveal() === key.reveal();
      // The caller refuses a device that no edge runtime can use. It belongs to somebody else and stays as it is.
      try {
        if (device.edgeEnabled && changesTags(options)) await setTags(deviceId, options, options);
      } catch (error) {
        // The credential may register but not tag: without this, an unknown device would stay in the hub.
        if (created && options.signal?.aborted !== true) await deleteDevice(deviceId, options).catch(() => false);
        throw error;
      }
      return { device, created };
    },

    setParent: (deviceId, parentScope, call = {}) =>
      run({ what: `set the parent of device ${deviceId}`, operation: 'registry', cost: 2, right: 'RegistryWrite', ...byCaller(call) }, async ({ registry }) => {
        const { responseBody } = await registry.get(deviceId);
        await registry.update(Object.assign(responseBody, { parentScopes: [parentScope] }));
      }),

    deleteDevice,

    getEdgeAgentTwin: (deviceId, call = {}) =>
      orMissing(run({ what: `read the twin of ${deviceId}/${edgeAgent}`, operation: 'twin-read', right: 'ServiceConnect', ...byCaller(call) }, async ({ registry }) => {
        const { responseBody } = await registry.getModuleTwin(deviceId, edgeAgent);
        return twinOf(responseBody);
      })),

    async ping(deviceId, call = {}): Promise<PingResult> {
      const seconds = call.timeoutSeconds ?? 10;
      const attemptMs = (seconds + 5) * 1000;
      const about = { what: `ping ${deviceId}/${edgeAgent}`, operation: 'method', right: 'ServiceConnect', ...byCaller(call), once: true, limits: { attemptMs, deadlineMs: attemptMs } } as const;
      try {
        const status = await run(about, (sdk) => sdk.invoke(deviceId, edgeAgent, { methodName: 'ping', payload: null, responseTimeoutInSeconds: seconds }));
        return { answered: true, status };
      } catch (error) {
        if (EdgeVmError.is(error) && [404, 504].includes(Number(error.details['status']))) return { answered: false, reason: error.message };
        throw error;
      }
    },

    queryEdgeAgents: (deviceIds, call = {}) => queryTwins(deviceIds, runQuery(call)),

    close: () => wire.agent.destroy(),
  };
}

/** The device or module does not exist. A 404 for the hub itself (`IotHubNotFound`) is another error. */
function isMissing(error: unknown): boolean {
  return EdgeVmError.is(error) && error.details['status'] === 404 && error.details['reason'] !== 'IotHubNotFound';
}
