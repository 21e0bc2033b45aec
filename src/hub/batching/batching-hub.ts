import { systemClock, type Clock } from '../../support/clock.js';
import type { Hub, HubBulk } from '../types.js';
import { SharedEdgeAgents } from './edge-agents.js';
import { gather } from './gather.js';
import { KnownDevices } from './known.js';
import { asksWhichExist, lookUpAll } from './look-up.js';
import { patientHub } from './patient.js';
import { registerAll } from './register.js';
import { removeAll } from './remove.js';

/** How calls about one device become requests about many. */
export interface BatchingOptions {
  /** Milliseconds (default 5) that a call waits for others. */
  delayMs?: number;
  /** Milliseconds (default 60,000) that a device of the registry counts as known: a change by somebody else is seen so late. */
  deviceLifeMs?: number;
  /** Milliseconds (default 15,000) that the twins of the whole hub count as current. */
  twinLifeMs?: number;
  /** From so many devices on (default 50), `queryEdgeAgents` reads the whole hub. */
  wholeFrom?: number;
  /** Twins of one page of such a query (default 500, at most 1000). */
  pageSize?: number;
  /**
   * Milliseconds (default 900,000) that a call may wait for its turn within the hub's limits: so long, one S1 unit registers 1,500 devices. A caller that
   * can do other work meanwhile, and comes back, takes less. The signal of a call ends it earlier.
   */
  patienceMs?: number;
  clock?: Clock;
  /**
   * After the first registration that the hub forbids, all later ones have that error without a request: for one run with one
   * credential. Who runs on, and gets another credential, leaves it out.
   */
  oneRun?: boolean;
}

/** The largest bulk request. */
const max = 100;

/**
 * A hub for many devices: registrations and deletions that come together become one request for up to 100 devices each, the keys
 * of new devices are made here, a device that was read stays known for a while, and the twins of all devices come from one
 * query, which all callers share. Each call keeps its own result, error and signal. It sends everything else on.
 */
export function batchingHub(impatient: Hub & HubBulk, options: BatchingOptions = {}): Hub {
  const { patienceMs = 900_000, delayMs = 5, deviceLifeMs = 60_000, twinLifeMs = 15_000, wholeFrom = 50, pageSize = 500, clock = systemClock, oneRun = false } = options;
  const hub = patientHub(impatient, patienceMs);
  const known = new KnownDevices(clock, deviceLifeMs);
  const together = { delayMs, max, clock };
  const register = gather({ ...together, run: registerAll(hub, known, oneRun) });
  const ask = asksWhichExist(hub);
  const lookUp = gather({ ...together, run: lookUpAll(hub, known, ask) });
  const remove = gather({ ...together, run: removeAll(hub, known) });
  const agents = new SharedEdgeAgents(hub, { clock, lifeMs: twinLifeMs, wholeFrom, pageSize });
  return {
    hostname: hub.hostname,
    get stats() {
      return hub.stats;
    },
    ensureDevice: (deviceId, { signal, patienceMs: _patience, ...wanted } = {}) => register({ deviceId, ...wanted }, signal),
    getDevice: async (deviceId, { signal } = {}) => (known.isAbsent(deviceId) ? undefined : known.get(deviceId) ?? lookUp(deviceId, signal)),
    async foresee(deviceIds, { signal } = {}) {
      const existing = await ask([...new Set(deviceIds)], signal);
      if (existing !== undefined) for (const id of deviceIds) if (!existing.has(id)) known.setAbsent(id);
      return existing;
    },
    deleteDevice(deviceId, { signal } = {}) {
      agents.forget(deviceId);
      return remove(deviceId, signal);
    },
    async setParent(deviceId, parentScope, call) {
      known.forget(deviceId);
      await hub.setParent(deviceId, parentScope, call);
    },
    getEdgeAgentTwin: async (deviceId, call) => agents.get(deviceId) ?? hub.getEdgeAgentTwin(deviceId, call),
    queryModules: (moduleIds, deviceIds, call) => hub.queryModules(moduleIds, deviceIds, call),
    queryEdgeAgents: (deviceIds, call = {}) => agents.query(deviceIds, call),
    async applyConfiguration(deviceId, content, call) {
      try {
        await hub.applyConfiguration(deviceId, content, call);
      } finally {
        // Also after an error: the answer may be lost, and not the request.
        agents.forget(deviceId);
      }
    },
    getModuleTwin: (deviceId, moduleId, call) => hub.getModuleTwin(deviceId, moduleId, call),
    getConfiguration: (id, call) => hub.getConfiguration(id, call),
    listConfigurations: (call) => hub.listConfigurations(call),
    putConfiguration: (configuration, call) => hub.putConfiguration(configuration, call),
    deleteConfiguration: (id, call) => hub.deleteConfiguration(id, call),
    ping: (deviceId, call) => hub.ping(deviceId, call),
    close: () => hub.close(),
  };
}
