import azureIotCommon from 'azure-iot-common';
import azureIotDevice, { type Twin } from 'azure-iot-device';
import { Mqtt } from 'azure-iot-device-mqtt';
import type { SecretValue } from 'edge-vm';
import { judge } from './deployment.js';
import { patchOf } from './diff.js';

// This package is CommonJS with getters, so Node.js finds no named exports in it.
const { ModuleClient } = azureIotDevice;
const { NoRetry } = azureIotCommon;

export interface AgentOptions {
  hubHostname: string;
  deviceId: string;
  moduleKey: SecretValue;
  /** Where to connect for the hub's name: `127.0.0.1:<port>`. */
  mqttAddress: string;
  /** PEM. */
  ca: string;
  version: string;
  architecture: string;
  /** Called once when the connection is gone and will not come back (device deleted, key changed). */
  onLost: (reason: string) => void;
}

export interface RunningAgent {
  /** Reports 406 as the real agent does at a clean stop, then disconnects. */
  stop(): Promise<void>;
  /** Ends without a report, as a killed VM does. What was reported stays. */
  kill(): Promise<void>;
}

/**
 * Simulates edgeAgent with the unmodified device SDK. It connects as module `$edgeAgent`, reports the runtime and the
 * result of its desired properties (differences only), follows later deployments, and answers `ping`.
 */
export async function startEdgeAgent(options: AgentOptions): Promise<RunningAgent> {
  // With GatewayHostName, the SDK connects to another address than the hub's name.
  const client = ModuleClient.fromConnectionString(
    `HostName=${options.hubHostname};DeviceId=${options.deviceId};ModuleId=$edgeAgent;SharedAccessKey=${options.moduleKey.reveal()};GatewayHostName=${options.mqttAddress}`,
    Mqtt,
  );
  // The SDK's own policy treats a refused key as a lost network, and tries for four minutes before it reports an error.
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
    report({ ...base, ...judge(twin.properties.desired, new Date().toISOString(), reported) });
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
