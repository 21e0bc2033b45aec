import type { KubeObject } from '../../cluster/types.js';
import { conditionOf, dataVolumeTemplates } from '../../cluster/virtual-machine.js';
import { textAt } from '../../support/plain.js';
import { DISK_EVENTS, DISK_SUCCESSES, meaningIn, RUNNING_REASONS } from '../cdi-reasons.js';
import type { Observations } from '../observations.js';
import { given } from '../reasons.js';
import { standingFailure, words } from '../reading.js';
import { no, unknown, yes, type StageRule, type Verdict } from '../verdict.js';

/** All disks of the VM hold their data. */
export const disk: StageRule = (o) => {
  if (o.vm === undefined) return unknown('NoVirtualMachine', 'there is no VirtualMachine');
  const templates = dataVolumeTemplates(o.vm);
  if (o.shallow === true && templates.some(({ name }) => o.dataVolumes[name] === undefined)) return unknown('NotRead', 'the disks were not read');
  if (templates.length === 0) return yes('NoDataVolumes', 'the VM has no disk for CDI to make');
  const open = templates.map(({ name }) => progress(name, o)).find((verdict) => verdict.status !== 'True');
  return open ?? yes('Succeeded', templates.length === 1 ? 'the disk is ready' : `${templates.length} disks are ready`);
};

function progress(name: string, o: Observations): Verdict {
  const volume = o.dataVolumes[name];
  if (volume === undefined && o.unread?.includes('datavolumes') === true) return unknown('NotRead', `DataVolume ${name} was not read yet`);
  if (volume === undefined) return no('NotCreated', `DataVolume ${name} is not made yet`);
  const phase = textAt(volume.status, 'phase') || 'Pending';
  if (phase === 'Succeeded') return yes('Succeeded', `DataVolume ${name} is ready`);
  return no(given(phase), describe(name, phase, volume, o));
}

function describe(name: string, phase: string, volume: KubeObject, o: Observations): string {
  const done = textAt(volume.status, 'progress');
  const known = done !== undefined && done !== 'N/A' ? ` ${done}` : '';
  const warning = diskWarning(o, name)?.message;
  if (phase === 'WaitForFirstConsumer') return `DataVolume ${name} waits for the VM to be scheduled (${warning ?? 'WaitForFirstConsumer'})`;
  const doing = phase.endsWith('InProgress') ? `${phase.replace(/InProgress$/, '').toLowerCase()} of ${name}${known}` : `DataVolume ${name}: ${phase}`;
  const why = warning ?? trouble(volume);
  return why === undefined ? doing : `${doing} (${why})`;
}

/** The problem, in CDI's words. */
function trouble(volume: KubeObject): string | undefined {
  const running = conditionOf(volume, 'Running');
  const bound = conditionOf(volume, 'Bound');
  if (running?.status === 'False' && isError(running.reason)) return words(running.message);
  if (bound !== undefined && bound.status !== 'True' && bound.message !== undefined && bound.message !== '') return words(bound.message);
  return undefined;
}

/** Reasons of CDI that say more than: the importer does not exist yet. */
export function isError(reason: string | undefined): boolean {
  const meaning = meaningIn(RUNNING_REASONS, reason);
  return meaning === undefined ? /Err|Failed|BackOff/.test(reason ?? '') : meaning !== 'waits';
}

const unbound: ReadonlySet<string> = new Set(['', 'Pending', 'PendingPopulation', 'WaitForFirstConsumer', 'ImportScheduled', 'CloneScheduled', 'Unset', 'Unknown']);
const warnings = { failures: ['ProvisioningFailed', ...Object.keys(DISK_EVENTS)], successes: DISK_SUCCESSES };

/** The newest warning about a disk that waits for its volume; CDI's disk and its claim have the same name. */
export function diskWarning(o: Observations, name: string): { reason: string; message: string } | undefined {
  const volume = o.dataVolumes[name];
  if (volume === undefined || !unbound.has(textAt(volume.status, 'phase') ?? '')) return undefined;
  const event = standingFailure(o, volume, warnings);
  return event === undefined ? undefined : { reason: textAt(event, 'reason') ?? '', message: words(textAt(event, 'message')) || 'no reason given' };
}
