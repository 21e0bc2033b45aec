import type { KubeObject } from '../cluster/types.js';
import { conditionOf } from '../cluster/virtual-machine.js';
import { cleanText } from '../identity/index.js';
import { listAt, textAt } from '../support/plain.js';
import type { Observations } from './observations.js';
import type { StageRecord } from './records/record.js';

/** A line from the cluster or the guest, safe to show. */
export function words(text: string | undefined, max = 300): string {
  return cleanText(text ?? '', { max });
}

/** What the scheduler's plugin for resource claims (DRA) adds, also for pods without one (`dynamicresources.go`, PostFilter). */
const afterwords = /(?:\s*(?:no new claims to deallocate|still not schedulable)\.?)?[\s,]*$/;

/** The scheduler's reason, without its sentence about preemption, which repeats the count and hides the reason. */
export function schedulerWords(text: string | undefined): string {
  return words((text ?? '').replace(/\s*preemption: [^]*$/, '').replace(afterwords, ''));
}

/** Phase of the instance; `undefined` if there is none, or if it belongs to a deleted VM. */
export function vmiPhase(o: Observations): string | undefined {
  return currentVmi(o) === undefined ? undefined : textAt(o.vmi?.status, 'phase');
}

/** The instance of the VM as it is now. */
export function currentVmi(o: Observations): KubeObject | undefined {
  const { vm, vmi } = o;
  if (vmi === undefined) return undefined;
  const owners = vmi.metadata.ownerReferences ?? [];
  const foreign = vm !== undefined && owners.length > 0 && !owners.some((owner) => owner.uid === vm.metadata.uid);
  return foreign ? undefined : vmi;
}

/** Binds an answer to the instance of the question. A uid, unlike a time, does not depend on two clocks. */
export function instanceOf(o: Observations): { instance?: string } {
  const uid = currentVmi(o)?.metadata.uid;
  return uid === undefined ? {} : { instance: uid };
}

/** The instance runs, and nobody is stopping it. */
export function isRunning(o: Observations): boolean {
  return vmiPhase(o) === 'Running' && o.vmi?.metadata.deletionTimestamp === undefined;
}

/** The problem that VM or instance report, in brackets; empty if they report none. */
export function inTheWay(o: Observations): string {
  const vmi = currentVmi(o);
  const [condition, bad] = vmi === undefined ? [conditionOf(o.vm, 'Failure'), 'True'] : [conditionOf(vmi, 'Synchronized'), 'False'];
  const said = condition?.status === bad ? words(condition.message) || words(condition.reason) : '';
  return said === '' ? '' : ` (${said})`;
}

/** When the instance began to run (its creation, if it has no such time), in milliseconds since the epoch. */
export function runningSince(o: Observations): number | undefined {
  const vmi = currentVmi(o);
  const stamps = listAt(vmi?.status, 'phaseTransitionTimestamps');
  const running = stamps.find((stamp) => textAt(stamp, 'phase') === 'Running');
  const time = textAt(running, 'phaseTransitionTimestamp') ?? vmi?.metadata.creationTimestamp;
  return time === undefined ? undefined : parseTime(time);
}

export function parseTime(time: string): number | undefined {
  const value = Date.parse(time);
  return Number.isNaN(value) ? undefined : value;
}

/** Launcher pods of the current instance, newest first. */
export function launcherPods(o: Observations): KubeObject[] {
  const vmi = currentVmi(o);
  if (vmi === undefined) return [];
  const mine = Object.values(o.pods).filter((pod) => {
    const owners = pod.metadata.ownerReferences ?? [];
    return owners.length === 0 || owners.some((owner) => owner.uid === vmi.metadata.uid);
  });
  return mine.sort(byAge);
}

function byAge(a: KubeObject, b: KubeObject): number {
  const order = (b.metadata.creationTimestamp ?? '').localeCompare(a.metadata.creationTimestamp ?? '');
  return order === 0 ? a.metadata.name.localeCompare(b.metadata.name) : order;
}

/** The guest's newest record, if it came from a pod of the instance that runs now. */
export function guestRecord(o: Observations): StageRecord | undefined {
  if (o.guest === undefined || !isRunning(o)) return undefined;
  const { podUid, record } = o.guest;
  return launcherPods(o).some((pod) => pod.metadata.uid === podUid) ? record : undefined;
}

/** Newest event of that reason about any of the objects. */
export function lastEvent(o: Observations, reasons: readonly string[], about: readonly string[]): KubeObject | undefined {
  return Object.values(o.events)
    .filter((event) => reasons.includes(textAt(event, 'reason') ?? '') && about.includes(textAt(event, 'involvedObject', 'name') ?? ''))
    .sort((a, b) => eventTime(b) - eventTime(a))[0];
}

/**
 * The newest event of a failure, unless a later event says that it is over. Events stay longer than their objects: an
 * event that is older than the object is about another one of that name.
 */
export function standingFailure(o: Observations, about: KubeObject, { failures, successes }: { failures: readonly string[]; successes: readonly string[] }): KubeObject | undefined {
  const event = lastEvent(o, [...failures, ...successes], [about.metadata.name]);
  const born = parseTime(about.metadata.creationTimestamp ?? '') ?? 0;
  return event === undefined || !failures.includes(textAt(event, 'reason') ?? '') || eventTime(event) < born - 1000 ? undefined : event;
}

function eventTime(event: KubeObject): number {
  const time = textAt(event, 'lastTimestamp') ?? textAt(event, 'series', 'lastObservedTime') ?? textAt(event, 'eventTime') ?? event.metadata.creationTimestamp;
  return time === undefined ? 0 : (parseTime(time) ?? 0);
}
