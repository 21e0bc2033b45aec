/**
 * The other folders, each behind a function that loads it: `version` and `--help` must not load a Kubernetes client, and a
 * test can give its own.
 */
export interface CliDeps {
  spec: () => Promise<typeof import('../../spec/index.js')>;
  identity: () => Promise<typeof import('../../identity/index.js')>;
  render: () => Promise<typeof import('../../render/index.js')>;
  cluster: () => Promise<typeof import('../../cluster/index.js')>;
  hub: () => Promise<typeof import('../../hub/index.js')>;
  provision: () => Promise<typeof import('../../provision/index.js')>;
  fleet: () => Promise<typeof import('../../fleet/index.js')>;
  operator: () => Promise<typeof import('../../operator/index.js')>;
  lab: () => Promise<unknown>;
}

/** The real ones. */
export const defaultDeps: CliDeps = {
  spec: () => import('../../spec/index.js'),
  identity: () => import('../../identity/index.js'),
  render: () => import('../../render/index.js'),
  cluster: () => import('../../cluster/index.js'),
  hub: () => import('../../hub/index.js'),
  provision: () => import('../../provision/index.js'),
  fleet: () => import('../../fleet/index.js'),
  operator: () => import('../../operator/index.js'),
  lab: async () => {
    // The compiler must not follow this name: the lab depends on this package, not the other way round.
    const name: string = '@edge-vm/lab';
    return (await import(name)) as unknown;
  },
};
