import { randomBytes } from 'node:crypto';
import { kinds, type KubeObject } from '../../../src/cluster/index.js';
import type { EdgeDeviceStatus, StatusCondition } from '../../../src/operator/types.js';
import { eventually } from './objects.js';
import type { Scene } from './scene.js';

/** EdgeDevices of one namespace, as their author makes and sees them. */
export interface DeviceFleet {
  /** Each name of the fleet begins so, and so do the ids of its hub devices. */
  prefix: string;
  name: (number: number | string) => string;
  apply: (name: string, spec?: Record<string, unknown>, metadata?: Record<string, unknown>) => Promise<void>;
  patch: (name: string, patch: object) => Promise<void>;
  remove: (name: string) => Promise<void>;
  get: (name: string) => Promise<KubeObject | undefined>;
  condition: (name: string, type: string) => Promise<StatusCondition | undefined>;
  /** Waits until all are ready with their current spec. */
  ready: (names: readonly string[]) => Promise<void>;
  gone: (names: readonly string[]) => Promise<void>;
  /** Ids of the fleet's devices in the hub. */
  inHub: () => Promise<string[]>;
  /** Without an operator nobody removes the finalizers: takes everything away. */
  clear: () => Promise<void>;
}

export const registering = { identity: { register: {} } };

export function statusOf(device: KubeObject | undefined): EdgeDeviceStatus {
  return (device?.status ?? {}) as EdgeDeviceStatus;
}

/** Ready, and the operator has seen the current spec. */
export function isReady(device: KubeObject | undefined): boolean {
  const { observedGeneration, conditions = [] } = statusOf(device);
  return observedGeneration === device?.metadata.generation && conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
}

/** For everything that happens at last. A slow machine with other tests needs minutes for dozens of devices. */
const patienceMs = 280_000;

export function deviceFleet(scene: Scene): DeviceFleet {
  const { namespace, cluster } = scene;
  const prefix = `f${randomBytes(3).toString('hex')}-`;
  const refOf = (name: string) => ({ type: kinds.EdgeDevice, name, namespace });
  const get = (name: string): Promise<KubeObject | undefined> => cluster.get(refOf(name));

  async function within(what: string, look: () => Promise<string[]>): Promise<void> {
    const end = Date.now() + patienceMs;
    for (;;) {
      const left = await look();
      if (left.length === 0) return;
      if (Date.now() > end) throw new Error(`not in ${patienceMs / 1000} s: ${what}: ${left.join('; ')}`);
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
  }

  const fleet: DeviceFleet = {
    prefix, get,
    name: (number) => `${prefix}${number}`,
    async apply(name, spec = registering, metadata = {}) {
      await cluster.apply({ apiVersion: kinds.EdgeDevice.apiVersion, kind: 'EdgeDevice', metadata: { name, namespace, ...metadata }, spec }, { force: true });
    },
    async patch(name, patch) {
      await cluster.mergePatch(refOf(name), patch);
    },
    async remove(name) {
      await cluster.delete(refOf(name));
    },
    condition: async (name, type) => statusOf(await get(name)).conditions?.find((one) => one.type === type),
    ready: (names) => within( 'ready', async () => {
      const found = new Map((await scene.list(kinds.EdgeDevice)).map((one) => [one.metadata.name, one]));
      return names.filter((name) => !isReady(found.get(name))).map((name) => describeDevice(name, found.get(name)));
    }),
    gone: (names) => within( 'gone', async () => (await scene.list(kinds.EdgeDevice)).filter(({ metadata }) => names.includes(metadata.name)).map((one) => describeDevice(one.metadata.name, one))),
    inHub: () => scene.hub.ids(prefix),
    async clear() {
      await Promise.all((await scene.list(kinds.EdgeDevice)).map(async ({ metadata: { name } }) => {
        // One that is being deleted goes with its finalizer.
        await cluster.mergePatch(refOf(name), { metadata: { finalizers: null } });
        await cluster.delete(refOf(name));
      }));
      await Promise.all((await fleet.inHub()).map((id) => scene.hub.remove(id)));
    },
  };
  return fleet;
}

/** For the message of a failed test. */
function describeDevice(name: string, device: KubeObject | undefined): string {
  if (device === undefined) return `${name} is not there`;
  const { observedGeneration, conditions = [], cause } = statusOf(device);
  const { generation, deletionTimestamp } = device.metadata;
  const words = conditions.filter(({ type }) => type === 'Ready' || type === 'HubDeviceRemoved').map(({ type, status, reason, message }) => `${type}=${status} ${reason} ${message}`);
  return `${name} ${observedGeneration ?? '-'}/${generation}${deletionTimestamp === undefined ? '' : ' deleting'} ${words.join(', ')}${cause === undefined ? '' : ` (${cause.code})`}`;
}

/** Waits until a device has a condition of that status; gives it. */
export function conditionIs(fleet: DeviceFleet, name: string, type: string, status: string): Promise<StatusCondition> {
  return eventually(`${type} of ${name} is ${status}`, async () => {
    const found = await fleet.condition(name, type);
    return found?.status === status ? found : undefined;
  });
}
