import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LabContext } from '../control-plane/context.js';
import { step } from '../control-plane/events.js';
import { packageFile } from '../control-plane/paths.js';
import { assertRunning, startProcess } from '../control-plane/processes.js';
import type { ApiObject } from '../control-plane/resources.js';
import { waitFor } from '../control-plane/wait.js';
import { makeRepository } from '../packages/repository.js';
import { keyOf } from './cached.js';
import { makeCgroups } from './cgroups.js';
import { LAB_DOMAIN, NODE_ADDRESS, NODE_NAME, REAL_LABEL } from './constants.js';
import { copyStore } from './containerd-store.js';
import { describeRealNode } from './describe.js';
import { setUpHostNetwork } from './host-network.js';
import { writeNodeConfigs } from './node-configs.js';
import { realNodePaths, type RealNodePaths } from './paths.js';
import type { Prepared } from './prepare.js';
import { readRealNode, type RealNodeRecord } from './record.js';
import { startServices } from './services.js';
import type { ServicesConfig } from './services-config.js';

/** Port of the API server at the machine's address on the bridge. */
const apiPort = 6443;
/** The API server's Service for pods. */
const apiService = '10.97.0.1';

/** Brings up the real node of a running lab. It is safe to repeat: what runs already stays. */
export async function startRealNode(context: LabContext, prepared: Prepared): Promise<void> {
  const { paths, onEvent, signal, state } = context;
  const node = realNodePaths(paths);
  let since = 0;
  await step('real node', onEvent, async () => {
    mkdirSync(node.folder, { recursive: true, mode: 0o700 });
    await setUpHostNetwork(node.hostRecord, { service: apiService, port: apiPort });
    makeCgroups();
    await writeNodeConfigs(context, node);
    if (!existsSync(node.containerdRoot)) {
      rmSync(`${node.containerdRoot}.new`, { recursive: true, force: true });
      await copyStore(prepared.images.containerd, `${node.containerdRoot}.new`, signal);
      renameSync(`${node.containerdRoot}.new`, node.containerdRoot);
    }
    // An existing repository stays, and so does the record of where its packages are from.
    let packages = existsSync(node.repository) ? readRealNode(node.record)?.packages : undefined;
    if (prepared.packages.kind === 'given' || packages === undefined) {
      await makeRepository({ packages: prepared.packages.folder, folder: node.repository, keyFile: node.repositoryKey, secretKeyFile: node.repositorySecretKey, signal });
      packages = prepared.packages.kind;
    }
    await startServices({ paths, file: node.servicesConfig, config: servicesConfig(node, prepared, state.ports), env: proxySettings() });
    since = Date.parse(startProcess(paths, { name: 'real-node', argv: nodeCommand(node, prepared) }).startedAt);
    const record: RealNodeRecord = { name: NODE_NAME, acceleration: prepared.acceleration, guestDisk: prepared.images.guestDisk, packages };
    // The lab's own process reads it at any time.
    writeFileSync(`${node.record}.new`, JSON.stringify(record));
    renameSync(`${node.record}.new`, node.record);
    await describeRealNode(context, prepared.acceleration);
  });
  await step('virt-handler', onEvent, () => waitUsable(context, node, since));
}

function nodeCommand(node: RealNodePaths, { programs }: Prepared): string[] {
  return [
    'unshare', '--pid', '--fork', '--kill-child', '--mount', '--mount-proc', '--propagation', 'private',
    packageFile('images', 'node-init.sh'), node.folder, node.containerdSocket,
    programs.program('kubelet'), `--config=${node.kubeletConfig}`, `--kubeconfig=${node.kubeconfig}`, `--hostname-override=${NODE_NAME}`, `--node-ip=${NODE_ADDRESS}`,
    `--node-labels=${REAL_LABEL}=true`, '--root-dir=/var/lib/kubelet', '--v=2',
  ];
}

function servicesConfig(node: RealNodePaths, { mirror }: Prepared, ports: LabContext['state']['ports']): Omit<ServicesConfig, 'key'> {
  return {
    address: NODE_ADDRESS,
    forwards: [{ port: apiPort, to: ports.apiserver }, { port: 443, to: ports.hubHttps }, { port: 8883, to: ports.hubMqtt }, { port: 5671, to: ports.hubAmqp }],
    domain: LAB_DOMAIN,
    packages: {
      repository: node.repository,
      mirrors: { debian: mirror.main, 'debian-security': mirror.security },
      // Copies from one mirror must not be used for another.
      cache: join(node.cache, 'mirror', keyOf([], mirror.main, mirror.security)),
      downFile: `${node.folder}/mirror-down`,
    },
  };
}

// apt's downloader uses them if the machine's own apt settings name no proxy.
function proxySettings(): Record<string, string> {
  return Object.fromEntries(['http_proxy', 'https_proxy', 'no_proxy'].flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])));
}

interface Node extends ApiObject {
  status?: { conditions?: { type: string; status: string; lastHeartbeatTime?: string }[]; allocatable?: Record<string, string> };
}

// With these, virt-handler reports that launcher pods may come: its devices are there, and it has checked the CPU. Reports
// of an earlier kubelet stay in the API, so the time counts too. Times are whole seconds.
async function waitUsable({ api, paths, signal }: LabContext, node: RealNodePaths, since: number): Promise<void> {
  const isSince = (time: string | undefined): boolean => Date.parse(time ?? '') + 1000 > since;
  await waitFor(async () => {
    for (const name of ['real-node', 'real-node-services']) assertRunning(paths, name);
    const live = await api.get<Node>(`/api/v1/nodes/${NODE_NAME}`, { signal });
    const ready = live?.status?.conditions?.some(({ type, status, lastHeartbeatTime }) => type === 'Ready' && status === 'True' && isSince(lastHeartbeatTime)) ?? false;
    const labels = live?.metadata.labels ?? {};
    const devices = (live?.status?.allocatable?.['devices.kubevirt.io/tun'] ?? '0') !== '0';
    return (ready && devices && labels['kubevirt.io/schedulable'] === 'true' && Object.keys(labels).some((name) => name.startsWith('machine-type.node.kubevirt.io/'))) || undefined;
  }, { what: `node ${NODE_NAME} to take virtual machines`, timeout: 120_000, every: 250, signal, hint: `Logs are in ${node.folder}.` });
}
