/**
 * The rooms below, each behind a function that loads it: `version` and `--help` must not pay for a Kubernetes
 * client, and a test hands in its own.
 */
export interface CliDeps {
  spec: () => Promise<typeof import('../../spec/index.js')>;
  identity: () => Promise<typeof import('../../identity/index.js')>;
  render: () => Promise<typeof import('../../render/index.js')>;
  cluster: () => Promise<typeof import('../../cluster/index.js')>;
  hub: () => Promise<typeof import('../../hub/index.js')>;
  provision: () => Promise<typeof import('../../provision/index.js')>;
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
  lab: async () => {
    // A name the compiler cannot follow: the lab depends on this package, not the other way round.
    const name: string = '@edge-vm/lab';
    return (await import(name)) as unknown;
  },
};
