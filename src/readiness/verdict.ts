import type { Advice } from '../support/advice.js';
import type { CauseCode } from '../support/causes.js';
import type { GivenReason, StageReason } from './reasons.js';
import type { Cause, Stage } from './types.js';
import type { Observations } from './observations.js';

/** The answer of a stage's rule for the observations. */
export interface Verdict {
  status: 'True' | 'False' | 'Unknown';
  /** CamelCase word. */
  reason: StageReason | GivenReason;
  /** One line for people; may hold cleaned words of guest or cluster. */
  message: string;
  /** Only for `connected`: its evidence. */
  evidence?: 'twin' | 'ping' | 'guest';
}

export type StageRule = (o: Observations, options: EvaluateOptions) => Verdict;

/**
 * A symptom of a device that cannot become ready. It becomes a terminal failure after it has lasted for `graceMs`. With
 * `Infinity` it never does: `wait` continues, and `status` reports it.
 */
export interface Suspicion {
  /** Same key: same symptom. */
  key: string;
  graceMs: number;
  cause: Cause;
}

export type FailureRule = (o: Observations, options: EvaluateOptions) => Suspicion | undefined;

/** The awaited stage, and how long symptoms last before they count. */
export interface EvaluateOptions {
  /** A terminal failure above this stage does not matter. */
  waitFor: Stage;
  /** The largest difference between the clocks of cluster and hub. */
  clockSlackMs: number;
  /** For this time, a report of the edge agent shows that it is connected; after it, edge-vm sends a ping. */
  reportLastsMs: number;
  /** In this time an autoscaler may add a node. */
  schedulingGraceMs: number;
  /** A registry's refusal (no such image, denied) is final if it lasts this long. */
  imageGraceMs: number;
  /** Any other failed pull may be a short problem: kubelet's second and third try come after 10 and 30 s. */
  pullGraceMs: number;
  /** After so many restarts of CDI's importer, its error counts as final. */
  importRestarts: number;
  /** The time for the VM controller to act. */
  controllerGraceMs: number;
  /** Volumes that do not mount, and deployments that fail, may recover by themselves. */
  slowGraceMs: number;
  /** A volume may still be attached to its old node: the attach controller detaches it there after 6 minutes. */
  detachGraceMs: number;
  /** aziot-edged tries a pull again each minute. */
  agentImageGraceMs: number;
}

/** The times that the command uses. */
export const defaultEvaluateOptions: EvaluateOptions = {
  waitFor: 'connected',
  clockSlackMs: 5_000,
  reportLastsMs: 900_000,
  schedulingGraceMs: 15_000,
  imageGraceMs: 5_000,
  pullGraceMs: 45_000,
  importRestarts: 3,
  controllerGraceMs: 3_000,
  slowGraceMs: 60_000,
  detachGraceMs: 420_000,
  agentImageGraceMs: 180_000,
};

export const yes = (reason: Verdict['reason'], message: string): Verdict => ({ status: 'True', reason, message });
export const no = (reason: Verdict['reason'], message: string): Verdict => ({ status: 'False', reason, message });
export const unknown = (reason: Verdict['reason'], message: string): Verdict => ({ status: 'Unknown', reason, message });

/** Makes a suspicion in one line. The hint names no command and no flag of edge-vm: `advice` is for those. */
export function suspect(key: string, graceMs: number, code: CauseCode, message: string, hint: string, advice: readonly Advice[] = []): Suspicion {
  return { key, graceMs, cause: { code, message, hint, ...(advice.length === 0 ? {} : { advice }) } };
}
