export { buildUserData } from './user-data.js';
export { PROBE_PATH } from './guest-scripts.js';
export type { GuestFile, UserDataParts } from './types.js';
