/** The operator: keeps the devices of EdgeDevice resources as the resources describe them. */
export { createFence } from './fence.js';
export type { Fence } from './fence.js';
export { parseAddress } from './health.js';
export type { Address } from './health.js';
export { createLog, LOG_FORMATS } from './log.js';
export type { LogFormat } from './log.js';
export { OPERATOR_RIGHTS, rulesFor } from './rights.js';
export type { OperatorRight } from './rights.js';
export { runOperator } from './run.js';
export type { Ending, LeaseChoice, OperatorOptions } from './run.js';
