import type { KubeObject } from '../../cluster/types.js';
import { stamp, type Wanted } from '../conditions.js';
import type { Look } from './look.js';
import { count, nothingSelected, some } from './look.js';
import type { Reported } from './report.js';
import type { Counts, DeviceReport, EdgeDeploymentStatus } from './types.js';

/** An object of the API server may have 1.5 MB, and each change of the status sends all of it. */
const most = { devices: 100, bytes: 256 * 1024 };

/** The status of an EdgeDeployment after a look. */
export function statusOf(resource: KubeObject, look: Look, now: number): EdgeDeploymentStatus {
  const counts = look.counts ?? countsOf(look.devices);
  const generation = resource.metadata.generation ?? 0;
  const devices = detailsOf(look.devices);
  const appliedGeneration = look.appliedGeneration ?? (resource.status as EdgeDeploymentStatus | undefined)?.appliedGeneration;
  return {
    observedGeneration: generation,
    ...(appliedGeneration === undefined ? {} : { appliedGeneration }),
    summary: `${counts.reported} of ${count(counts.selected, 'device')}`,
    ...(look.configuration === undefined ? {} : { configuration: look.configuration }),
    counts,
    ...(devices.length === 0 ? {} : { devices }),
    conditions: stamp([readyOf(look, counts), ...look.conditions], resource.status?.conditions, generation, now),
  };
}

function countsOf(devices: readonly Reported[]): Counts {
  const of = (test: (one: Reported) => boolean): number => devices.filter(test).length;
  return { selected: devices.length, applied: of(({ applied }) => applied), reported: of(({ state }) => state === 'done'), failing: of(({ state }) => state === 'failing') };
}

const order: readonly Reported['state'][] = ['failing', 'waiting', 'done'];

/** Devices that are not done first, then by name, as many as fit. */
function detailsOf(devices: readonly Reported[]): DeviceReport[] {
  const sorted = devices.toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state) || (a.name < b.name ? -1 : 1));
  const shown: DeviceReport[] = [];
  let bytes = 0;
  for (const one of sorted.slice(0, most.devices)) {
    const report = one.report();
    bytes += Buffer.byteLength(JSON.stringify(report));
    if (bytes > most.bytes) break;
    shown.push(report);
  }
  return shown;
}

/** The summary: every selected device runs what is wanted. */
function readyOf({ conditions, devices, counts }: Look, { selected, reported, failing }: Counts): Wanted {
  const ready = (status: Wanted['status'], reason: Wanted['reason'], message: string): Wanted => ({ type: 'Ready', status, reason, message });
  const open = conditions.find(({ type, status }) => (type === 'ManifestValid' || type === 'Applied') && status !== 'True');
  if (open !== undefined) return ready('False', open.reason, open.message);
  if (selected === 0) return ready('False', 'NoDevices', counts === undefined ? nothingSelected : 'no device of the hub fits spec.targetCondition; the hub counts every few minutes');
  const named = (state: Reported['state']): string[] => devices.filter((one) => one.state === state).map(({ name, message }) => `${name}: ${message ?? 'no report'}`);
  if (failing > 0) return ready('False', 'DevicesFailing', `${count(failing, 'device')} of ${selected} fail${failing === 1 ? 's' : ''}${after(some(named('failing')))}`);
  if (reported < selected) return ready('False', 'Progressing', `${reported} of ${count(selected, 'device')} run it${after(some(named('waiting')))}`);
  return ready('True', 'Deployed', `${count(selected, 'device')} run${selected === 1 ? 's' : ''} it`);
}

const after = (text: string): string => (text === '' ? '' : `; ${text}`);
