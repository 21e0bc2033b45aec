import type { KubeObject } from '../../cluster/types.js';
import { isPull, pullFailsAt, pullInWords } from '../../readiness/pull.js';
import { words } from '../../readiness/reading.js';
import { failedStates, modulesOf, refusals } from '../../readiness/stages/deployed.js';
import type { EdgeAgentTwin } from '../../hub/types.js';
import { record, textAt } from '../../support/plain.js';
import { moduleStatuses } from '../status.js';
import type { DeviceReport, Target } from './types.js';

/** How far a device is. */
export interface Reported {
  name: string;
  applied: boolean;
  state: 'done' | 'waiting' | 'failing';
  /** What it waits for, or why it fails. */
  message?: string;
  /** For the status; only some devices are in there, and cleaning the words of all modules takes time. */
  report(): DeviceReport;
}

/** What is known of a device besides its twin. */
export interface Standing {
  applied: boolean;
  /** Why it is not applied. */
  message?: string | undefined;
  /** The version that the hub wants since the last write, if it is known to be newer than the twin. */
  version?: number | undefined;
}

/** The report of one device from the answer of the last query, and from what was written since. */
export function reportOf(device: KubeObject, target: Target | undefined, twin: EdgeAgentTwin | undefined, { applied, message, version }: Standing, now: number): Reported {
  const { name } = device.metadata;
  const desiredVersion = newest(twin?.desired.$version, version);
  const { state, why } = applied ? progress(twin, desiredVersion, now) : { state: 'waiting' as const, why: message };
  const said = why === undefined ? {} : { message: why };
  return { name, applied, state, ...said, report: () => ({ name, ...twinFacts(target, twin, desiredVersion), applied, ...said, ...modulesIn(twin) }) };
}

function twinFacts(target: Target | undefined, twin: EdgeAgentTwin | undefined, desiredVersion: number | undefined): Partial<DeviceReport> {
  const { lastDesiredVersion, lastDesiredStatus } = twin?.reported ?? {};
  const description = words(lastDesiredStatus?.description);
  return {
    ...(target === undefined ? {} : { deviceId: target.deviceId }),
    ...(desiredVersion === undefined ? {} : { desiredVersion }),
    ...(lastDesiredVersion === undefined ? {} : { reportedVersion: lastDesiredVersion }),
    ...(lastDesiredStatus?.code === undefined ? {} : { code: lastDesiredStatus.code }),
    ...(description === '' ? {} : { description }),
  };
}

function modulesIn(twin: EdgeAgentTwin | undefined): Pick<DeviceReport, 'modules'> {
  const modules = moduleStatuses(twin);
  return modules.length === 0 ? {} : { modules };
}

/** How far the edge agent is with what the hub wants. */
function progress(twin: EdgeAgentTwin | undefined, version: number | undefined, now: number): { state: Reported['state']; why?: string } {
  const { lastDesiredVersion, lastDesiredStatus } = twin?.reported ?? {};
  const code = lastDesiredStatus?.code;
  const said = code === 200 ? '' : words(lastDesiredStatus?.description) || 'no description';
  if (twin === undefined || code === undefined) return { state: 'waiting', why: 'the edge agent has never reported' };
  if (lastDesiredVersion !== version || twin.desired.$version !== version) return { state: 'waiting', why: 'the edge agent has not taken up the newest deployment yet' };
  if (code === 200 && isAsWanted(twin)) return { state: 'done' };
  if (refusals.has(code)) return { state: 'failing', why: `the edge agent refuses the deployment (${code}): ${said}` };
  const modules = modulesOf(twin);
  const broken = modules.find(({ wanted, is }) => wanted === 'running' && failedStates.has(is));
  if (broken !== undefined) return { state: 'failing', why: `module ${broken.name} is ${broken.is}${broken.report?.exitCode === undefined ? '' : `, exit code ${broken.report.exitCode}`}` };
  if (isPull(twin) && pullFailsAt(twin) <= now) return { state: 'failing', why: pullInWords(twin) };
  if (code === 500) return { state: isPull(twin) ? 'waiting' : 'failing', why: `the edge agent reports 500: ${said}` };
  if (code !== 200) return { state: 'waiting', why: `the edge agent reports ${code}: ${said}` };
  const open = modules.find(({ wanted, is }) => wanted !== is);
  return open === undefined ? { state: 'done' } : { state: 'waiting', why: `module ${open.name} is ${open.is}, not ${open.wanted}` };
}

/** The same as `modulesOf` finds, without its words for people: nearly always true, for each device at each look. */
function isAsWanted({ desired, reported }: EdgeAgentTwin): boolean {
  return (['systemModules', 'modules'] as const).every((group) => Object.entries(record(desired[group]) ?? {}).every(([name, module]) => reported[group]?.[name]?.runtimeStatus === (textAt(module, 'status') ?? 'running')));
}

function newest(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : b === undefined ? a : Math.max(a, b);
}
