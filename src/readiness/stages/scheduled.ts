import { conditionOf, runStrategyOf } from '../../cluster/virtual-machine.js';
import { textAt } from '../../support/plain.js';
import { instanceNotRead } from '../not-read.js';
import { given } from '../reasons.js';
import { currentVmi, inTheWay, launcherPods, schedulerWords, vmiPhase } from '../reading.js';
import { no, yes, type StageRule } from '../verdict.js';

const beyond: ReadonlySet<string> = new Set(['Scheduled', 'Running']);

/** The launcher pod has a node. */
export const scheduled: StageRule = (o) => {
  const vmi = currentVmi(o);
  if (vmi === undefined) {
    const notRead = instanceNotRead(o);
    if (notRead !== undefined) return notRead;
    const halted = runStrategyOf(o.vm) === 'Halted';
    return halted ? no('Stopped', 'the VM is stopped') : no('NoInstance', `the VM has no instance yet${inTheWay(o)}`);
  }
  const phase = vmiPhase(o) ?? 'Pending';
  if (beyond.has(phase)) return yes('Scheduled', `on node ${textAt(vmi.status, 'nodeName') ?? 'unknown'}`);
  const pod = launcherPods(o)[0];
  const node = textAt(pod?.spec, 'nodeName');
  if (node !== undefined && phase === 'Scheduling') return yes('Scheduled', `on node ${node}`);
  // The VM controller copies the pod's condition, so this also works without the right to see pods.
  const condition = conditionOf(pod, 'PodScheduled') ?? conditionOf(vmi, 'PodScheduled');
  if (condition?.status === 'False') return no(given(condition.reason ?? 'Unschedulable'), schedulerWords(condition.message));
  return no(given(phase), `${phase === 'Pending' ? 'the VM waits for its disks' : 'the VM waits for a node'}${inTheWay(o)}`);
};
