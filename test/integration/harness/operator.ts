import assert from 'node:assert/strict';
import { execa } from 'execa';
import { rulesFor } from '../../../src/operator/rights.js';
import { startApiProxy, type ApiProxy } from './api-proxy.js';
import { environment } from './cli.js';
import { installDefinitions } from './custom-resources.js';
import { everyEnd } from './every-end.js';
import { userKubeconfig } from './lab.js';
import { eventually } from './objects.js';
import { EDGE_VM } from './paths.js';
import { kubectl } from './programs.js';
import type { Scene } from './scene.js';

/** A process of `edge-vm operator`. */
export interface OperatorProcess {
  pid: number;
  /** Everything that it has written. */
  output: () => string;
  /** Text of `/metrics`. */
  metrics: () => Promise<string>;
  /** Status and text of `/healthz` or `/readyz`. */
  health: (path: '/healthz' | '/readyz') => Promise<{ status: number; body: string }>;
  kill: (signal: NodeJS.Signals) => void;
  /** Exit code; `null` if a signal ended it. */
  ended: Promise<number | null>;
}

type RunningProcess = Pick<OperatorProcess, 'kill' | 'ended'>;

/** The operator in a lab: its resource definitions, its ServiceAccount with exactly its rights, and a way to count its requests. */
export interface OperatorLab {
  proxy: ApiProxy;
  start: (flags?: readonly string[], env?: Record<string, string | undefined>) => Promise<OperatorProcess>;
  close: () => Promise<void>;
}

/** @param onlyHere rights in the scene's namespace alone, by a Role. */
export async function openOperatorLab(scene: Scene, { onlyHere = false }: { onlyHere?: boolean } = {}): Promise<OperatorLab> {
  const { namespace, folder } = scene;
  await installDefinitions();
  const name = `operator-${namespace}`;
  const account = { kind: 'ServiceAccount', name: 'edge-vm-operator', namespace };
  const rbac = 'rbac.authorization.k8s.io';
  const objects = [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: account.name, namespace } },
    ...(onlyHere ? [] : [
      { apiVersion: `${rbac}/v1`, kind: 'ClusterRole', metadata: { name }, rules: rulesFor('devices', 'cluster') },
      { apiVersion: `${rbac}/v1`, kind: 'ClusterRoleBinding', metadata: { name }, roleRef: { apiGroup: rbac, kind: 'ClusterRole', name }, subjects: [account] },
    ]),
    { apiVersion: `${rbac}/v1`, kind: 'Role', metadata: { name: 'operator', namespace }, rules: onlyHere ? rulesFor('devices', 'lease') : rulesFor('lease') },
    { apiVersion: `${rbac}/v1`, kind: 'RoleBinding', metadata: { name: 'operator', namespace }, roleRef: { apiGroup: rbac, kind: 'Role', name: 'operator' }, subjects: [account] },
  ];
  await kubectl(['apply', '-f', await scene.file('rbac.json', JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }))]);
  const kubeconfig = await userKubeconfig(`system:serviceaccount:${namespace}:${account.name}`, namespace);
  const proxy = await startApiProxy({ kubeconfig, namespace, folder });
  const running = new Set<RunningProcess>();

  return {
    proxy,
    async start(flags = [], env = {}) {
      // Other tests have operators of their own in the same lab.
      const child = execa(process.execPath, [EDGE_VM, 'operator', '--watch-namespace', namespace, '--metrics-address', '127.0.0.1:0', '--health-address', '127.0.0.1:0', '--log-format', 'json', ...flags], {
        env: environment({ KUBECONFIG: proxy.kubeconfig, POD_NAMESPACE: namespace, ...env }), extendEnv: false, reject: false, all: true, buffer: false,
      });
      let output = '';
      child.all.on('data', (chunk: Buffer) => {
        output += chunk.toString('utf8');
      });
      const ended = child.then((result) => result.exitCode ?? null);
      const started: RunningProcess = { kill: (signal) => void child.kill(signal), ended };
      running.add(started);
      void ended.then(() => running.delete(started));
      const ports = await eventually('the operator listens', async () => {
        assert.ok(running.has(started), output);
        const line = output.split('\n').slice(0, -1).find((one) => one.includes('serves metrics'));
        return line === undefined ? undefined : (JSON.parse(line) as { metrics: number; health: number });
      });
      const read = async (port: number, path: string): Promise<{ status: number; body: string }> => {
        const response = await fetch(`http://127.0.0.1:${port}${path}`);
        return { status: response.status, body: await response.text() };
      };
      return {
        ...started, pid: child.pid ?? 0,
        output: () => output,
        metrics: async () => (await read(ports.metrics, '/metrics')).body,
        health: (path) => read(ports.health, path),
      };
    },
    async close() {
      for (const one of running) one.kill('SIGKILL');
      await Promise.all([...running].map(({ ended }) => ended));
      await everyEnd(() => proxy.close(), () => kubectl(['delete', 'clusterrole,clusterrolebinding', name, '--ignore-not-found']));
    },
  };
}
