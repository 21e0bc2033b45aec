import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { Agent, request } from 'node:https';
import { json } from 'node:stream/consumers';
import { parseServiceConnectionString, sharedAccessSignature } from '../../../src/identity/index.js';
import { theLab } from './lab.js';
import { eventually } from './objects.js';

export interface HubReply {
  status: number;
  headers: IncomingHttpHeaders;
  body: unknown;
}

/** A fault that the lab hub simulates; see `lab/src/hub/control/rules.ts`. */
export interface HubRule {
  operation?: string;
  deviceId?: string;
  count?: number;
  action: { kind: 'throttle'; retryAfterSeconds: number } | { kind: 'error'; status: number } | { kind: 'delay'; ms: number } | { kind: 'refuse' };
}

/** The lab hub over its REST interface, with all rights and independent of the program under test. */
export interface TestHub {
  hostname: string;
  send: (method: string, path: string, body?: unknown) => Promise<HubReply>;
  /** Registers a device; gives its connection string. */
  register: (id: string, options?: { edge?: boolean; key?: string; status?: 'enabled' | 'disabled' }) => Promise<string>;
  /** `undefined` when there is none. */
  device: (id: string) => Promise<Record<string, unknown> | undefined>;
  remove: (id: string) => Promise<void>;
  /** Ids of all devices that begin so, in order. */
  ids: (prefix: string) => Promise<string[]>;
  /** Sets a fault until `lift` is called. */
  fault: (rule: HubRule) => Promise<{ lift: () => Promise<void> }>;
  /** Lifts the faults that a failed test has left: they would make later tests fail. */
  liftFaults: () => Promise<void>;
  close: () => Promise<void>;
}

const api = 'api-version=2021-04-12';

export function openHub(): TestHub {
  const { EDGE_VM_HUB_CONNECTION_STRING: owner, EDGE_VM_HUB_ENDPOINT: endpoint, EDGE_VM_HUB_CA: ca } = theLab().variables;
  const { hubHostname: hostname, policyName, key } = parseServiceConnectionString(owner);
  const { hostname: host, port } = new URL(endpoint);
  const agent = new Agent({ keepAlive: true, ca: readFileSync(ca), servername: hostname });

  async function send(method: string, path: string, body?: unknown, more: Record<string, string> = {}): Promise<HubReply> {
    const authorization = sharedAccessSignature({ resource: hostname, key, policyName, expiresAt: Math.floor(Date.now() / 1000) + 3600 }).reveal();
    const text = body === undefined ? undefined : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const outgoing = request({ agent, host, port, method, path, headers: { host: hostname, authorization, 'content-type': 'application/json', ...(method === 'DELETE' ? { 'if-match': '*' } : {}), ...more } }, (response) => {
        json(response).catch(() => undefined).then((answer) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: answer }), reject);
      });
      outgoing.on('error', reject);
      outgoing.end(text);
    });
  }

  const faults = new Set<string>();
  const lift = async (id: string): Promise<void> => {
    faults.delete(id);
    await send('DELETE', `/$lab/v1/rules/${id}?${api}`);
  };

  const liftFaults = async (): Promise<void> => {
    for (const id of faults) await lift(id);
  };

  /** Anything but yes or no, e.g. a fault, says nothing about the device. */
  const answered = (what: string, ask: () => Promise<HubReply>, yes: number): Promise<HubReply> => eventually(what, async () => {
    const reply = await ask();
    return [yes, 404].includes(reply.status) ? reply : undefined;
  });

  const devicePath = (id: string): string => `/devices/${encodeURIComponent(id)}?${api}`;

  return {
    hostname, send, liftFaults,
    async register(id, options = {}) {
      const primaryKey = options.key ?? randomBytes(32).toString('base64');
      const symmetricKey = { primaryKey, secondaryKey: randomBytes(32).toString('base64') };
      const body = { deviceId: id, status: options.status ?? 'enabled', capabilities: { iotEdge: options.edge ?? true }, authentication: { type: 'sas', symmetricKey } };
      const { status, body: answer } = await send('PUT', devicePath(id), body);
      assert.equal(status, 200, `the hub did not register ${id}: ${JSON.stringify(answer)}`);
      return `HostName=${hostname};DeviceId=${id};SharedAccessKey=${primaryKey}`;
    },
    async device(id) {
      const { status, body } = await answered(`the hub says whether it has ${id}`, () => send('GET', devicePath(id)), 200);
      return status === 200 ? (body as Record<string, unknown>) : undefined;
    },
    async remove(id) {
      await answered(`the hub removes ${id}`, () => send('DELETE', devicePath(id)), 204);
    },
    async ids(prefix) {
      const found: string[] = [];
      let continuation: string | undefined;
      do {
        // Tests run side by side: a fault that another one sets for the whole hub is over some seconds later.
        const { body, headers } = await eventually('the hub answers a query of all devices', async () => {
          const reply = await send('POST', `/devices/query?${api}`, { query: 'SELECT deviceId FROM devices' }, continuation === undefined ? {} : { 'x-ms-continuation': continuation });
          return Array.isArray(reply.body) ? reply : undefined;
        });
        found.push(...(body as { deviceId: string }[]).map(({ deviceId }) => deviceId));
        continuation = headers['x-ms-continuation'] as string | undefined;
      } while (continuation !== undefined);
      return found.filter((id) => id.startsWith(prefix)).sort();
    },
    async fault(rule) {
      const { status, body } = await send('POST', `/$lab/v1/rules?${api}`, rule);
      assert.equal(status, 201, JSON.stringify(body));
      const { id } = body as { id: string };
      faults.add(id);
      return { lift: () => lift(id) };
    },
    async close() {
      await liftFaults();
      agent.destroy();
    },
  };
}
