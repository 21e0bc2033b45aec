import { listAt, textAt } from '../../support/plain.js';
import { doubtOf } from '../node.js';
import { instanceNotRead } from '../not-read.js';
import { given } from '../reasons.js';
import { currentVmi, inTheWay, isRunning, launcherPods, vmiPhase, words } from '../reading.js';
import { no, yes, type StageRule } from '../verdict.js';

/** The guest's virtual hardware runs. */
export const running: StageRule = (o) => {
  const vmi = currentVmi(o);
  const doubt = instanceNotRead(o) ?? doubtOf(o)?.verdict;
  if (doubt !== undefined) return doubt;
  if (vmi !== undefined && isRunning(o)) {
    const ip = textAt(vmi.status, 'interfaces', 0, 'ipAddress');
    return yes('Running', ip === undefined ? 'the instance runs' : `the instance runs, address ${ip}`);
  }
  if (vmi?.metadata.deletionTimestamp !== undefined) return no('Stopping', 'the instance is being stopped');
  const waiting = launcherPods(o)[0] === undefined ? undefined : containerWait(launcherPods(o)[0]?.status);
  if (waiting !== undefined) return no(given(waiting.reason), waiting.message);
  if (vmi === undefined) return no('NoInstance', 'the VM has no instance');
  const phase = vmiPhase(o) ?? 'Pending';
  return no(given(phase), `the instance is ${phase}${inTheWay(o)}`);
};

/** Why a container of the launcher pod waits, if it is more than starting. */
export function containerWait(status: unknown): { reason: string; message: string } | undefined {
  for (const container of [...listAt(status, 'initContainerStatuses'), ...listAt(status, 'containerStatuses')]) {
    const reason = textAt(container, 'state', 'waiting', 'reason');
    if (reason === undefined || reason === 'PodInitializing' || reason === 'ContainerCreating') continue;
    return { reason, message: `container ${textAt(container, 'name') ?? ''}: ${words(textAt(container, 'state', 'waiting', 'message')) || reason}` };
  }
  return undefined;
}
