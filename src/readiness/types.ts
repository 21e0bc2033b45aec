import type { Condition } from '../spec/types.js';
import type { Advice } from '../support/advice.js';
import type { CauseCode } from '../support/causes.js';
import type { Clock } from '../support/clock.js';
import type { Cluster } from '../cluster/types.js';
import type { CheckCredential, Hub, HubEndpoint } from '../hub/types.js';

/** The readiness stages, lowest first. A higher stage implies the lower ones. */
export const STAGES = [
  'identity', 'applied', 'disk', 'scheduled', 'running', 'booted', 'engine', 'runtime', 'configured', 'connected', 'deployed',
] as const;
/** A readiness stage. */
export type Stage = (typeof STAGES)[number];

const CONDITION_TYPES: Readonly<Record<Stage, string>> = {
  identity: 'IdentityVerified', applied: 'Applied', disk: 'DiskReady', scheduled: 'Scheduled', running: 'Running', booted: 'Booted',
  engine: 'EngineReady', runtime: 'RuntimeInstalled', configured: 'Configured', connected: 'Connected', deployed: 'Deployed',
};

/** The type of the condition that tells whether a stage is reached: `engine` → `EngineReady`. */
export function conditionType(stage: Stage): string {
  return CONDITION_TYPES[stage];
}

/** Why a device cannot become ready, or why a command ended. */
export interface Cause {
  code: CauseCode;
  message: string;
  /** What to do about it; names no command and no flag. */
  hint?: string;
  /** The part of it that edge-vm itself can do. */
  advice?: readonly Advice[];
}

/** One field of an object before and after; `null` if it was absent. */
export interface FieldChange {
  /** As in `spec.template.spec.volumes[rootdisk].name`. */
  path: string;
  from: unknown;
  to: unknown;
}

/** The change of one object. */
export interface Change {
  kind: string;
  name: string;
  outcome: 'created' | 'changed' | 'unchanged' | 'deleted' | 'kept';
  /** With `changed`: the fields that differ; never those of a Secret. */
  fields?: FieldChange[];
  /** In words, changes that `fields` must not show: `user-data changed`. */
  detail?: string;
}

/** How applied settings get into effect. `generation`: the one that causes the first boot. */
export type Pending = { effect: 'restart' } | { effect: 'first-boot'; generation: number };

/** The object that `create`, `status` and `wait` print with `-o json`; part of the contract. */
export interface DeviceResult {
  name: string;
  namespace: string;
  /** The awaited stage (default `connected`) is reached. */
  ready: boolean;
  /** The highest stage that is reached; `null` if none is. */
  stage: Stage | null;
  device: { hub: string | null; id: string | null };
  /** The EdgeDevice in the cluster that keeps the device. Absent if none does. */
  owner?: { kind: 'EdgeDevice'; name: string };
  /** The operator refuses what that EdgeDevice wants now, so the device runs with earlier settings; or, with reason `Deleting`, somebody deletes it. Absent if it does not, or the caller may not read it. */
  refused?: { reason: string; message: string };
  vm: { phase: string | null; status: string | null; node: string | null; ip: string | null };
  edge: {
    /** `$edgeAgent` lastDesiredStatus.code; 417 is healthy: connected, no deployment yet. */
    code: number | null;
    description: string | null;
    runtimeStatus: string | null;
    /** Unreliable: edge-vm shows it, but decides nothing by it. */
    connectionState: string | null;
    modules: { name: string; status: string | null; restarts: number | null }[];
    /** The evidence for `connected`: `twin`, `ping`, `guest`, or `null`. */
    evidence: 'twin' | 'ping' | 'guest' | null;
  };
  /** First the summary `Ready`, then one condition for each stage (`conditionType`), then `GuestAgentConnected`. */
  conditions: Condition[];
  /** Seconds from the start of this command to each stage that was reached while it ran. */
  seconds: Partial<Record<Stage, number>>;
  /** The changes of create to each object; empty for status. */
  changes: Change[];
  warnings: string[];
  /** Nothing was changed: `changes` says what would change. Absent otherwise. */
  dryRun?: 'client' | 'server';
  cause?: Cause;
  /** The checks refused the change, so nothing was changed: `cause` is about the change, and an existing device goes on as before. Absent otherwise. */
  untouched?: true;
  /** The time was up before everything about the device was read: it may have reached the stage. `cause` is then `timed-out`. Absent otherwise. */
  unread?: true;
  /** The step that failed in the guest and that the guest itself tries again: no failure. Absent otherwise. */
  retrying?: { step: string; attempt: number; code: string | null; message: string | null };
  /** Applied settings that are not in effect yet. Absent if there are none. */
  pending?: Pending;
}

/** One stream of typed events; the CLI turns them into progress, the library's caller gets them as they are. */
export type ProvisionEvent =
  /** A step of work begins or ends (`check credential`, `register device`, `apply VirtualMachine`). */
  | { type: 'step'; step: string; state: 'start' | 'done' | 'skipped'; detail?: string; at: number }
  /** A stage was reached. `seconds` since the command began. */
  | { type: 'stage'; stage: Stage; seconds: number; detail?: string; at: number }
  /** The thing that edge-vm waits for changed (import 43 %, guest retries engine: apt-unreachable …). One line for people. */
  | { type: 'waiting'; stage: Stage; message: string; at: number }
  /** A stage was lost again (VM restarted). */
  | { type: 'lost'; stage: Stage; message: string; at: number }
  | { type: 'warning'; message: string; advice?: readonly Advice[]; at: number };

/** All I/O of a use case, injected. */
export interface ProvisionContext {
  cluster: Cluster;
  /** Absent without hub credentials: the evidence for `connected` is then the guest's report. */
  hub?: Hub;
  checkCredential?: CheckCredential;
  hubEndpoint?: HubEndpoint;
  clock: Clock;
  onEvent: (event: ProvisionEvent) => void;
  signal?: AbortSignal;
}
