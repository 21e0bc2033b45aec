export { createDeploymentChanges } from './concerned.js';
export type { DeploymentChanges } from './concerned.js';
export { createDeploymentReconciler } from './reconcile.js';
export type { DeploymentReconciler } from './reconcile.js';
export type { DeploymentContext } from './types.js';
