import { readFileSync } from 'node:fs';
import { connectCluster } from 'edge-vm';
import { runImporter, type ImporterOptions } from '../importer/index.js';
import { runProvisioner } from '../importer/provisioner.js';
import type { HubConfig } from '../layout.js';
import type { ConsoleStore } from '../node/console-store.js';
import { mountSecrets } from '../node/secret-mounts.js';
import { isRealNode } from '../real-node/constants.js';
import { fillLocalDisk, runLocalVolumes } from '../real-node/local-volumes.js';
import { runNodeLifecycle } from '../real-node/node-lifecycle.js';
import { readRealNode } from '../real-node/record.js';
import type { WorldConfig } from './config.js';

/** The only account that may change the status of a VMI. */
const VIRT_HANDLER = 'system:serviceaccount:kubevirt:kubevirt-handler';

export interface WorldParts {
  config: WorldConfig;
  consoles: ConsoleStore;
  log: (line: string) => void;
}

/** One part of the world. It works with the API server, and is started again when it fails. */
export interface Simulator {
  name: string;
  run: (signal: AbortSignal) => Promise<void>;
}

/** The storage driver, the importer, the check whether the real node is lost, kubelet's part for cloud-init Secrets, and the simulated guests. */
export function simulators({ config, consoles, log }: WorldParts): Simulator[] {
  const connect = (user?: string): ReturnType<typeof connectCluster> =>
    connectCluster({ kubeconfig: config.kubeconfig, ...(user === undefined ? {} : { impersonate: { user } }) });
  return [
    {
      name: 'provisioner',
      run: async (signal) => {
        const cluster = await connect();
        await runProvisioner({ cluster, signal }).finally(() => cluster.close());
      },
    },
    {
      name: 'importer',
      run: async (signal) => {
        const cluster = await connect();
        const write: ImporterOptions['write'] = (claim, source, bytes) => fillLocalDisk({ volumes: config.realNode.volumes, guestDisk: readRealNode(config.realNode.record)?.guestDisk }, claim, source, bytes);
        await runImporter({ cluster, signal, log, write }).finally(() => cluster.close());
      },
    },
    {
      name: 'local volumes',
      run: async (signal) => {
        const cluster = await connect();
        await runLocalVolumes({ cluster, signal, folder: config.realNode.volumes }).finally(() => cluster.close());
      },
    },
    {
      name: 'node lifecycle',
      run: async (signal) => {
        const cluster = await connect();
        await runNodeLifecycle({ cluster, signal, log, node: () => readRealNode(config.realNode.record)?.name }).finally(() => cluster.close());
      },
    },
    {
      name: 'secret mounts',
      run: async (signal) => {
        const cluster = await connect();
        await mountSecrets({ cluster, signal, isReal: isRealNode }).finally(() => cluster.close());
      },
    },
    {
      name: 'guests',
      run: async (signal) => {
        const [cluster, handler] = [await connect(), await connect(VIRT_HANDLER)];
        try {
          // The device SDK takes long to load. The API server starts at the same time, and goes first.
          await cluster.version({ signal });
          const { startGuests } = await import('../guest/index.js');
          const hub = JSON.parse(readFileSync(config.hubConfig, 'utf8')) as HubConfig;
          await startGuests({
            cluster, handler, consoles, signal, log,
            hub: { hostname: hub.hostname, https: hub.https, mqtt: hub.mqtt, ca: readFileSync(hub.tls.ca, 'utf8') },
            stateDir: config.guestDir, isReal: isRealNode,
          });
        } finally {
          cluster.close();
          handler.close();
        }
      },
    },
  ];
}
