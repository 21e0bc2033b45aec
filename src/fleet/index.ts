export { loadFleet } from './load/index.js';
export type { Fleet, FleetDevice, FleetIo, LoadOptions } from './types.js';
