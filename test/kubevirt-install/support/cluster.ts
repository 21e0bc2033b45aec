import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';

/** The part of the lab's API client that the tests use. */
export interface Api {
  get: <T>(path: string) => Promise<T | undefined>;
  mergePatch: (path: string, patch: unknown) => Promise<unknown>;
  close: () => void;
}

/** A real etcd, kube-apiserver, controller manager and scheduler with simulated nodes, and nothing of KubeVirt. */
export interface BareCluster {
  /** The admin's kubeconfig. */
  kubeconfig: string;
  /** A folder for files of the tests; goes with the cluster. */
  folder: string;
  /** The lab's kubectl. */
  kubectlProgram: string;
  api: Api;
  /** Runs kubectl as the admin; gives stdout, trimmed. */
  kubectl: (args: readonly string[], input?: string) => Promise<string>;
  /** A kubeconfig of a user with no rights yet. */
  user: (name: string) => Promise<string>;
  /** Runs the real virt-operator for the Deployment that is in the cluster, then the real virt-api and virt-controller. */
  runKubeVirt: () => Promise<void>;
  stop: () => Promise<void>;
}

interface Paths { cache: string; kubeconfig: string; pki: string; tokens: string }
interface ProcessSpec { env?: Record<string, string> }
interface Programs { key: string }

/** What the tests use of the lab's control plane. The compiler does not see its files, because the lab is built after this package. */
interface ControlPlane {
  labPaths: (name: string, env: NodeJS.ProcessEnv) => Paths;
  buildPrograms: (options: { cache: string; onEvent: () => void }) => Promise<Programs>;
  labTools: (options: { env: NodeJS.ProcessEnv }) => Promise<string>;
  newState: (name: string, key: string, origin: 'cold') => Promise<object>;
  saveState: (paths: Paths, state: object) => void;
  ensureKubernetesPki: (folder: string) => Promise<unknown>;
  adminApi: (paths: Paths, state: object) => Api;
  pinnedVersions: () => object;
  bootKubernetes: (context: object) => Promise<void>;
  kwok: (context: object, withVmis: boolean) => ProcessSpec;
  virtOperator: (context: object) => ProcessSpec;
  virtApi: (context: object) => ProcessSpec;
  virtController: (context: object) => ProcessSpec;
  startProcess: (paths: Paths, spec: ProcessSpec) => void;
  writeConfigs: (paths: Paths, state: object) => void;
  playInstallStrategyJob: (context: object) => Promise<void>;
  saveCredentials: (context: object) => Promise<void>;
  createNodes: (context: object) => Promise<void>;
  stopAll: (paths: Paths) => Promise<boolean>;
  makeUserKubeconfig: (lab: { name: string; env: NodeJS.ProcessEnv }, options: { user: string }) => Promise<string>;
}

async function controlPlane(): Promise<ControlPlane> {
  // This file runs from dist/test/kubevirt-install/support.
  const folder = new URL('../../../../lab/dist/src/control-plane/', import.meta.url);
  const files = ['paths', 'build-programs', 'lab-tools', 'state', 'kubernetes-pki', 'boot', 'program-groups', 'components', 'processes', 'install/nodes', 'install/operator', 'configs', 'stop', 'user-kubeconfig'];
  const modules = await Promise.all(files.map((file) => import(new URL(`${file}.js`, folder).href) as Promise<object>));
  return Object.assign({}, ...modules) as ControlPlane;
}

const name = 'bare';

export async function startBareCluster(): Promise<BareCluster> {
  const lab = await controlPlane();
  const stateDir = await mkdtemp(join(tmpdir(), 'edge-vm-bare-'));
  const env = { ...process.env, EDGE_VM_STATE_DIR: stateDir };
  const paths = lab.labPaths(name, env);
  const onEvent = (): void => {};
  const programs = await lab.buildPrograms({ cache: paths.cache, onEvent });
  const kubectlProgram = join(await lab.labTools({ env }), 'kubectl');
  const state = await lab.newState(name, programs.key, 'cold');
  lab.saveState(paths, state);
  await lab.ensureKubernetesPki(paths.pki);
  const api = lab.adminApi(paths, state);
  const context = { paths, state, programs, versions: lab.pinnedVersions(), onEvent, signal: undefined, api };
  const stop = async (): Promise<void> => {
    api.close();
    await lab.stopAll(paths);
    await rm(stateDir, { recursive: true, force: true });
  };
  try {
    await lab.bootKubernetes(context);
    lab.startProcess(paths, lab.kwok(context, false));
    await lab.createNodes(context);
  } catch (error) {
    await stop();
    throw error;
  }
  const kubectl: BareCluster['kubectl'] = async (args, input) => (await execa(kubectlProgram, args, { env: { KUBECONFIG: paths.kubeconfig }, input: input ?? '', maxBuffer: 2 ** 28 })).stdout.trim();
  const runKubeVirt = async (): Promise<void> => {
    const container = await kubectl(['get', 'deployment', 'virt-operator', '-n', 'kubevirt', '-o', 'jsonpath={.spec.template.spec.containers[0].env}']);
    const variables = (JSON.parse(container) as { name: string; value?: string }[]).filter(({ value }) => value !== undefined);
    await mkdir(paths.tokens, { recursive: true });
    await writeFile(join(paths.tokens, 'kubevirt-operator'), await kubectl(['create', 'token', 'kubevirt-operator', '-n', 'kubevirt', '--duration=24h']));
    lab.writeConfigs(paths, state);
    lab.startProcess(paths, { ...lab.virtOperator(context), env: Object.fromEntries(variables.map((variable) => [variable.name, variable.value!])) });
    await lab.playInstallStrategyJob(context);
    await lab.saveCredentials(context);
    lab.startProcess(paths, lab.virtApi(context));
    lab.startProcess(paths, lab.virtController(context));
  };
  return { kubeconfig: paths.kubeconfig, folder: stateDir, kubectlProgram, api, kubectl, user: (user) => lab.makeUserKubeconfig({ name, env }, { user }), runKubeVirt, stop };
}
