import { conditionOf, dataVolumeTemplates } from '../cluster/virtual-machine.js';
import { listAt, textAt } from '../support/plain.js';
import type { Stage } from './types.js';
import type { Observations } from './observations.js';
import { currentVmi, guestRecord, parseTime, runningSince } from './reading.js';
import type { GuestStep } from './records/record.js';

/** When each stage was reached, as far as the objects, the guest and the hub show (RFC 3339, whole seconds). */
export function timesOf(o: Observations): Partial<Record<Stage, string>> {
  const times: Partial<Record<Stage, number | undefined>> = {
    applied: time(o.vm?.metadata.creationTimestamp),
    disk: diskTime(o),
    scheduled: phaseTime(o, 'Scheduled'),
    running: phaseTime(o, 'Running'),
    ...guestTimes(o),
    ...hubTimes(o),
  };
  const known = Object.entries(times).filter((entry): entry is [Stage, number] => entry[1] !== undefined);
  return Object.fromEntries(known.map(([stage, ms]) => [stage, format(Math.min(ms, o.now))]));
}

/** When the QEMU guest agent began to answer. */
export function agentSince(o: Observations): { since?: string } {
  const ms = time(conditionOf(currentVmi(o), 'AgentConnected')?.lastTransitionTime);
  return ms === undefined ? {} : { since: format(ms) };
}

/** The time of the last disk; CDI's condition `Ready` changes with the phase. */
function diskTime(o: Observations): number | undefined {
  const names = dataVolumeTemplates(o.vm).map(({ name }) => name);
  const times = names.map((name) => time(conditionOf(o.dataVolumes[name], 'Ready')?.lastTransitionTime));
  return times.length > 0 && times.every((one) => one !== undefined) ? Math.max(...times) : undefined;
}

function phaseTime(o: Observations, phase: string): number | undefined {
  const stamps = listAt(currentVmi(o)?.status, 'phaseTransitionTimestamps');
  return time(textAt(stamps.find((stamp) => textAt(stamp, 'phase') === phase), 'phaseTransitionTimestamp'));
}

const steps: readonly [Stage, GuestStep][] = [['engine', 'engine'], ['runtime', 'runtime'], ['configured', 'config']];

/** By the guest's clock when it is right. Steps of an earlier boot count from this boot on. */
function guestTimes(o: Observations): Partial<Record<Stage, number | undefined>> {
  const record = guestRecord(o);
  const agent = time(conditionOf(currentVmi(o), 'AgentConnected')?.lastTransitionTime);
  if (record === undefined) return { booted: agent };
  const since = runningSince(o);
  if (record.done.clock === undefined || since === undefined) return {};
  // No guest boots before its instance runs, whatever its clock says.
  const boot = Math.max(since, (record.time - record.up) * 1000);
  const done = steps.filter(([, step]) => record.done[step] !== undefined).map(([stage, step]) => [stage, boot + record.done[step]! * 1000]);
  return { booted: boot, ...Object.fromEntries(done) };
}

/** The agent's last report, if it is of this instance: it was connected then at the latest. */
function hubTimes(o: Observations): Partial<Record<Stage, number>> {
  const reported = time(o.hub.twin?.value?.reported.$metadata?.$lastUpdated);
  const since = runningSince(o);
  return reported === undefined || since === undefined || reported < since ? {} : { connected: reported, deployed: reported };
}

function time(text: string | undefined): number | undefined {
  return text === undefined ? undefined : parseTime(text);
}

/** As Kubernetes writes its times. */
function format(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}
