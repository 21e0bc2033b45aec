import type { KubeObject } from '../../cluster/types.js';
import type { Wanted as WantedCondition } from '../conditions.js';
import { BUSY } from '../first-status.js';
import { busyFor, whyBusy } from './busy.js';
import { claimsOf, type Claims } from './claims.js';
import { count, nothingSelected, some, type Look } from './look.js';
import { applyToDevices, type PerDevice, type Standing } from './per-device.js';
import { reportOf } from './report.js';
import { isSelected, missingOf, notFound, targetOf } from './select.js';
import type { EdgeDeploymentSpec, DeploymentContext } from './types.js';

/** The EdgeDevices and EdgeDeployments of the namespace. */
export interface Namespace {
  devices: readonly KubeObject[];
  deployments: readonly KubeObject[];
}

/** Git decides: brings the manifest to each selected device, but for those that another EdgeDeployment keeps. */
export async function lookAtDevices(work: PerDevice, spec: EdgeDeploymentSpec, { devices, deployments }: Namespace, intervalMs: number): Promise<Look> {
  const selected = devices.filter((device) => device.metadata.deletionTimestamp === undefined && isSelected(spec, device));
  const claims = claimsOf(work.resource, selected, deployments);
  const { standings, afterMs } = await applyToDevices(work, selected.filter(({ metadata }) => !claims.lost.has(metadata.name)));
  const lost = selected.filter(({ metadata }) => claims.lost.has(metadata.name)).map((device): Standing => {
    const target = targetOf(device);
    return { device, target, answer: target && work.context.hubs.twin(target.hub, target.deviceId).answer, applied: false, isFailed: false, message: `EdgeDeployment ${claims.lost.get(device.metadata.name)?.by ?? ''} keeps this device` };
  });
  return {
    devices: [...standings, ...lost].map((one) => reportOf(one.device, one.target, one.answer?.value, one, work.context.clock.now())),
    conditions: [appliedOf(work.context, standings, claims, missingOf(spec, devices), selected.length), ...conflictOf(claims)],
    ...(standings.some(({ applied }) => applied) ? { appliedGeneration: work.resource.metadata.generation } : {}),
    afterMs: Math.min(intervalMs, afterMs ?? intervalMs),
  };
}

/** The hub wants this manifest of every selected device. */
function appliedOf({ hubs }: DeploymentContext, standings: readonly Standing[], { lost }: Claims, missing: readonly string[], selected: number): WantedCondition {
  const said = (of: readonly Standing[]): string => some(of.map(({ device, message }) => `${device.metadata.name}: ${message ?? ''}`));
  const failed = standings.filter(({ applied, isFailed }) => !applied && isFailed);
  const open = standings.filter(({ applied, isFailed, isBusy }) => !applied && !isFailed && isBusy !== true);
  const busy = standings.flatMap(({ isBusy, target }) => (isBusy === true && target !== undefined ? [target.hub] : []));
  const problems: [reason: WantedCondition['reason'], message: string][] = [];
  if (failed.length > 0) problems.push(['ApplyFailed', `not applied to ${count(failed.length, 'device')} of ${selected}; ${said(failed)}`]);
  if (lost.size > 0) problems.push(['Conflict', conflicts(lost)]);
  if (missing.length > 0) problems.push(['DeviceNotFound', notFound(missing)]);
  const done = standings.filter(({ applied }) => applied).length;
  for (const hub of new Set(busy)) problems.push([BUSY, `applied to ${done} of ${count(selected, 'device')}: ${whyBusy(hubs, hub)}${busyFor(hubs, hub, busy.filter((one) => one === hub).length)}`]);
  if (open.length > 0) problems.push(['Applying', `not applied to ${count(open.length, 'device')} of ${selected} yet; ${said(open)}`]);
  const [first] = problems;
  // The reason is that of the first; nobody must mend one to hear of the next.
  if (first !== undefined) return { type: 'Applied', status: 'False', reason: first[0], message: problems.map(([, message]) => message).join('. ') };
  if (selected === 0) return { type: 'Applied', status: 'Unknown', reason: 'NoDevices', message: nothingSelected };
  return { type: 'Applied', status: 'True', reason: 'Applied', message: `the hub wants this manifest of ${count(selected, 'device')}` };
}

function conflicts(lost: Claims['lost']): string {
  return some([...lost].map(([device, { by, why }]) => `EdgeDevice ${device} is selected by EdgeDeployment ${by} too, which ${why} and keeps it`));
}

/** On both sides of a conflict, as long as there is one. */
export function conflictOf({ lost, wanted }: Claims): WantedCondition[] {
  if (lost.size + wanted.size === 0) return [];
  const kept = [...wanted].map(([device, { by, why }]) => `EdgeDevice ${device} is selected by EdgeDeployment ${by.join(', ')} too; this one ${why} and keeps it`);
  return [{ type: 'Conflicting', status: 'True', reason: 'DeviceSelectedTwice', message: [lost.size > 0 ? conflicts(lost) : '', some(kept)].filter(Boolean).join('; ') }];
}
