import type { Policies } from './auth/credentials.js';
import type { RuleBook } from './control/rules.js';
import type { SessionTable } from './sessions/sessions.js';
import type { TelemetryLog } from './sessions/telemetry-log.js';
import type { Assigner } from './configurations/assign.js';
import type { ConfigurationStore } from './store/configuration-store.js';
import type { IdentityStore } from './store/identity-store.js';

/** What tests may change while the hub runs. */
export interface HubSettings {
  /** Milliseconds until `connectionState` shows a change; `null`: it never does. */
  connectionStateLagMs: number | null;
  /** Apply IoT Hub's S1 limits to every operation. */
  realLimits: boolean;
  /** Milliseconds after a change until automatic deployments follow it; the service takes some minutes. */
  configurationLagMs: number;
}

/** One hub: its parts, passed to every function that needs them. */
export interface HubContext extends Policies {
  caCertificates: string[];
  store: IdentityStore;
  configurations: ConfigurationStore;
  assigner: Assigner;
  sessions: SessionTable;
  rules: RuleBook;
  telemetry: TelemetryLog;
  settings: HubSettings;
  /** Receives internal errors of the hub that are not part of an answer. */
  report(error: unknown): void;
}

/** The time as the service writes it. */
export function isoNow(hub: { now(): number }): string {
  return new Date(hub.now()).toISOString();
}
