/** Many readers, few requests: caches of whole types, kept by watches or read once, behind the `Cluster` port. */
export { startCaches } from './caches.js';
export type { CacheFailure, CacheOptions, Caches } from './caches.js';
export { cachedCluster } from './cluster.js';
export { snapshotCluster } from './snapshot.js';
export type { CacheChange, CacheSpec } from './spec.js';
export { withoutManagers, withoutStatusManagers } from './strip.js';
