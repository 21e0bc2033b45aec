import type { KubeObject } from '../../cluster/types.js';
import { at, listAt, textAt } from '../../support/plain.js';
import { amountOf } from './quantity.js';
import type { Demand, Requests } from './types.js';

/** What is free on a node. */
export interface Room extends Requests {
  node: KubeObject;
  pods: number;
}

/** The free part of each node: what it can give, without what its pods ask for. */
export function roomsOf(nodes: readonly KubeObject[], pods: readonly KubeObject[]): Room[] {
  const rooms = nodes.map((node): Room => {
    const of = (what: string): number => amountOf(at(node.status, 'allocatable', what));
    return { node, cpu: of('cpu'), memory: of('memory'), kvm: of('devices.kubevirt.io/kvm'), pods: of('pods') || Number.POSITIVE_INFINITY };
  });
  const byName = new Map(rooms.map((room) => [room.node.metadata.name, room]));
  for (const pod of pods) {
    const room = byName.get(textAt(pod.spec, 'nodeName') ?? '');
    const phase = textAt(pod.status, 'phase');
    if (room === undefined || phase === 'Succeeded' || phase === 'Failed') continue;
    room.cpu -= podRequest(pod, 'cpu');
    room.memory -= podRequest(pod, 'memory');
    room.kvm -= podRequest(pod, 'devices.kubevirt.io/kvm');
    room.pods -= 1;
  }
  return rooms;
}

/** As the scheduler counts: containers and sidecars together, or the largest container that runs before them, if that is more. */
export function podRequest({ spec }: KubeObject, what: string): number {
  const request = (container: unknown): number => amountOf(at(container, 'resources', 'requests', what) ?? at(container, 'resources', 'limits', what));
  const init = listAt(spec, 'initContainers');
  const sidecars = init.filter((one) => textAt(one, 'restartPolicy') === 'Always');
  const before = init.filter((one) => !sidecars.includes(one)).map(request);
  const together = [...listAt(spec, 'containers'), ...sidecars].reduce<number>((sum, one) => sum + request(one), 0);
  return Math.max(together, ...before) + amountOf(at(spec, 'overhead', what));
}

/** Why a node may not run a device, in words; `undefined` if it may, its room apart. */
export function refusalOf({ metadata, spec, status }: KubeObject, demand: Demand): string | undefined {
  const labels = metadata.labels ?? {};
  if (labels['kubevirt.io/schedulable'] !== 'true') return 'KubeVirt does not run on it';
  if (!listAt(status, 'conditions').some((one) => textAt(one, 'type') === 'Ready' && textAt(one, 'status') === 'True')) return 'it is not ready';
  if (at(spec, 'unschedulable') === true) return 'it is cordoned';
  if (labels['kubernetes.io/arch'] !== demand.architecture) return `its architecture is not ${demand.architecture}`;
  const missing = Object.entries(demand.nodeSelector).find(([key, value]) => labels[key] !== value);
  if (missing !== undefined) return `it has no label ${missing.join('=')}`;
  if (!fitsAffinity(demand.nodeAffinity, labels)) return 'the node affinity of the template excludes it';
  const taint = listAt(spec, 'taints').find((one) => ['NoSchedule', 'NoExecute'].includes(textAt(one, 'effect') ?? '') && !demand.tolerations.some((toleration) => tolerates(toleration, one)));
  return taint === undefined ? undefined : `its taint ${textAt(taint, 'key')}${textAt(taint, 'value') === undefined ? '' : `=${textAt(taint, 'value')}`}:${textAt(taint, 'effect')} is not tolerated`;
}

/** https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/ */
function tolerates(toleration: unknown, taint: unknown): boolean {
  const [key, effect] = [textAt(toleration, 'key') ?? '', textAt(toleration, 'effect') ?? ''];
  if (effect !== '' && effect !== textAt(taint, 'effect')) return false;
  const exists = textAt(toleration, 'operator') === 'Exists';
  if (key === '') return exists;
  return key === textAt(taint, 'key') && (exists || (textAt(toleration, 'value') ?? '') === (textAt(taint, 'value') ?? ''));
}

/** One of the terms must fit; an operator that is not known here counts as fitting. */
function fitsAffinity(affinity: unknown, labels: Readonly<Record<string, string>>): boolean {
  const terms = listAt(affinity, 'nodeSelectorTerms');
  return terms.length === 0 || terms.some((term) => listAt(term, 'matchExpressions').every((one) => {
    const value = labels[textAt(one, 'key') ?? ''];
    const values = listAt(one, 'values');
    switch (textAt(one, 'operator')) {
      case 'In': return value !== undefined && values.includes(value);
      case 'NotIn': return value === undefined || !values.includes(value);
      case 'Exists': return value !== undefined;
      case 'DoesNotExist': return value === undefined;
      default: return true;
    }
  }));
}
