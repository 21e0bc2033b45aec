import { EdgeVmError } from '../support/errors.js';
import { classify } from './classify.js';
import type { CallSubject } from './classify.js';
import { deviceOf, twinOf } from './mapping.js';
import type { WireTwin } from './mapping.js';
import { queryTwins } from './query.js';
import { defaultLimits } from './limits.js';
import { retrying } from '../support/retry.js';
import type { Clock } from '../support/clock.js';
import type { RetryLimits } from '../support/retry.js';
import { bindSdk } from './sdk.js';
import type { Sdk, Wire } from './sdk.js';
import { hubDeployments } from './deployments.js';
import type { Hub, HubCall, HubDevice, PingResult } from './types.js';

const edgeAgent = '$edgeAgent';

type Right = CallSubject['right'];

interface CallOf {
  what: string;
  right: Right;
  signal?: AbortSignal | undefined;
  limits?: Partial<RetryLimits>;
  /** Must not be sent again after an answer of 5xx or a lost connection. */
  once?: boolean;
}

/** The IoT Hub port over one agent. */
export function createHub(wire: Wire, clock: Clock, limits: Partial<RetryLimits> = {}): Hub {
  const { hostname, stats } = wire;
  const secrets = 'policy' in wire.credential ? [wire.credential.policy.key] : [];

  function run<T>({ what, right, signal, limits: own, once }: CallOf, work: (sdk: Sdk) => Promise<T>): Promise<T> {
    return retrying((attempt) => work(bindSdk(wire, attempt, clock.now())), (error) => {
      const failure = classify(error, { hostname, what, right, secrets, proxy: wire.proxy, now: clock.now() });
      return once && failure.error.code !== 'hub-throttled' ? { ...failure, again: false } : failure;
    }, { clock, limits: { ...defaultLimits, ...limits, ...own }, signal });
  }

  async function orMissing<T>(work: Promise<T>): Promise<T | undefined> {
    try {
      return await work;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  const getDevice = (deviceId: string, call: HubCall = {}): Promise<HubDevice | undefined> =>
    orMissing(run({ what: `read device ${deviceId}`, right: 'RegistryRead', signal: call.signal }, async ({ registry }) => {
      const { responseBody } = await registry.get(deviceId);
      return deviceOf(responseBody);
    }));

  async function createDevice(deviceId: string, call: HubCall & { parentScope?: string }): Promise<HubDevice | undefined> {
    try {
      return await run({ what: `create device ${deviceId}`, right: 'RegistryWrite', signal: call.signal }, async ({ registry }) => {
        // Empty keys: the hub makes them. https://learn.microsoft.com/rest/api/iothub/service/devices/create-or-update-identity
        const parent = call.parentScope === undefined ? {} : { parentScopes: [call.parentScope] };
        const wanted = { deviceId, status: 'enabled', capabilities: { iotEdge: true }, authentication: { type: 'sas', symmetricKey: { primaryKey: '', secondaryKey: '' } }, ...parent };
        const { responseBody } = await registry.create(wanted);
        return deviceOf(responseBody);
      });
    } catch (error) {
      if (EdgeVmError.is(error) && error.details['status'] === 409) return undefined;
      throw error;
    }
  }

  async function deleteDevice(deviceId: string, call: HubCall = {}): Promise<boolean> {
    const found = await orMissing(run({ what: `delete device ${deviceId}`, right: 'RegistryWrite', signal: call.signal }, async ({ registry }) => {
      await registry.delete(deviceId);
      return true;
    }));
    return found ?? false;
  }

  /** Writes only if something differs: each write counts for a throttle and raises the twin's version. */
  async function setTags(deviceId: string, tags: Record<string, string>, call: HubCall): Promise<void> {
    const about = { right: 'ServiceConnect', signal: call.signal } as const;
    const twin = await run({ ...about, what: `read the twin of device ${deviceId}` }, async ({ registry }) => (await registry.getTwin(deviceId)).responseBody as unknown as WireTwin);
    if (Object.entries(tags).every(([name, value]) => twin.tags?.[name] === value)) return;
    await run({ ...about, what: `tag device ${deviceId}` }, async ({ registry }) => {
      await registry.updateTwin(deviceId, { tags }, '*');
    });
  }

  return {
    hostname,
    stats,
    ...hubDeployments(run, orMissing),
    getDevice,

    async ensureDevice(deviceId, options = {}) {
      const made = await createDevice(deviceId, options);
      const device = made ?? (await getDevice(deviceId, options));
      if (!device) throw new EdgeVmError('not-found', `device ${deviceId} was deleted from hub ${hostname} meanwhile`, { hint: 'Do it again' });
      // The caller refuses a device that no edge runtime can use. It belongs to somebody else and stays as it is.
      try {
        if (device.edgeEnabled && options.tags && Object.keys(options.tags).length > 0) await setTags(deviceId, options.tags, options);
      } catch (error) {
        // The credential may register but not tag: without this, an unknown device would stay in the hub.
        if (made !== undefined && options.signal?.aborted !== true) await deleteDevice(deviceId, options).catch(() => false);
        throw error;
      }
      return { device, created: made !== undefined };
    },

    setParent: (deviceId, parentScope, call = {}) =>
      run({ what: `set the parent of device ${deviceId}`, right: 'RegistryWrite', signal: call.signal }, async ({ registry }) => {
        const { responseBody } = await registry.get(deviceId);
        await registry.update(Object.assign(responseBody, { parentScopes: [parentScope] }));
      }),

    deleteDevice,

    getEdgeAgentTwin: (deviceId, call = {}) =>
      orMissing(run({ what: `read the twin of ${deviceId}/${edgeAgent}`, right: 'ServiceConnect', signal: call.signal }, async ({ registry }) => {
        const { responseBody } = await registry.getModuleTwin(deviceId, edgeAgent);
        return twinOf(responseBody);
      })),

    async ping(deviceId, call = {}): Promise<PingResult> {
      const seconds = call.timeoutSeconds ?? 10;
      const attemptMs = (seconds + 5) * 1000;
      const about = { what: `ping ${deviceId}/${edgeAgent}`, right: 'ServiceConnect', signal: call.signal, once: true, limits: { attemptMs, deadlineMs: attemptMs } } as const;
      try {
        const status = await run(about, (sdk) => sdk.invoke(deviceId, edgeAgent, { methodName: 'ping', payload: null, responseTimeoutInSeconds: seconds }));
        return { answered: true, status };
      } catch (error) {
        if (EdgeVmError.is(error) && [404, 504].includes(Number(error.details['status']))) return { answered: false, reason: error.message };
        throw error;
      }
    },

    queryEdgeAgents: (deviceIds, call = {}) =>
      queryTwins(deviceIds, (what, work) => run({ what, right: 'ServiceConnect', signal: call.signal }, ({ registry }) => work(registry))),

    close: () => wire.agent.destroy(),
  };
}

/** The device or module does not exist. A 404 for the hub itself (`IotHubNotFound`) is another error. */
function isMissing(error: unknown): boolean {
  return EdgeVmError.is(error) && error.details['status'] === 404 && error.details['reason'] !== 'IotHubNotFound';
}
