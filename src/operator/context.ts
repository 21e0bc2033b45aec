import type { Cluster, KubeObject } from '../cluster/types.js';
import type { CheckCredential, EdgeAgentTwin, Hub, HubEndpoint } from '../hub/types.js';
import type { ProvisionContext } from '../readiness/types.js';
import type { Trials } from '../provision/create/look/trial.js';
import type { Clock } from '../support/clock.js';
import type { Identities } from './identities.js';
import type { RegistryTurns } from './registry-turns.js';

/** What the hub said about the edge agent of a device when all were asked. */
export interface TwinAnswer {
  value: EdgeAgentTwin | undefined;
  /** Milliseconds since the epoch, at the question. */
  at: number;
}

/** The hubs for which the operator has a credential. */
export interface Hubs {
  readonly names: readonly string[];
  /** `undefined` without a credential for it. */
  hub(hostname: string | null | undefined): Hub | undefined;
  /** Turns at the registry of that hub. */
  turns(hostname: string | null | undefined): RegistryTurns | undefined;
  /** The answer of the last query of all twins; `undefined` before the first. `problem` says why there is none yet. */
  twin(hostname: string, deviceId: string): { answer: TwinAnswer | undefined; problem: string | undefined };
}

/** Writes Events about a resource. It never throws, and nobody waits for it. */
export interface Recorder {
  record(about: KubeObject, event: { type: 'Normal' | 'Warning'; reason: string; message: string }): void;
}

/** Facts of a line for programs, never a secret. Each line has a time, a level and a message of its own. */
export type LogFields = Readonly<Record<string, unknown> & { time?: never; level?: never; message?: never }>;

/** One line of the operator's log. */
export interface Log {
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/** Everything that the work on one device uses. */
export interface OperatorContext {
  /** With shared caches: reading what is watched sends nothing. */
  cluster: Cluster;
  hubs: Hubs;
  checkCredential?: CheckCredential;
  hubEndpoint?: HubEndpoint;
  clock: Clock;
  random: () => number;
  recorder: Recorder;
  log: Log;
  /** Who has which identity; absent: only the own namespace is looked at. */
  identities?: Identities;
  /** See `recentTrials`; absent: each new device has its own trial. */
  trials?: () => Trials;
  /** Fires when the operator stops. */
  signal: AbortSignal;
}

/** The context of a use case for a device of that hub. */
export function provisionContext({ cluster, hubs, checkCredential, hubEndpoint, clock, signal }: OperatorContext, hubHostname: string | null | undefined): ProvisionContext {
  const hub = hubs.hub(hubHostname);
  return {
    cluster, clock, signal, onEvent: () => undefined,
    ...(hub === undefined ? {} : { hub }),
    ...(checkCredential === undefined ? {} : { checkCredential }),
    ...(hubEndpoint === undefined ? {} : { hubEndpoint }),
  };
}
