import { randomBytes } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { LAB_HUB_HOSTNAME, type HubConfig } from '../layout.js';
import { hub } from './components.js';
import type { LabContext } from './context.js';
import type { LabPaths } from './paths.js';
import { Authority, pairFiles } from './pki.js';
import { assertRunning, startProcess } from './processes.js';
import type { LabState } from './state.js';
import { waitFor } from './wait.js';

/** Writes the hub's certificate and configuration, starts it and waits until it answers. */
export async function startHub(context: LabContext): Promise<void> {
  const { paths, state, signal } = context;
  const config = await writeHubConfig(paths, state);
  startProcess(paths, hub(context));
  await waitFor(async () => {
    assertRunning(paths, 'hub');
    return (await answers(config)) || undefined;
  }, { what: 'the lab hub to answer', timeout: 60_000, signal, hint: `Its log is ${paths.log('hub')}.` });
}

/** `hub.json`: keys are made once and kept; the ports are those of the lab. */
export async function writeHubConfig(paths: LabPaths, state: LabState): Promise<HubConfig> {
  const tls = join(paths.state, 'hub-tls');
  const authority = await Authority.open(tls, 'ca', 'edge-vm lab hub');
  const files = await authority.ensure(tls, 'server', {
    commonName: LAB_HUB_HOSTNAME,
    use: ['server'],
    names: [{ type: 'dns', value: LAB_HUB_HOSTNAME }, { type: 'dns', value: 'localhost' }, { type: 'ip', value: '127.0.0.1' }],
  });
  const config: HubConfig = {
    hostname: LAB_HUB_HOSTNAME,
    https: { host: '127.0.0.1', port: state.ports.hubHttps },
    mqtt: { host: '127.0.0.1', port: state.ports.hubMqtt },
    amqp: { host: '127.0.0.1', port: state.ports.hubAmqp },
    tls: { ...files, ca: pairFiles(tls, 'ca').cert },
    policies: readHubConfig(paths)?.policies ?? newPolicies(),
    dataDir: paths.hub,
  };
  writeFileSync(`${paths.hubConfig}.new`, `${JSON.stringify(config, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${paths.hubConfig}.new`, paths.hubConfig);
  return config;
}

export function readHubConfig(paths: LabPaths): HubConfig | undefined {
  try {
    return JSON.parse(readFileSync(paths.hubConfig, 'utf8')) as HubConfig;
  } catch {
    return undefined;
  }
}

// The policies that every new IoT hub has, with the same rights.
function newPolicies(): HubConfig['policies'] {
  const policy = (name: string, rights: HubConfig['policies'][number]['rights']): HubConfig['policies'][number] => ({ name, key: randomBytes(32).toString('base64'), rights });
  return [
    policy('iothubowner', ['RegistryRead', 'RegistryWrite', 'ServiceConnect', 'DeviceConnect']),
    policy('service', ['ServiceConnect']),
    policy('device', ['DeviceConnect']),
    policy('registryRead', ['RegistryRead']),
    policy('registryReadWrite', ['RegistryRead', 'RegistryWrite']),
  ];
}

async function answers(config: HubConfig): Promise<boolean> {
  const ca = readFileSync(config.tls.ca);
  return new Promise((resolve) => {
    const outgoing = request({ ...config.https, path: '/', servername: config.hostname, ca, timeout: 2000 }, (response) => {
      response.resume();
      resolve(true);
    });
    outgoing.on('timeout', () => outgoing.destroy());
    outgoing.on('error', () => resolve(false));
    outgoing.end();
  });
}
