import type { Trials } from '../provision/create/look/trial.js';
import type { Clock } from '../support/clock.js';

/** An administrator may change a policy or a quota at any time; an apply that is refused then takes the hub device back. */
const lifeMs = 60_000;

/**
 * The manifests of which shape the API server has accepted in the last minute: of a thousand devices that are made together,
 * one of each shape is tried, instead of all.
 */
export function recentTrials(clock: Pick<Clock, 'now'>): () => Trials {
  let trials: Trials = new Map();
  let since = clock.now();
  return () => {
    if (clock.now() - since >= lifeMs) [trials, since] = [new Map(), clock.now()];
    return trials;
  };
}
