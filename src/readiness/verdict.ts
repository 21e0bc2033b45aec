import type { Advice } from '../support/advice.js';
import type { CauseCode } from '../support/causes.js';
import type { Cause, Stage } from './types.js';
import type { Observations } from './observations.js';

/** What a stage's rule says of the observations. */
export interface Verdict {
  status: 'True' | 'False' | 'Unknown';
  /** CamelCase word. */
  reason: string;
  /** One line for people; may hold what guest or cluster said, cleaned. */
  message: string;
  /** Only of `connected`: what it rests on. */
  evidence?: 'twin' | 'ping' | 'guest';
}

export type StageRule = (o: Observations, options: EvaluateOptions) => Verdict;

/**
 * A symptom of a device that cannot become ready. It is a terminal failure once it has been seen for `graceMs` on end; with
 * `Infinity` never: who waits goes on waiting, and `status` tells it.
 */
export interface Suspicion {
  /** Same key: same symptom. */
  key: string;
  graceMs: number;
  cause: Cause;
}

export type FailureRule = (o: Observations, options: EvaluateOptions) => Suspicion | undefined;

export interface EvaluateOptions {
  /** A terminal failure above this stage does not matter. */
  waitFor: Stage;
  /** How far the cluster's and the hub's clock may be apart. */
  clockSlackMs: number;
  /** For so long a report of the edge agent proves that it is connected; later it is pinged. */
  reportLastsMs: number;
  /** An autoscaler may add a node meanwhile. */
  schedulingGraceMs: number;
  /** A registry's refusal (no such image, denied) stays one, if it is not of the moment. */
  imageGraceMs: number;
  /** Any other failure to pull may be a hiccup: kubelet's second and third try come after 10 and 30 s. */
  pullGraceMs: number;
  /** Restarts of CDI's importer after which its error is taken as final. */
  importRestarts: number;
  /** The VM controller is given this long to act on what was asked of it. */
  controllerGraceMs: number;
  /** Volumes that do not mount, and deployments that fail, may mend themselves. */
  slowGraceMs: number;
  /** A volume may still be attached to the node that had it: the attach controller takes it away there after 6 minutes. */
  detachGraceMs: number;
  /** aziot-edged tries a pull anew each minute. */
  agentImageGraceMs: number;
}

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

export const yes = (reason: string, message: string): Verdict => ({ status: 'True', reason, message });
export const no = (reason: string, message: string): Verdict => ({ status: 'False', reason, message });
export const unknown = (reason: string, message: string): Verdict => ({ status: 'Unknown', reason, message });

/** A suspicion, in one line where it is raised. The hint names no command of edge-vm's and no flag: `advice` is for those. */
export function suspect(key: string, graceMs: number, code: CauseCode, message: string, hint: string, advice: readonly Advice[] = []): Suspicion {
  return { key, graceMs, cause: { code, message, hint, ...(advice.length === 0 ? {} : { advice }) } };
}
