import { readFile } from 'node:fs/promises';
import type { Server } from 'node:net';
import type { HubConfig } from '../layout.js';
import { amqpConnections, createAmqpServer } from './amqp/server.js';
import type { HubContext, HubSettings } from './context.js';
import { RuleBook } from './control/rules.js';
import { serveMqtt } from './mqtt/connection.js';
import { createMqttServer } from './mqtt/server.js';
import { SessionTable } from './sessions/sessions.js';
import { TelemetryLog } from './sessions/telemetry-log.js';
import { noteConnection } from './registry/connection-state.js';
import { createRestServer } from './rest/server.js';
import { Assigner } from './configurations/assign.js';
import { ConfigurationStore } from './store/configuration-store.js';
import { IdentityStore } from './store/identity-store.js';
import { acceptWebSockets } from './websockets.js';

export interface HubOptions {
  /** First values of the settings that the control API can change later. */
  settings?: Partial<HubSettings>;
  /** Milliseconds since the epoch. */
  now?: () => number;
  /** Receives internal errors, e.g. a failed write. They never hold a key. */
  onError?: (error: unknown) => void;
}

export interface RunningHub {
  httpsPort: number;
  mqttPort: number;
  amqpPort: number;
  /** Ends all connections, and writes all changes that still wait. */
  close(): Promise<void>;
}

/** Starts a hub in this process. Port 0 means any free port. Throws if a port is taken or a file is missing. */
export async function startHub(config: HubConfig, options: HubOptions = {}): Promise<RunningHub> {
  const tls = { cert: await readFile(config.tls.cert, 'utf8'), key: await readFile(config.tls.key, 'utf8') };
  const hub = createContext(config, options);
  const rest = createRestServer(hub, tls);
  const connections = amqpConnections(hub);
  const webSockets = acceptWebSockets(rest, { mqtt: (stream, certificate) => serveMqtt(hub, stream, certificate), AMQPWSB10: (stream, certificate) => connections.serve(stream, certificate) });
  const mqtt = createMqttServer(hub, tls);
  const amqp = createAmqpServer(connections, tls);
  try {
    const httpsPort = await listen(rest, config.https);
    const mqttPort = await listen(mqtt, config.mqtt);
    const amqpPort = await listen(amqp, config.amqp);
    return {
      httpsPort,
      mqttPort,
      amqpPort,
      async close() {
        const stopped = Promise.all([stop(rest), stop(mqtt), stop(amqp)]);
        hub.sessions.closeAll('the hub stops');
        connections.endAll();
        webSockets.close();
        rest.closeAllConnections();
        await stopped;
        hub.assigner.stop();
        await Promise.all([hub.store.flush(), hub.configurations.flush()]);
      },
    };
  } catch (error) {
    rest.close();
    mqtt.close();
    amqp.close();
    throw error;
  }
}

function createContext(config: HubConfig, options: HubOptions): HubContext {
  const now = options.now ?? Date.now;
  const report = options.onError ?? (() => undefined);
  const settings: HubSettings = { connectionStateLagMs: 3000, realLimits: false, configurationLagMs: 500, ...options.settings };
  const hub: HubContext = {
    hostname: config.hostname,
    policies: config.policies,
    caCertificates: [],
    now,
    settings,
    store: new IdentityStore(config.dataDir, report),
    configurations: new ConfigurationStore(config.dataDir, report),
    assigner: new Assigner((): HubContext => hub),
    sessions: new SessionTable(),
    rules: new RuleBook({ enabled: () => settings.realLimits, now, buckets: new Map() }),
    telemetry: new TelemetryLog(),
    report,
  };
  hub.store.onChange = (record) => hub.assigner.deviceChanged(record);
  // What changed just before the end of an earlier run.
  if (hub.configurations.size > 0) hub.assigner.configurationsChanged();
  // Connections to an earlier run are gone.
  for (const identity of [...hub.store.devices(), ...hub.store.allModules()]) {
    const { state, next } = identity.connection;
    if ((next?.state ?? state) === 'Connected') noteConnection(hub, identity, 'Disconnected');
  }
  return hub;
}

function listen(server: Server, at: { host: string; port: number }): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(at.port, at.host, () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : at.port);
    });
  });
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}
