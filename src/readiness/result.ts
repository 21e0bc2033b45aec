import { edgeDeviceOwnerOf } from '../cluster/owned.js';
import type { KubeObject } from '../cluster/types.js';
import { conditionsOf } from './conditions.js';
import { emptyResult } from './empty-result.js';
import { pendingOf } from './pending.js';
import { restartRequired } from './restart.js';
import { textAt } from '../support/plain.js';
import type { Cause, DeviceResult, Stage } from './types.js';
import type { Evaluation } from './evaluate.js';
import type { Observations } from './observations.js';
import { currentVmi, guestRecord, vmiPhase, words } from './reading.js';
import type { Track } from './track.js';

/** The end of following a device; `cause` is absent if the awaited stage was reached. */
export interface FollowOutcome {
  observations: Observations;
  evaluation: Evaluation;
  track: Track;
  /** Seconds from the start of the command to each stage that was reached while it ran. */
  seconds: Partial<Record<Stage, number>>;
  warnings: string[];
  cause?: Cause;
  /** The time was up before everything was read. */
  unread?: true;
}

/** The object that `create`, `wait` and `status` print. */
export function resultOf(outcome: FollowOutcome, about: { name: string; namespace: string; waitFor: Stage }): DeviceResult {
  const { observations: o, evaluation, seconds, warnings, cause } = outcome;
  const vmi = currentVmi(o);
  const restart = restartRequired(o.vm);
  return {
    ...emptyResult(about.name, about.namespace),
    ready: evaluation.verdicts[about.waitFor].status === 'True' && cause === undefined,
    stage: evaluation.stage,
    device: o.device,
    ...ownerIn(o.vm),
    vm: {
      phase: vmiPhase(o) ?? null,
      status: textAt(o.vm?.status, 'printableStatus') ?? null,
      node: textAt(vmi?.status, 'nodeName') ?? null,
      ip: textAt(vmi?.status, 'interfaces', 0, 'ipAddress') ?? null,
    },
    edge: edgeOf(o, evaluation.verdicts.connected.evidence ?? null),
    conditions: conditionsOf(outcome, about.waitFor),
    seconds,
    warnings: restart === undefined ? warnings : [...warnings, restart],
    ...(cause === undefined ? {} : { cause }),
    ...(outcome.unread === true ? { unread: true } : {}),
    ...retryingOf(o),
    ...pendingOf(o.vm, vmi),
  };
}

function ownerIn(vm: KubeObject | undefined): Pick<DeviceResult, 'owner'> {
  const owner = edgeDeviceOwnerOf(vm);
  return owner === undefined ? {} : { owner: { kind: 'EdgeDevice', name: owner.name } };
}

function retryingOf(o: Observations): Pick<DeviceResult, 'retrying'> {
  const record = guestRecord(o);
  if (record?.state !== 'retrying') return {};
  return { retrying: { step: record.stage, attempt: record.attempt, code: record.code ?? null, message: record.message ?? null } };
}

function edgeOf(o: Observations, evidence: DeviceResult['edge']['evidence']): DeviceResult['edge'] {
  const twin = o.hub.twin?.value;
  const reported = twin?.reported;
  const modules = { ...reported?.systemModules, ...reported?.modules };
  const agent = reported?.systemModules?.['edgeAgent'];
  return {
    code: reported?.lastDesiredStatus?.code ?? null,
    description: words(reported?.lastDesiredStatus?.description) || null,
    runtimeStatus: words(agent?.runtimeStatus, 40) || null,
    connectionState: twin?.connectionState ?? null,
    modules: Object.entries(modules).map(([name, report]) => ({ name: words(name, 60), status: words(report.runtimeStatus, 40) || null, restarts: report.restartCount ?? null })),
    evidence,
  };
}
