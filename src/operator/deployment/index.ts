export { createDeployments } from './run.js';
export type { Deployments } from './run.js';
