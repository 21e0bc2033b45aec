import type { IncomingMessage } from 'node:http';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startFaultProxy, type FaultProxy, type FaultProxyOptions, type Passing } from './fault-proxy.js';

export type { Fate, Passing } from './fault-proxy.js';

export interface ApiProxy extends FaultProxy {
  /** A kubeconfig that leads through the proxy. */
  kubeconfig: string;
}

interface Kubeconfig {
  clusters: { cluster: { server: string; 'certificate-authority-data': string } }[];
  users: { user: { 'client-certificate-data': string; 'client-key-data': string } }[];
}

/**
 * A proxy between edge-vm and the API server, with the rights of a kubeconfig, as `kubectl proxy` is. It simulates a bad
 * network, or a server without some type.
 */
export async function startApiProxy(options: { kubeconfig: string; namespace: string; folder: string }): Promise<ApiProxy> {
  const target = await readTarget(options.kubeconfig);
  const proxy = await startFaultProxy({ target, hostHeader: target.host, describe });
  const kubeconfig = join(options.folder, `proxy-${proxy.port}.kubeconfig`);
  await writeFile(kubeconfig, kubeconfigFor(`http://127.0.0.1:${proxy.port}`, options.namespace), { mode: 0o600 });
  return Object.assign(proxy, { kubeconfig });
}

function describe(incoming: IncomingMessage, body: Buffer): Omit<Passing, 'at'> {
  const method = incoming.method ?? 'GET';
  const path = incoming.url ?? '/';
  const parts = path.split('?', 1)[0]!.split('/').filter(Boolean);
  const afterNamespace = parts.includes('namespaces') && parts.length > parts.indexOf('namespaces') + 2 ? parts[parts.indexOf('namespaces') + 2]! : parts.at(method === 'POST' ? -1 : -2)!;
  const isReview = /selfsubject(?:access|rules)reviews/.test(path);
  const writes = method !== 'GET' && !isReview && !path.includes('dryRun=All');
  const verb = method === 'PATCH' && String(incoming.headers['content-type']).includes('apply-patch') ? 'apply' : method.toLowerCase();
  return { method, path, writes, what: `${verb} ${afterNamespace}${body.length > 0 && verb === 'apply' && body.includes('ownerReferences') ? ' with owner' : ''}` };
}

async function readTarget(file: string): Promise<FaultProxyOptions['target']> {
  const { clusters, users } = JSON.parse(await readFile(file, 'utf8')) as Kubeconfig;
  const { hostname, port } = new URL(clusters[0]!.cluster.server);
  const decode = (text: string): Buffer => Buffer.from(text, 'base64');
  const { user } = users[0]!;
  const tls = { ca: decode(clusters[0]!.cluster['certificate-authority-data']), cert: decode(user['client-certificate-data']), key: decode(user['client-key-data']) };
  return { host: hostname, port, tls };
}

/** A kubeconfig without credentials for a server. */
export function kubeconfigFor(server: string, namespace: string): string {
  return JSON.stringify({
    apiVersion: 'v1', kind: 'Config', 'current-context': 'test',
    clusters: [{ name: 'test', cluster: { server } }],
    users: [{ name: 'test', user: {} }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test', namespace } }],
  });
}
