import { STAGES, type Cause, type Stage } from './types.js';
import type { Evaluation } from './evaluate.js';
import { rankOf } from './evaluate.js';

/** The memory from one evaluation to the next. Plain data. */
export interface Track {
  stage: Stage | null;
  /** Milliseconds since the epoch at which each stage was first reached. */
  reachedAt: Partial<Record<Stage, number>>;
  /** The present symptom, and since when it lasts without a break. */
  symptom: { key: string; since: number } | undefined;
  /** Status of each stage, and when it changed to it; no time if it is the same as at the first look. */
  changedAt: Partial<Record<Stage, { status: string; at?: number }>>;
}

export const noTrack: Track = { stage: null, reachedAt: {}, symptom: undefined, changedAt: {} };

export interface TrackResult {
  track: Track;
  /** Stages that are newly reached, lowest first. */
  gained: Stage[];
  /** The earlier highest stage, if it was lost. */
  lost: Stage | undefined;
  failure: Cause | undefined;
  /** When to look again if nothing happens: then a symptom becomes a terminal failure. */
  recheckAt: number | undefined;
}

/** Compares an evaluation with the ones before: what is new, and whether a symptom has lasted long enough to be a terminal failure. */
export function track(previous: Track, evaluation: Evaluation, now: number): TrackResult {
  const before = rankOf(previous.stage);
  const after = rankOf(evaluation.stage);
  const gained = STAGES.filter((stage) => rankOf(stage) > before && rankOf(stage) <= after && evaluation.verdicts[stage].status === 'True');
  const reachedAt = { ...previous.reachedAt };
  for (const stage of STAGES) if (evaluation.verdicts[stage].status === 'True') reachedAt[stage] ??= now;
  const { suspicion } = evaluation;
  const same = suspicion !== undefined && previous.symptom?.key === suspicion.key;
  const symptom = suspicion === undefined ? undefined : { key: suspicion.key, since: same ? previous.symptom!.since : now };
  const due = suspicion === undefined || symptom === undefined ? undefined : symptom.since + suspicion.graceMs;
  return {
    track: { stage: evaluation.stage, reachedAt, symptom, changedAt: changes(previous, evaluation, now) },
    gained,
    lost: after < before ? (previous.stage ?? undefined) : undefined,
    failure: due !== undefined && now >= due ? suspicion?.cause : undefined,
    recheckAt: due !== undefined && now < due && Number.isFinite(due) ? due : undefined,
  };
}

function changes(previous: Track, evaluation: Evaluation, now: number): Track['changedAt'] {
  const changedAt: Track['changedAt'] = {};
  for (const stage of STAGES) {
    const { status } = evaluation.verdicts[stage];
    const known = previous.changedAt[stage];
    changedAt[stage] = known === undefined ? { status } : known.status === status ? known : { status, at: now };
  }
  return changedAt;
}
