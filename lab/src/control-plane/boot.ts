import { existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { Api } from './api.js';
import * as components from './components.js';
import { writeConfigs } from './configs.js';
import { serverUrl, type LabContext } from './context.js';
import { readPair } from './kubeconfig.js';
import { kubernetesPki } from './kubernetes-pki.js';
import { assertRunning, isRunning, readRecord, startProcess } from './processes.js';
import { step } from './events.js';
import { waitFor } from './wait.js';
import type { ApiObject } from './resources.js';
import type { LabPaths } from './paths.js';
import type { LabState } from './state.js';

/** A client of the lab's API server as its admin; nothing is sent yet. */
export function adminApi(paths: LabPaths, state: LabState): Api {
  const pki = kubernetesPki(paths.pki);
  return new Api(serverUrl(state), readFileSync(pki.ca.cert, 'utf8'), readPair(pki.admin));
}

/** Starts the egress proxy, etcd and kube-apiserver; when that is ready, the controller manager and the scheduler. */
export async function bootKubernetes(context: LabContext): Promise<void> {
  const { paths, state, api, onEvent, signal } = context;
  writeConfigs(paths, state);
  await step('etcd and egress', onEvent, async () => {
    startProcess(paths, components.world(context));
    startProcess(paths, components.etcd(context));
    await waitFor(async () => {
      for (const name of ['world', 'etcd']) assertRunning(paths, name);
      return ((await listens(state.ports.etcd)) && existsSync(paths.egressSocket)) || undefined;
    }, { what: 'etcd and the egress proxy', timeout: 60_000, every: 50, signal, hint: `Logs are in ${paths.logs}.` });
  });
  await step('kube-apiserver', onEvent, async () => {
    startProcess(paths, components.kubeApiserver(context));
    await waitFor(async () => {
      for (const name of ['world', 'etcd', 'kube-apiserver']) assertRunning(paths, name);
      return (await api.ready(signal)) || undefined;
    }, { what: 'kube-apiserver to be ready', timeout: 180_000, signal, hint: `Its log is ${paths.log('kube-apiserver')}.` });
  });
  startProcess(paths, components.kubeControllerManager(context));
  startProcess(paths, components.kubeScheduler(context));
}

/** Starts virt-api and virt-controller, and waits until they can be used. */
export async function bootKubeVirt(context: LabContext): Promise<void> {
  const { paths, api, onEvent, signal } = context;
  await step('KubeVirt', onEvent, async () => {
    // With the Leases of an earlier run, virt-controller would wait for a leader that is gone.
    const controller = readRecord(paths, 'virt-controller');
    if (controller === undefined || !isRunning(controller)) await api.remove('/apis/coordination.k8s.io/v1/namespaces/kubevirt/leases', { signal });
    startProcess(paths, components.virtApi(context));
    startProcess(paths, components.virtController(context));
    await waitFor(async () => {
      for (const name of ['virt-api', 'virt-controller', 'kwok', 'kube-controller-manager', 'kube-scheduler']) assertRunning(paths, name);
      return ((await subresourcesAvailable(context)) && (await admits(context))) || undefined;
    }, { what: 'KubeVirt to admit VirtualMachines', timeout: 240_000, signal, hint: `Logs are in ${paths.logs}.` });
  });
}

async function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

// Until then a first `stop` or `start` would get a 503.
async function subresourcesAvailable({ api, signal }: LabContext): Promise<boolean> {
  interface ApiService extends ApiObject {
    status?: { conditions?: { type: string; status: string }[] };
  }
  const service = await api.get<ApiService>('/apis/apiregistration.k8s.io/v1/apiservices/v1.subresources.kubevirt.io', { signal });
  return service?.status?.conditions?.some(({ type, status }) => type === 'Available' && status === 'True') ?? false;
}

// The answer of the webhooks counts, not the open port: a dry run passes both webhooks.
async function admits({ api, signal }: LabContext): Promise<boolean> {
  const vm = {
    apiVersion: 'kubevirt.io/v1',
    kind: 'VirtualMachine',
    metadata: { name: 'lab-admission-check' },
    spec: { runStrategy: 'Halted', template: { spec: { domain: { devices: {}, memory: { guest: '64Mi' } } } } },
  };
  await api.json('POST', '/apis/kubevirt.io/v1/namespaces/default/virtualmachines?dryRun=All', { body: vm, signal, timeout: 5000 });
  return true;
}
