import type { Consequence } from '../../provision/create/prepared.js';
import { toConfirm } from '../../provision/create/index.js';
import type { Cause, Change } from '../../readiness/types.js';
import { changeOf } from '../outcome.js';
import type { Removal } from '../prune.js';
import type { PlannedDevice } from './plan.js';

/** What applying will do with a device. `refused`: `cause` says why it cannot be applied. */
export type PlannedAction = 'create' | 'change' | 'unchanged' | 'remove' | 'refused';

/** One line of a plan: plain data, without secrets. */
export interface PlanItem {
  name: string;
  namespace: string;
  /** Where it stands in the files; absent for a removal. */
  place?: string;
  action: PlannedAction;
  /** The changes of its fields, with their effects. */
  fields: Consequence[];
  /** The changes of its objects. */
  objects: Change[];
  /** Settings that get into effect only at a restart of the machine, or at a first boot of its disk. */
  needs: ('restart' | 'first-boot')[];
  /** A question comes before this. */
  asks: boolean;
  warnings: string[];
  cause?: Cause;
}

/** A plan as data. */
export function planItems(planned: readonly PlannedDevice[], removals: readonly Removal[]): PlanItem[] {
  return [...planned.map(itemOf), ...removals.map(({ name, namespace, keepsDisks }): PlanItem => ({
    name, namespace, action: 'remove', fields: [], objects: [{ kind: 'VirtualMachine', name, outcome: 'deleted', detail: keepsDisks ? 'its disks stay (spec.deletionPolicy is Retain), and the hub device' : 'with its disks; the hub device stays' }], needs: [], asks: true, warnings: [],
  }))];
}

function itemOf({ name, namespace, place, prepared, failed, missing }: PlannedDevice): PlanItem {
  const about = { name, namespace, place };
  if (missing === true) return { ...about, action: 'create', fields: [], objects: [], needs: [], asks: false, warnings: [] };
  if (prepared === undefined) {
    return { ...about, action: 'refused', fields: [], objects: [], needs: [], asks: false, warnings: failed?.warnings ?? [], ...(failed?.cause === undefined ? {} : { cause: failed.cause }) };
  }
  const { consequences, changes, warnings, request, runsOldSettings } = prepared;
  const whole = changeOf(changes);
  const needs = (['restart', 'first-boot'] as const).filter((effect) => prepared.live.vm !== undefined && (consequences.some((one) => one.effect === effect) || (effect === 'restart' && runsOldSettings)));
  const restarts = request.restart === true && needs.includes('restart') ? [{ kind: 'VirtualMachine', name, outcome: 'changed', detail: 'restarted' } as const] : [];
  return {
    ...about, action: whole === 'created' ? 'create' : whole === 'unchanged' && restarts.length === 0 ? 'unchanged' : 'change',
    fields: [...consequences], objects: whole === 'unchanged' ? restarts : changes.filter(({ outcome }) => outcome !== 'unchanged'), needs,
    asks: toConfirm(prepared).length > 0, warnings: [...warnings],
  };
}

/** The number of devices by action. */
export function actionsOf(items: readonly PlanItem[]): Record<PlannedAction, number> {
  const counts: Record<PlannedAction, number> = { create: 0, change: 0, unchanged: 0, remove: 0, refused: 0 };
  for (const { action } of items) counts[action] += 1;
  return counts;
}
