import { readFile } from 'node:fs/promises';
import { execa } from 'execa';
import { loadAll } from 'js-yaml';
import { startApiProxy, type ApiProxy } from './api-proxy.js';
import { environment } from './cli.js';
import { installDefinitions } from './custom-resources.js';
import { everyEnd } from './every-end.js';
import { startHubProxy, type HubProxy } from './hub-proxy.js';
import { userKubeconfig } from './lab.js';
import { eventually } from './objects.js';
import { EDGE_VM, repositoryFile } from './paths.js';
import { kubectl } from './programs.js';
import type { Scene } from './scene.js';

/** A process of `edge-vm operator` for the scene's namespace, with proxies between it and both servers. */
export interface Replica {
  pid: number;
  /** Everything that it has written. */
  output: () => string;
  /** Text of `/metrics`. */
  metrics: () => Promise<string>;
  /** Resolves when `/readyz` says yes. */
  ready: () => Promise<void>;
  /** The most memory that it had until now, in MiB. */
  peakMiB: () => Promise<number>;
  kill: (signal: NodeJS.Signals) => void;
  isOver: () => boolean;
  /** Exit code, `null` if a signal ended it. */
  ended: Promise<{ code: number | null }>;
}

/** The ways of one replica to its servers. They outlive its processes. */
export interface Ways {
  api: ApiProxy;
  hub: HubProxy;
}

export interface Replicas {
  openWays: () => Promise<Ways>;
  start: (ways: Ways, options?: { flags?: readonly string[]; env?: Record<string, string | undefined> }) => Promise<Replica>;
  /** What all replicas have written. */
  output: () => string;
  /** The last lines of each replica, for the message of a failed test. */
  lastLines: () => string;
  /** Ends every replica, and closes every proxy. */
  close: () => Promise<void>;
}

const account = 'edge-vm';

interface Rules { kind: string; metadata: { name: string }; rules: object[] }

/**
 * Gives the ServiceAccount in the scene's namespace the rights of the static manifest: those that a chart for single namespaces gives.
 *
 * @param everywhere the rights do not go with the namespace.
 */
export async function openReplicas(scene: Scene, { everywhere = false }: { everywhere?: boolean } = {}): Promise<Replicas> {
  const { namespace, folder } = scene;
  await installDefinitions();
  const manifest = (loadAll(await readFile(repositoryFile('packaging', 'operator', 'edge-vm-operator.yaml'), 'utf8')) as (Rules | null)[]).filter((one) => one !== null);
  const rules = (kind: string, name: RegExp): object[] => manifest.find((one) => one.kind === kind && name.test(one.metadata.name))!.rules;
  const role = (name: string, of: object[], kind: 'Role' | 'ClusterRole' = 'Role'): object[] => {
    const group = 'rbac.authorization.k8s.io';
    const metadata = kind === 'Role' ? { name, namespace } : { name };
    return [
      { apiVersion: `${group}/v1`, kind, metadata, rules: of },
      { apiVersion: `${group}/v1`, kind: `${kind}Binding`, metadata, roleRef: { apiGroup: group, kind, name }, subjects: [{ kind: 'ServiceAccount', name: account, namespace }] },
    ];
  };
  const items = [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: account, namespace } },
    ...(everywhere ? role(namespace, rules('ClusterRole', /edge-vm$/), 'ClusterRole') : role('devices', rules('ClusterRole', /edge-vm$/))), ...role('lease', rules('Role', /lease$/)),
  ];
  await kubectl(['apply', '--server-side', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  const kubeconfig = await userKubeconfig(`system:serviceaccount:${namespace}:${account}`, namespace);
  const running = new Set<Replica>();
  const ways: Ways[] = [];
  const outputs: (() => string)[] = [];

  return {
    async openWays() {
      const opened = { api: await startApiProxy({ kubeconfig, namespace, folder }), hub: await startHubProxy() };
      ways.push(opened);
      return opened;
    },
    async start({ api, hub }, { flags = [], env = {} } = {}) {
      const replica = startReplica([
        '--watch-namespace', namespace, '--metrics-address', '127.0.0.1:0', '--health-address', '127.0.0.1:0', '--log-format', 'json', '--twin-interval', '10s', ...flags,
      ], environment({ KUBECONFIG: api.kubeconfig, POD_NAMESPACE: namespace, POD_NAME: undefined, EDGE_VM_DEBUG: '1', ...hub.env, ...env }));
      outputs.push(replica.output);
      running.add(replica);
      void replica.ended.then(() => running.delete(replica));
      return replica;
    },
    output: () => outputs.map((one) => one()).join(''),
    // A test may have started a hundred of them.
    lastLines: () => outputs.slice(-4).map((one) => one().trimEnd().split('\n').slice(-12).join('\n')).join('\n---\n'),
    async close() {
      for (const one of running) one.kill('SIGKILL');
      await Promise.all([...running].map(({ ended }) => ended));
      await everyEnd(
        ...ways.flatMap(({ api, hub }) => [() => api.close(), () => hub.close()]),
        () => (everywhere ? kubectl(['delete', 'clusterrole,clusterrolebinding', namespace]) : undefined),
      );
    },
  };
}

function startReplica(args: readonly string[], env: Record<string, string>): Replica {
  const child = execa(process.execPath, [EDGE_VM, 'operator', ...args], { env, extendEnv: false, reject: false, all: true, buffer: false });
  let output = '';
  let over = false;
  child.all.on('data', (chunk: Buffer) => {
    output += chunk.toString('utf8');
  });
  const ended = child.then((result) => {
    over = true;
    return { code: result.exitCode ?? null };
  });
  const pid = child.pid ?? 0;
  /** It listens at ports of its own choice, and says which: a port that is free now may be another program's a moment later. */
  const read = async (page: 'metrics' | 'health', path: string): Promise<Response> => {
    const line = output.split('\n').slice(0, -1).find((one) => one.includes('"message":"serves metrics and health"'));
    if (line === undefined) throw new Error('it does not listen yet');
    return fetch(`http://127.0.0.1:${(JSON.parse(line) as { metrics: number; health: number })[page]}${path}`);
  };
  return {
    pid, ended,
    output: () => output,
    isOver: () => over,
    kill: (signal) => void child.kill(signal),
    metrics: async () => (await read('metrics', '/metrics')).text(),
    ready: async () => void (await eventually('the operator is ready', async () => {
      if (over) throw new Error(`the operator has ended:\n${output}`);
      const answer = await read('health', '/readyz').catch(() => undefined);
      await answer?.arrayBuffer();
      return answer?.ok;
    })),
    peakMiB: async () => Number(/VmHWM:\s+(\d+) kB/.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024,
  };
}
