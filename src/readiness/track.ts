import { RUNGS, type Cause, type Rung } from './types.js';
import type { Evaluation } from './evaluate.js';
import { rankOf } from './evaluate.js';

/** What must be remembered from one evaluation to the next. Pure data. */
export interface Track {
  rung: Rung | null;
  /** Milliseconds since the epoch at which each rung was first proven. */
  provenAt: Partial<Record<Rung, number>>;
  /** The present symptom, and since when it has been seen without a break. */
  symptom: { key: string; since: number } | undefined;
  /** Status of each rung, and when it was seen to change to it; no time while it is what it was at the first look. */
  changedAt: Partial<Record<Rung, { status: string; at?: number }>>;
}

export const noTrack: Track = { rung: null, provenAt: {}, symptom: undefined, changedAt: {} };

export interface TrackResult {
  track: Track;
  /** Rungs proven now that were not before, lowest first. */
  gained: Rung[];
  /** The highest rung was lost; what it was. */
  lost: Rung | undefined;
  deadEnd: Cause | undefined;
  /** When to look again, if nothing happens, since a symptom becomes a dead end then. */
  recheckAt: number | undefined;
}

/** Puts an evaluation into its history: what is new, and whether a symptom has lasted long enough to be a dead end. */
export function track(previous: Track, evaluation: Evaluation, now: number): TrackResult {
  const before = rankOf(previous.rung);
  const after = rankOf(evaluation.rung);
  const gained = RUNGS.filter((rung) => rankOf(rung) > before && rankOf(rung) <= after && evaluation.verdicts[rung].status === 'True');
  const provenAt = { ...previous.provenAt };
  for (const rung of RUNGS) if (evaluation.verdicts[rung].status === 'True') provenAt[rung] ??= now;
  const { suspicion } = evaluation;
  const same = suspicion !== undefined && previous.symptom?.key === suspicion.key;
  const symptom = suspicion === undefined ? undefined : { key: suspicion.key, since: same ? previous.symptom!.since : now };
  const due = suspicion === undefined || symptom === undefined ? undefined : symptom.since + suspicion.graceMs;
  return {
    track: { rung: evaluation.rung, provenAt, symptom, changedAt: changes(previous, evaluation, now) },
    gained,
    lost: after < before ? (previous.rung ?? undefined) : undefined,
    deadEnd: due !== undefined && now >= due ? suspicion?.cause : undefined,
    recheckAt: due !== undefined && now < due && Number.isFinite(due) ? due : undefined,
  };
}

function changes(previous: Track, evaluation: Evaluation, now: number): Track['changedAt'] {
  const changedAt: Track['changedAt'] = {};
  for (const rung of RUNGS) {
    const { status } = evaluation.verdicts[rung];
    const known = previous.changedAt[rung];
    changedAt[rung] = known === undefined ? { status } : known.status === status ? known : { status, at: now };
  }
  return changedAt;
}
