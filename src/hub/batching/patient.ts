import type { Hub, HubBulk, HubCall } from '../types.js';

/** A hub whose calls wait so long for their turn, unless they say otherwise. */
export function patientHub(hub: Hub & HubBulk, patienceMs: number): Hub & HubBulk {
  const patient = <T extends HubCall>(call?: T): T & { patienceMs: number } => ({ ...call!, patienceMs: call?.patienceMs ?? patienceMs });
  return {
    hostname: hub.hostname,
    get stats() {
      return hub.stats;
    },
    getDevice: (deviceId, call) => hub.getDevice(deviceId, patient(call)),
    ensureDevice: (deviceId, call) => hub.ensureDevice(deviceId, patient(call)),
    setParent: (deviceId, parentScope, call) => hub.setParent(deviceId, parentScope, patient(call)),
    deleteDevice: (deviceId, call) => hub.deleteDevice(deviceId, patient(call)),
    getEdgeAgentTwin: (deviceId, call) => hub.getEdgeAgentTwin(deviceId, patient(call)),
    ping: (deviceId, call) => hub.ping(deviceId, patient(call)),
    queryModules: (moduleIds, deviceIds, call) => hub.queryModules(moduleIds, deviceIds, patient(call)),
    queryEdgeAgents: (deviceIds, call) => hub.queryEdgeAgents(deviceIds, patient(call)),
    applyConfiguration: (deviceId, content, call) => hub.applyConfiguration(deviceId, content, patient(call)),
    getModuleTwin: (deviceId, moduleId, call) => hub.getModuleTwin(deviceId, moduleId, patient(call)),
    getConfiguration: (id, call) => hub.getConfiguration(id, patient(call)),
    listConfigurations: (call) => hub.listConfigurations(patient(call)),
    putConfiguration: (configuration, call) => hub.putConfiguration(configuration, patient(call)),
    deleteConfiguration: (id, call) => hub.deleteConfiguration(id, patient(call)),
    createDevices: (devices, call) => hub.createDevices(devices, patient(call)),
    deleteDevices: (deviceIds, call) => hub.deleteDevices(deviceIds, patient(call)),
    tagDevice: (deviceId, change, call) => hub.tagDevice(deviceId, change, patient(call)),
    existing: (deviceIds, call) => hub.existing(deviceIds, patient(call)),
    allEdgeAgents: (call) => hub.allEdgeAgents(patient(call)),
    close: () => hub.close(),
  };
}
