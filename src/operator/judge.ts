import { evaluate, type Evaluation } from '../readiness/evaluate.js';
import type { Observations } from '../readiness/observations.js';
import { noTrack, track, type Track, type TrackResult } from '../readiness/track.js';
import { defaultEvaluateOptions, type EvaluateOptions } from '../readiness/verdict.js';
import type { EdgeDeviceStatus } from './types.js';

/**
 * A report of the edge agent has no age here: a healthy agent says nothing for days, and to ping each device each quarter of
 * an hour would be most of the operator's requests. If the hub says that the connection is lost, a ping decides (`looks.ts`).
 */
export const options: EvaluateOptions = { ...defaultEvaluateOptions, reportLastsMs: Number.POSITIVE_INFINITY };

/** The meaning of the observations, compared with what the operator or the resource's status knew before. */
export function judge(o: Observations, before: Track | undefined, status: EdgeDeviceStatus): { evaluation: Evaluation; tracked: TrackResult } {
  const evaluation = evaluate(o, options);
  return { evaluation, tracked: track(before ?? trackOf(status, evaluation), evaluation, o.now) };
}

/** After a restart of the operator: a symptom that was a failure already stays one, and does not have to last again. */
function trackOf({ stage, cause }: EdgeDeviceStatus, { suspicion }: Evaluation): Track {
  const same = suspicion !== undefined && cause?.code === suspicion.cause.code;
  return { ...noTrack, stage: stage ?? null, symptom: same ? { key: suspicion.key, since: 0 } : undefined };
}
