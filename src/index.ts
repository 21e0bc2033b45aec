/** The library of edge-vm; each room's public names are exported from here. */
export * from './spec/errors.js';
export * as kinds from './cluster/kinds.js';
export type * from './cluster/types.js';
