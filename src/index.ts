/** The library of edge-vm; each room's public names are exported from here. */
export * from './spec/errors.js';
export * from './cluster/index.js';
export { SecretValue, sharedAccessSignature } from './identity/index.js';
export { connectCluster } from './cluster/index.js';
