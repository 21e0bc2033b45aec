import { camelCase } from '../readiness/ready.js';
import { given } from '../readiness/reasons.js';
import type { Cause, DeviceResult } from '../readiness/types.js';
import type { Condition } from '../spec/types.js';
import { EdgeVmError } from '../support/errors.js';
import { isMapping, textAt } from '../support/plain.js';
import type { Reason } from './reasons.js';
import type { StatusCondition } from './types.js';
import { inOneLine, sentences } from './words.js';

/** A condition, with the time of its last change if something else than this process knows it. */
export type Wanted = Omit<Condition, 'lastTransitionTime' | 'reason'> & { reason: Reason; lastTransitionTime?: string };

/** A condition as the readiness rules or an earlier status have it. */
export function passedOn(condition: Condition): Wanted {
  return { ...condition, reason: given(condition.reason) };
}

/**
 * The conditions as they go into a status. A condition whose status did not change keeps the time that the resource has, so
 * a restart of the operator changes no time.
 */
export function stamp(wanted: readonly Wanted[], before: unknown, generation: number, now: number): StatusCondition[] {
  const known = new Map((Array.isArray(before) ? before : []).filter(isMapping).map((one) => [textAt(one, 'type'), one]));
  return wanted.map(({ type, status, reason, message, lastTransitionTime }) => {
    const old = known.get(type);
    const oldTime = textAt(old, 'lastTransitionTime');
    const kept = textAt(old, 'status') === status ? oldTime : undefined;
    return { type, status, reason, message: inOneLine(message), observedGeneration: generation, lastTransitionTime: kept ?? seconds(changedAt({ status, lastTransitionTime }, oldTime, now)) };
  });
}

/** The objects themselves know when a stage was reached. For all else, this moment is the change, unless this is the first look. */
function changedAt({ status, lastTransitionTime }: { status: string; lastTransitionTime: string | undefined }, before: string | undefined, now: number): number {
  const own = lastTransitionTime === undefined ? Number.NaN : Date.parse(lastTransitionTime);
  if (Number.isNaN(own)) return now;
  if (before === undefined) return Math.min(own, now);
  return status === 'True' && own > Date.parse(before) ? Math.min(own, now) : now;
}

/** As Kubernetes writes its times. */
function seconds(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** The spec is valid, and nothing refuses the device. */
export const accepted: Wanted = { type: 'Accepted', status: 'True', reason: 'Valid', message: 'the spec is valid, and nothing refuses the device' };

const reasons: Readonly<Record<string, Reason>> = { 'invalid-input': 'InvalidSpec' };

/** The reason of an error as a word of a condition: `not-owned` → `NotOwned`. */
export function reasonOf(error: unknown): Reason {
  return EdgeVmError.is(error) ? (reasons[error.code] ?? given(camelCase(error.code))) : 'Unexpected';
}

/** With the hint: many people see only a condition or an Event. */
export function inFull({ message, hint }: Pick<Cause, 'message' | 'hint'>): string {
  return inOneLine(hint === undefined ? message : sentences(message, hint));
}

/** Whether the applied settings are in effect. */
export function upToDate({ pending }: Pick<DeviceResult, 'pending'>, isApplied: boolean): Wanted {
  const of = (status: Wanted['status'], reason: Reason, message: string): Wanted => ({ type: 'UpToDate', status, reason, message });
  if (pending?.effect === 'restart') return of('False', 'RestartRequired', 'the VM runs with settings from before the last change: restart it');
  if (pending?.effect === 'first-boot') return of('False', 'FirstBootRequired', `the first boot of the guest began with other settings: set spec.firstBootGeneration to ${pending.generation} and restart the VM`);
  return isApplied ? of('True', 'InEffect', 'the settings of the spec are in effect') : of('Unknown', 'NotApplied', 'the spec is not applied yet');
}
