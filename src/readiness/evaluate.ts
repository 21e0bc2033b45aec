import { RUNGS, type Rung } from './types.js';
import { conditionOf } from '../cluster/virtual-machine.js';
import { deadEndRules } from './dead-ends/index.js';
import { ofPresentSettings } from './dead-ends/old-settings.js';
import { doubtOf } from './node.js';
import type { Observations } from './observations.js';
import { currentVmi } from './reading.js';
import { agentSince, timesOf } from './times.js';
import { rungRules } from './rungs/index.js';
import { unknown, yes, type EvaluateOptions, type Suspicion, type Verdict } from './verdict.js';

/** What the observations of one moment mean. */
export interface Evaluation {
  /** Highest proven rung. */
  rung: Rung | null;
  verdicts: Record<Rung, Verdict>;
  /** RFC 3339 times that the objects themselves tell, where they do. */
  since: Partial<Record<Rung, string>>;
  /** Side condition: does the guest agent answer? */
  guestAgent: Verdict & { since?: string };
  /** The lowest rung that is not proven, and what it waits for; absent once all are. */
  waiting: { rung: Rung; message: string } | undefined;
  /** A symptom of a dead end below `waitFor`; whether it lasts is for `track` to say. */
  suspicion: Suspicion | undefined;
}

/** Judges one moment. Pure: the same observations give the same answer. */
export function evaluate(o: Observations, options: EvaluateOptions): Evaluation {
  const own = Object.fromEntries(RUNGS.map((rung) => [rung, rungRules[rung](o, options)])) as Record<Rung, Verdict>;
  const rung = RUNGS.findLast((candidate) => own[candidate].status === 'True') ?? null;
  const verdicts = withImplied(own, rung);
  const next = RUNGS.find((candidate) => rankOf(candidate) > rankOf(rung));
  return {
    rung, verdicts,
    since: timesOf(o),
    guestAgent: guestAgent(o),
    waiting: next === undefined ? undefined : { rung: next, message: verdicts[next].message },
    suspicion: suspicionOf(o, options, verdicts),
  };
}

/** Position on the ladder; -1 for none. */
export function rankOf(rung: Rung | null): number {
  return rung === null ? -1 : RUNGS.indexOf(rung);
}

/**
 * A higher proven rung implies the lower. Only the identity stands apart: a VM may run well with an identity that
 * the hub refuses; nothing short of a connection proves it.
 */
function withImplied(own: Record<Rung, Verdict>, highest: Rung | null): Record<Rung, Verdict> {
  const implied = { ...own };
  for (const rung of RUNGS) {
    const floor = rung === 'identity' ? 'connected' : rung;
    if (own[rung].status === 'True' || rankOf(highest) < rankOf(floor) || highest === rung) continue;
    implied[rung] = yes('Implied', `${highest} is proven`);
  }
  return implied;
}

function suspicionOf(o: Observations, options: EvaluateOptions, verdicts: Record<Rung, Verdict>): Suspicion | undefined {
  for (const { blocks, rule, about } of deadEndRules) {
    if (rankOf(blocks) > rankOf(options.waitFor) || verdicts[options.waitFor].status === 'True') continue;
    const found = rule(o, options);
    if (found !== undefined) return ofPresentSettings(o, found, about);
  }
  return undefined;
}

function guestAgent(o: Observations): Evaluation['guestAgent'] {
  const doubt = doubtOf(o);
  if (doubt !== undefined) return doubt.verdict;
  const condition = conditionOf(currentVmi(o), 'AgentConnected');
  if (condition?.status === 'True') return { ...yes('Connected', 'the QEMU guest agent answers'), ...agentSince(o) };
  return currentVmi(o) === undefined ? unknown('NoInstance', 'the VM has no instance') : { status: 'False', reason: 'NotConnected', message: 'the QEMU guest agent does not answer (it is not needed)' };
}
