import { STAGES, type Stage } from './types.js';
import { conditionOf } from '../cluster/virtual-machine.js';
import { failureRules } from './failures/index.js';
import { ofPresentSettings } from './failures/old-settings.js';
import { doubtOf } from './node.js';
import { instanceNotRead } from './not-read.js';
import type { Observations } from './observations.js';
import { currentVmi } from './reading.js';
import { agentSince, timesOf } from './times.js';
import { stageRules } from './stages/index.js';
import { unknown, yes, type EvaluateOptions, type Suspicion, type Verdict } from './verdict.js';

/** The meaning of the observations of one moment. */
export interface Evaluation {
  /** The highest stage that is reached. */
  stage: Stage | null;
  verdicts: Record<Stage, Verdict>;
  /** RFC 3339 times from the objects themselves, if they have them. */
  since: Partial<Record<Stage, string>>;
  /** Side condition: does the guest agent answer? */
  guestAgent: Verdict & { since?: string };
  /** The lowest stage that is not reached, and what it waits for; absent if all are reached. */
  waiting: { stage: Stage; message: string } | undefined;
  /** A symptom of a terminal failure below `waitFor`; `track` decides whether it lasts. */
  suspicion: Suspicion | undefined;
}

/** Judges one moment. Pure: the same observations give the same answer. */
export function evaluate(o: Observations, options: EvaluateOptions): Evaluation {
  const own = Object.fromEntries(STAGES.map((stage) => [stage, stageRules[stage](o, options)])) as Record<Stage, Verdict>;
  const stage = STAGES.findLast((candidate) => own[candidate].status === 'True') ?? null;
  const verdicts = withImplied(own, stage);
  const next = STAGES.find((candidate) => rankOf(candidate) > rankOf(stage));
  return {
    stage, verdicts,
    since: timesOf(o),
    guestAgent: guestAgent(o),
    waiting: next === undefined ? undefined : { stage: next, message: verdicts[next].message },
    suspicion: suspicionOf(o, options, verdicts),
  };
}

/** Position of a stage; -1 for none. */
export function rankOf(stage: Stage | null): number {
  return stage === null ? -1 : STAGES.indexOf(stage);
}

/**
 * A higher stage implies the lower ones. Only the identity is different: a VM may run well with an identity that the hub
 * refuses. So only a connection implies it.
 */
function withImplied(own: Record<Stage, Verdict>, highest: Stage | null): Record<Stage, Verdict> {
  const implied = { ...own };
  for (const stage of STAGES) {
    const floor = stage === 'identity' ? 'connected' : stage;
    if (own[stage].status === 'True' || rankOf(highest) < rankOf(floor) || highest === stage) continue;
    implied[stage] = yes('Implied', `${highest} is reached`);
  }
  return implied;
}

function suspicionOf(o: Observations, options: EvaluateOptions, verdicts: Record<Stage, Verdict>): Suspicion | undefined {
  for (const { blocks, rule, about } of failureRules) {
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
  return currentVmi(o) === undefined ? instanceNotRead(o) ?? unknown('NoInstance', 'the VM has no instance') : { status: 'False', reason: 'NotConnected', message: 'the QEMU guest agent does not answer (it is not needed)' };
}
