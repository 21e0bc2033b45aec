import azureIotCommon from 'azure-iot-common';
import azureIotDevice, { type Twin } from 'azure-iot-device';
import { Mqtt } from 'azure-iot-device-mqtt';
import type { SecretValue } from 'edge-vm';
import { judge } from './deployment.js';
import { patchOf } from './diff.js';

// CommonJS with getters: Node.js finds no named exports in it.
const { ModuleClient } = azureIotDevice;
const { NoRetry } = azureIotCommon;

export interface AgentOptions {
  hubHostname: string;
  deviceId: string;
  moduleKey: SecretValue;
  /** Where the hub's name leads to: `127.0.0.1:<port>`. */
  mqttAddress: string;
  /** PEM. */
  ca: string;
  version: string;
  architecture: string;
  /** Called once when the connection is gone for good (device deleted, key changed). */
  onLost: (reason: string) => void;
}

export interface RunningAgent {
  /** Reports 406 as the real agent does at a clean stop, then disconnects. */
  stop(): Promise<void>;
  /** Gone without a word, as a killed VM: what was reported stays. */
  kill(): Promise<void>;
}

/**
 * Plays edgeAgent with the unmodified device SDK: connects as module `$edgeAgent`, reports the runtime and the verdict
 * on its desired properties (differences only), follows later deployments, answers `ping`.
 */
export async function startEdgeAgent(options: AgentOptions): Promise<RunningAgent> {
  // GatewayHostName is the SDK's own way to connect elsewhere than to the hub's name.
  const client = ModuleClient.fromConnectionString(
    `HostName=${options.hubHostname};DeviceId=${options.deviceId};ModuleId=$edgeAgent;SharedAccessKey=${options.moduleKey.reveal()};GatewayHostName=${options.mqttAddress}`,
    Mqtt,
  );
  // Its own policy would take a refused key for a lost network, and try for four minutes before it says so.
  client.setRetryPolicy(new NoRetry());
  await client.setOptions({ ca: options.ca, keepalive: 60 });
  await client.open();
  client.on('disconnect', () => options.onLost('disconnected by the hub'));
  client.on('error', (error: Error) => options.onLost(error.message));
  client.onMethod('ping', (_request, response) => {
    response?.send(200, null, () => undefined);
  });
  const twin = await client.getTwin();
  const base = {
    schemaVersion: '1.1.0',
    version: { version: options.version, build: 'lab', commit: 'simulated' },
    runtime: { type: 'docker', platform: { os: 'linux', architecture: options.architecture, version: options.version } },
  };
  let reported = clean(twin.properties.reported);
  let queue: Promise<void> = Promise.resolve();
  const report = (next: Record<string, unknown>): Promise<void> => {
    queue = (async (before) => {
      await before.catch(() => undefined);
      const patch = patchOf(reported, next);
      if (Object.keys(patch).length > 0) await update(twin, patch);
      reported = next;
    })(queue);
    return queue;
  };
  const applyDesired = (): Promise<void> =>
    report({ ...base, ...judge(twin.properties.desired, new Date().toISOString()) });
  await applyDesired();
  twin.on('properties.desired', () => {
    applyDesired().catch((error: unknown) => options.onLost(String(error)));
  });
  const close = async (): Promise<void> => {
    client.removeAllListeners();
    await client.close();
  };
  return {
    async stop() {
      await report({ ...reported, lastDesiredStatus: { code: 406, description: 'edgeAgent was stopped' } }).catch(() => undefined);
      await close();
    },
    kill: close,
  };
}

function clean(properties: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(properties).filter(([key, value]) => !key.startsWith('$') && key !== 'update' && typeof value !== 'function'),
  );
}

function update(twin: Twin, patch: Record<string, unknown>): Promise<void> {
  return new Promise((resolve, reject) => {
    twin.properties.reported.update(patch, (error?: Error | null) => (error ? reject(error) : resolve()));
  });
}
