import type { Condition } from '../spec/types.js';
import { readyVerdict } from './ready.js';
import { conditionType, STAGES, type Cause, type Stage } from './types.js';
import type { Evaluation } from './evaluate.js';
import type { Observations } from './observations.js';
import type { Track } from './track.js';
import type { Verdict } from './verdict.js';

interface Judged {
  observations: Observations;
  evaluation: Evaluation;
  track: Track;
  cause?: Cause;
}

/** The summary `Ready`, then one condition for each stage in the order of the stages, then that of the guest agent. */
export function conditionsOf({ evaluation, track, observations, cause }: Judged, waitFor: Stage): Condition[] {
  const condition = (type: string, verdict: Verdict, time: string): Condition => ({ type, status: verdict.status, reason: verdict.reason, message: verdict.message, lastTransitionTime: time });
  const timeOf = (stage: Stage): string => {
    const { status } = evaluation.verdicts[stage];
    const known = status === 'True' ? evaluation.since[stage] : undefined;
    const seen = track.changedAt[stage]?.at;
    return known ?? (seen === undefined ? undefined : rfc3339(seen)) ?? (status === 'True' ? reachedBy(stage, evaluation, observations) : notSince(evaluation, observations));
  };
  return [
    // The device becomes ready, and stops to be, together with the awaited stage.
    condition('Ready', readyVerdict(evaluation, waitFor, cause), timeOf(waitFor)),
    ...STAGES.map((stage) => condition(conditionType(stage), evaluation.verdicts[stage], timeOf(stage))),
    condition('GuestAgentConnected', evaluation.guestAgent, evaluation.guestAgent.since ?? notSince(evaluation, observations)),
  ];
}

/** For a stage that was reached and has no time of its own: at the latest when a higher one was. */
function reachedBy(stage: Stage, { since }: Evaluation, { now }: Observations): string {
  const higher = STAGES.slice(STAGES.indexOf(stage)).flatMap((one) => since[one] ?? []).map((time) => Date.parse(time));
  return rfc3339(Math.min(now, ...higher));
}

/**
 * For a condition that does not hold, and whose change nobody saw: the newest time in the device's own objects. Two queries give
 * the same time if nothing changes.
 */
function notSince({ since }: Evaluation, { now }: Observations): string {
  const times = Object.values(since).map((time) => Date.parse(time)).filter((time) => time <= now);
  return rfc3339(times.length === 0 ? now : Math.max(...times));
}

const rfc3339 = (ms: number): string => new Date(ms).toISOString();
