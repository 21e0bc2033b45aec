import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { IncomingMessage } from 'node:http';
import { parseServiceConnectionString } from '../../../src/identity/index.js';
import { startFaultProxy, type FaultProxy, type Passing } from './fault-proxy.js';
import { theLab } from './lab.js';

export interface HubProxy extends FaultProxy {
  /** Variables with which edge-vm reaches the hub through the proxy. */
  env: { EDGE_VM_HUB_ENDPOINT: string };
}

/** A proxy between edge-vm and the service API of the lab's hub, with the hub's own certificate. */
export async function startHubProxy(): Promise<HubProxy> {
  const { variables, folder } = theLab();
  const { hubHostname: servername } = parseServiceConnectionString(variables.EDGE_VM_HUB_CONNECTION_STRING);
  const { hostname: host, port } = new URL(variables.EDGE_VM_HUB_ENDPOINT);
  const { tls: files } = JSON.parse(await readFile(join(folder, 'hub.json'), 'utf8')) as { tls: { cert: string; key: string; ca: string } };
  const [cert, key, ca] = await Promise.all([files.cert, files.key, files.ca].map((file) => readFile(file)));
  const proxy = await startFaultProxy({ target: { host, port, tls: { ca: ca!, servername } }, tls: { cert: cert!, key: key! }, describe });
  return Object.assign(proxy, { env: { EDGE_VM_HUB_ENDPOINT: `https://127.0.0.1:${proxy.port}` } });
}

function describe(incoming: IncomingMessage, body: Buffer): Omit<Passing, 'at'> {
  const method = incoming.method ?? 'GET';
  const path = incoming.url ?? '/';
  const name = path.split('?', 1)[0]!.split('/').filter(Boolean).join('/');
  const isQuery = name === 'devices/query';
  const isCreate = !isQuery && method === 'POST' && body.includes('"importMode":"create"');
  const verb = isQuery ? 'query' : isCreate ? 'create' : method === 'POST' && name === 'devices' ? 'delete' : method.toLowerCase();
  // A method is asked of the device, and changes nothing in the hub.
  return { method, path, writes: method !== 'GET' && !isQuery && !name.includes('/methods'), what: `${verb} ${name}` };
}
