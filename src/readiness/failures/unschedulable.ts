import { set, type Advice } from '../../support/advice.js';
import { conditionOf } from '../../cluster/virtual-machine.js';
import { textAt } from '../../support/plain.js';
import type { Observations } from '../observations.js';
import { currentVmi, lastEvent, launcherPods, schedulerWords, vmiPhase } from '../reading.js';
import { suspect, type FailureRule } from '../verdict.js';

const waits: ReadonlySet<string | undefined> = new Set([undefined, 'Pending', 'Scheduling']);

/** KubeVirt also reports `Unschedulable` if the claim of an instance does not exist yet (`pkg/virt-controller/watch/vmi/lifecycle.go`); no scheduler has seen it. */
const claimMissing = /\bPVC \S+ does not exist|^failed to render launch manifest/;

/** No node takes the launcher pod, for longer than an autoscaler's first reaction. */
export const unschedulable: FailureRule = (o, options) => {
  if (!waits.has(vmiPhase(o))) return undefined;
  const condition = conditionOf(launcherPods(o)[0], 'PodScheduled') ?? conditionOf(currentVmi(o), 'PodScheduled');
  if (condition?.status !== 'False' || condition.reason !== 'Unschedulable') return undefined;
  if (scalesUp(o) || claimMissing.test(condition.message ?? '')) return undefined;
  const message = schedulerWords(condition.message);
  return suspect('unschedulable', options.schedulingGraceMs, 'unschedulable', `no node takes the VM: ${message}`, ...hint(message));
};

/** The cluster's autoscaler (or Karpenter) says that it adds a node for the pod. That takes minutes and is no failure. */
function scalesUp(o: Observations): boolean {
  const pod = launcherPods(o)[0];
  if (pod === undefined) return false;
  const last = lastEvent(o, ['TriggeredScaleUp', 'Nominated', 'NotTriggerScaleUp', 'FailedScaleUp'], [pod.metadata.name]);
  return ['TriggeredScaleUp', 'Nominated'].includes(textAt(last, 'reason') ?? '');
}

function hint(message: string): [hint: string, advice: Advice[]] {
  if (message.includes('devices.kubevirt.io/kvm')) return ['No node offers KVM: choose nodes with nested virtualization (on Azure for example Standard_D4s_v5), or set useEmulation in the KubeVirt CR for tests.', []];
  if (/Insufficient (cpu|memory)/.test(message)) return ['Add a node, or ask for less.', set('spec.vm.cpus', 'spec.vm.memory')];
  if (/taint|selector|affinity/.test(message)) return ['Compare labels and taints of the nodes with those of the device.', set('spec.vm.nodeSelector', 'spec.vm.tolerations')];
  return ['kubectl describe nodes shows their free resources.', []];
}
