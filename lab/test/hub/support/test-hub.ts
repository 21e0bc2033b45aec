import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HubConfig } from '../../../src/layout.js';
import { startHub, type HubOptions, type HubSettings, type RunningHub } from '../../../src/hub/index.js';
import { signSas } from './sign.js';
import { Authority } from '../../../src/control-plane/pki.js';

export const HOSTNAME = 'lab-hub.edge-vm.test';

export interface HttpAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: any; // oxlint-disable-line typescript/no-explicit-any -- what the hub answers is what the tests look into
}

export interface CallOptions {
  policy?: string;
  /** Instead of a policy's token. */
  authorization?: string | undefined;
  body?: unknown;
  ifMatch?: string;
  headers?: Record<string, string>;
  /** Client certificate. */
  cert?: string;
  key?: string;
}

export interface TestHub {
  config: HubConfig;
  hub: RunningHub;
  ca: string;
  /** A client certificate of the test's CA. */
  issue(commonName: string): Promise<{ cert: string; key: string }>;
  key(policy: string): string;
  serviceConnectionString(policy?: string): string;
  deviceConnectionString(deviceId: string, key: string, moduleId?: string): string;
  /** Leads the service SDK to the hub, with the hub's name in TLS. */
  agent(): Agent;
  /** `path` without api-version gets one. */
  call(method: string, path: string, options?: CallOptions): Promise<HttpAnswer>;
  /** As `call`, to a hub of this configuration on another port. */
  callAt(port: number, method: string, path: string, options?: CallOptions): Promise<HttpAnswer>;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** A hub on free ports, in a folder of its own, with the field's usual policies. */
export async function startTestHub(settings: Partial<HubSettings> = { connectionStateLagMs: 0 }, options: HubOptions = {}): Promise<TestHub> {
  const folder = await mkdtemp(join(tmpdir(), 'edge-vm-hub-'));
  const authority = await Authority.open(folder, 'ca', 'edge-vm test CA');
  const files = await authority.ensure(folder, 'server', {
    commonName: HOSTNAME,
    use: ['server'],
    names: [{ type: 'dns', value: HOSTNAME }, { type: 'dns', value: 'localhost' }, { type: 'ip', value: '127.0.0.1' }],
  });
  const tls = { ...files, ca: join(folder, 'ca.crt') };
  const config = testConfig(tls, join(folder, 'data'));
  let hub = await startHub(config, { settings, ...options });
  const agents: Agent[] = [];
  const key = (policy: string): string => config.policies.find((p) => p.name === policy)!.key;
  return {
    config,
    get hub() {
      return hub;
    },
    ca: authority.certPem,
    issue: (commonName) => authority.issue({ commonName, use: ['client'] }),
    key,
    serviceConnectionString: (policy = 'iothubowner') => `HostName=${HOSTNAME};SharedAccessKeyName=${policy};SharedAccessKey=${key(policy)}`,
    deviceConnectionString: (deviceId, deviceKey, moduleId) =>
      `HostName=${HOSTNAME};DeviceId=${deviceId};${moduleId === undefined ? '' : `ModuleId=${moduleId};`}SharedAccessKey=${deviceKey}`,
    agent() {
      const agent = new Agent({ host: '127.0.0.1', port: hub.httpsPort, servername: HOSTNAME, ca: authority.certPem, keepAlive: true });
      agents.push(agent);
      return agent;
    },
    call: (method, path, call = {}) => sendRequest(hub.httpsPort, authority.certPem, method, path, call, key),
    callAt: (port, method, path, call = {}) => sendRequest(port, authority.certPem, method, path, call, key),
    async restart() {
      await hub.close();
      hub = await startHub(config, { settings, ...options });
    },
    async stop() {
      for (const agent of agents) agent.destroy();
      await hub.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function testConfig(tls: HubConfig['tls'], dataDir: string): HubConfig {
  const policy = (name: string, ...rights: HubConfig['policies'][number]['rights']): HubConfig['policies'][number] => ({ name, key: randomBytes(32).toString('base64'), rights });
  return {
    hostname: HOSTNAME,
    https: { host: '127.0.0.1', port: 0 },
    mqtt: { host: '127.0.0.1', port: 0 },
    amqp: { host: '127.0.0.1', port: 0 },
    tls,
    policies: [
      policy('iothubowner', 'RegistryRead', 'RegistryWrite', 'ServiceConnect', 'DeviceConnect'),
      policy('service', 'ServiceConnect'),
      policy('device', 'DeviceConnect'),
      policy('registryRead', 'RegistryRead'),
      policy('registryReadWrite', 'RegistryRead', 'RegistryWrite'),
    ],
    dataDir,
  };
}

function sendRequest(port: number, ca: string, method: string, path: string, options: CallOptions, key: (policy: string) => string): Promise<HttpAnswer> {
  const policy = options.policy ?? 'iothubowner';
  const authorization = 'authorization' in options ? options.authorization : signSas(HOSTNAME, { key: key(policy), policy });
  const body = options.body === undefined ? undefined : JSON.stringify(options.body);
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port,
        servername: HOSTNAME,
        ca,
        method,
        agent: false,
        path: path.includes('api-version') || path.startsWith('/$lab') ? path : `${path}${path.includes('?') ? '&' : '?'}api-version=2021-04-12`,
        ...(options.cert === undefined ? {} : { cert: options.cert, key: options.key }),
        headers: {
          ...(authorization === undefined ? {} : { authorization }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(options.ifMatch === undefined ? {} : { 'if-match': options.ifMatch }),
          ...options.headers,
        },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) });
        });
        response.on('error', reject);
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Polls until `check` gives something other than undefined or false. */
export async function eventually<T>(check: () => Promise<T | undefined | false> | T | undefined | false, what: string, ms = 5000): Promise<T> {
  const deadline = Date.now() + ms;
  for (;;) {
    const got = await check();
    if (got !== undefined && got !== false) return got;
    if (Date.now() > deadline) throw new Error(`${what}: not within ${ms} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
