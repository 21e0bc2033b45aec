import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectCluster, kinds, type Cluster, type KubeObject } from '../../../src/cluster/index.js';
import type { ResourceType } from '../../../src/cluster/types.js';
import { cli, startCli, type CliOptions, type CliResult, type RunningCli } from './cli.js';
import { everyEnd } from './every-end.js';
import { openHub, type TestHub } from './hub.js';
import { theLab } from './lab.js';

/** A separate namespace, the cluster with the admin's rights, the hub, and a folder for files. */
export interface Scene {
  namespace: string;
  cluster: Cluster;
  hub: TestHub;
  /** Folder that is removed with the scene. */
  folder: string;
  /** A device name that nothing else uses. */
  name: (prefix?: string) => string;
  /** Runs edge-vm in the scene's namespace. */
  run: (args: readonly string[], options?: CliOptions) => Promise<CliResult>;
  start: (args: readonly string[], options?: CliOptions) => RunningCli;
  /** Writes a file into the folder; gives its path. */
  file: (name: string, text: string) => Promise<string>;
  get: (type: ResourceType, name: string) => Promise<KubeObject | undefined>;
  list: (type: ResourceType, labelSelector?: string) => Promise<KubeObject[]>;
  close: () => Promise<void>;
}

/** Opens a scene; `label` is short and shows in the namespace's name. */
export async function openScene(label: string): Promise<Scene> {
  const namespace = `it-${label}-${randomBytes(3).toString('hex')}`;
  const cluster = await connectCluster({ kubeconfig: theLab().variables.KUBECONFIG, namespace });
  await cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  const hub = openHub();
  const folder = await mkdtemp(join(tmpdir(), 'edge-vm-it-'));
  const names: string[] = [];
  const inNamespace = (args: readonly string[]): string[] => [...args, '-n', namespace];
  return {
    namespace, cluster, hub, folder,
    name(prefix = 'gw') {
      const name = `${prefix}-${randomBytes(3).toString('hex')}`;
      names.push(name);
      return name;
    },
    run: (args, options) => cli(inNamespace(args), options),
    start: (args, options) => startCli(inNamespace(args), options),
    async file(name, text) {
      const path = join(folder, name);
      await writeFile(path, text, { mode: 0o600 });
      return path;
    },
    get: (type, name) => cluster.get({ type, name, namespace }),
    list: (type, labelSelector) => cluster.list(type, { namespace, ...(labelSelector === undefined ? {} : { labelSelector }) }),
    close: () => everyEnd(
      () => hub.liftFaults(),
      () => cluster.delete({ type: kinds.Namespace, name: namespace }),
      ...names.map((name) => () => hub.remove(name)),
      () => cluster.close(), () => hub.close(), () => rm(folder, { recursive: true, force: true }),
    ),
  };
}
