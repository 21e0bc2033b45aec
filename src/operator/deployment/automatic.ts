import type { KubeObject } from '../../cluster/types.js';
import { DESIRED } from '../../deployment/desired.js';
import { normalOf } from '../../deployment/normal.js';
import type { Hub, HubConfiguration, NewConfiguration } from '../../hub/types.js';
import { EdgeVmError } from '../../support/errors.js';
import { record } from '../../support/plain.js';
import { ANNOTATION_ABANDON_HUB_DEPLOYMENT } from '../../spec/labels.js';
import { abandonAdvice, isAbandoned } from '../abandon.js';
import { reasonOf, type Wanted as WantedCondition } from '../conditions.js';
import { nextTry } from '../refusal.js';
import { unlessChanged } from '../unless-changed.js';
import { appliedBy } from './applied-by.js';
import { BUSY } from '../first-status.js';
import { addFinalizer } from './finalizer.js';
import { configurationFor, driftOf, isOwn } from './configuration.js';
import type { Configurations } from './configurations.js';
import { lastOfHub } from './last-known.js';
import type { Look } from './look.js';
import type { PerDevice } from './per-device.js';
import { targetOf } from './select.js';
import type { Counts, EdgeDeploymentSpec, EdgeDeploymentStatus } from './types.js';

/** The hub itself counts only every few minutes. */
const restMs = 60_000;
/** While devices take it up, people wait for news. */
const rollingMs = 15_000;

/** What one look at an automatic deployment needs besides. */
export interface Automatic extends PerDevice {
  configurations: Configurations;
}

/** Git decides, and the hub applies: keeps one automatic deployment in the hub. */
export async function lookAtConfiguration(work: Automatic, spec: EdgeDeploymentSpec, devices: readonly KubeObject[], intervalMs: number): Promise<Look> {
  const { context, memory, resource } = work;
  const applied = (status: WantedCondition['status'], reason: WantedCondition['reason'], message: string): WantedCondition => ({ type: 'Applied', status, reason, message });
  const hub = hubOf(work, spec, devices);
  if ('problem' in hub) return { ...lastOfHub(context, resource, devices), conditions: [applied('False', 'NoHub', hub.problem)], afterMs: restMs };
  const before = (resource.status ?? {}) as EdgeDeploymentStatus;
  try {
    const live = await keep(work, spec, hub.hub, before);
    memory.failures = 0;
    return {
      devices: appliedBy(context, live.id, devices, hub.hub.hostname),
      conditions: [applied('True', 'Applied', `the hub has automatic deployment ${live.id}`)],
      configuration: { id: live.id, hub: hub.hub.hostname, ...(live.etag === undefined ? {} : { etag: live.etag }) },
      counts: countsOf(live), afterMs: intervalMs,
    };
  } catch (error) {
    if (context.signal.aborted || !EdgeVmError.is(error) || ['conflict', 'no-cluster'].includes(error.code)) throw error;
    memory.failures += 1;
    work.configurations.forget(hub.hub);
    return {
      ...lastOfHub(context, resource, devices), conditions: [applied('False', error.code === 'hub-throttled' ? BUSY : reasonOf(error), error.message)],
      afterMs: nextTry(error, memory.failures, Math.random) ?? 300_000,
    };
  }
}

/** Makes the configuration as it should be, then removes those of former contents. */
async function keep({ context, configurations, resource, wanted }: Automatic, spec: EdgeDeploymentSpec, hub: Hub, before: EdgeDeploymentStatus): Promise<HubConfiguration> {
  const { signal, recorder, cluster } = context;
  const target = configurationFor(resource, spec, wanted);
  await addFinalizer(cluster, resource, signal);
  await leaveHub(context, resource, before.configuration, hub);
  const { selected = 0, reported = 0 } = before.counts ?? {};
  // The list is for all EdgeDeployments of the hub: it goes on for the others.
  const all = await unlessChanged(cluster, resource, ({ metadata }) => metadata.deletionTimestamp !== undefined, signal, () => configurations.of(hub, selected > reported ? rollingMs : restMs, signal));
  if (all === undefined) throw new EdgeVmError('conflict', 'the EdgeDeployment is being deleted');
  const made = await ensure(hub, target, all.find(({ id }) => id === target.id), resource, signal);
  if (made.did !== undefined) {
    configurations.forget(hub);
    recorder.record(resource, { type: 'Normal', reason: before.configuration?.id === target.id ? 'Restored' : 'Applied', message: `${made.did} automatic deployment ${target.id} in ${hub.hostname}` });
  }
  if ((await removeOwn(hub, all.filter(({ id }) => id !== target.id), resource, signal)).length > 0) configurations.forget(hub);
  return made.live;
}

/** `spec.hub` names another hub now: in the former one, the automatic deployment would stay for ever. */
async function leaveHub({ hubs, signal, recorder }: Automatic['context'], resource: KubeObject, made: EdgeDeploymentStatus['configuration'], hub: Hub): Promise<void> {
  const former = made?.hub;
  if (former === undefined || former.toLowerCase() === hub.hostname.toLowerCase() || isAbandoned(resource, ANNOTATION_ABANDON_HUB_DEPLOYMENT)) return;
  const left = hubs.hub(former);
  if (left === undefined) throw new EdgeVmError('hub-forbidden', `automatic deployment ${made?.id ?? ''} is still in hub ${former}, for which the operator has no credential. ${abandonAdvice(resource, ANNOTATION_ABANDON_HUB_DEPLOYMENT, 'it')}`);
  const removed = await removeOwn(left, await left.listConfigurations({ signal }), resource, signal);
  if (removed.length > 0) recorder.record(resource, { type: 'Normal', reason: 'HubDeploymentRemoved', message: `automatic deployment ${removed.join(', ')} deleted in ${former}` });
}

async function ensure(hub: Hub, target: NewConfiguration, found: HubConfiguration | undefined, resource: KubeObject, signal: AbortSignal): Promise<{ live: HubConfiguration; did?: string }> {
  if (found === undefined) return { live: await hub.putConfiguration(target, { signal }), did: 'created' };
  if (!isOwn(found, resource)) {
    if (found.labels?.['createdBy'] !== 'edge-vm') throw new EdgeVmError('not-owned', `hub ${hub.hostname} has an automatic deployment ${target.id} that edge-vm did not make; delete it in the hub, or give the EdgeDeployment another name`);
    throw new EdgeVmError('not-owned', `automatic deployment ${target.id} of hub ${hub.hostname} belongs to another EdgeDeployment of this name (uid ${found.labels['uid'] ?? 'unknown'}), perhaps of another cluster; delete it in the hub, or give the EdgeDeployment another name`);
  }
  if (!sameContent(target, found)) {
    // A person deleted it and made another one of this id.
    await hub.deleteConfiguration(target.id, { signal });
    return { live: await hub.putConfiguration(target, { signal }), did: 'made again' };
  }
  const drift = driftOf(target, found);
  if (drift.length === 0) return { live: found };
  const live = await hub.putConfiguration(target, { signal, ...(found.etag === undefined ? {} : { etag: found.etag }) });
  return { live, did: `put back ${drift.join(', ')} of` };
}

function sameContent(target: NewConfiguration, found: HubConfiguration): boolean {
  return JSON.stringify(normalContent(target)) === JSON.stringify(normalContent(found));
}

function normalContent({ content: { modulesContent = {} } }: NewConfiguration): unknown {
  return Object.keys(modulesContent).sort().map((module) => {
    const part = modulesContent[module]!;
    return [module, Object.keys(part).sort().map((key) => [key, normalOf(key === DESIRED ? module : '', record(part[key]) ?? { value: part[key] })])];
  });
}

/** Removes those that the EdgeDeployment made, also those that an operator made which was killed before it could write their ids down. */
export async function removeOwn(hub: Hub, configurations: readonly HubConfiguration[], resource: KubeObject, signal: AbortSignal): Promise<string[]> {
  const removed: string[] = [];
  for (const one of configurations) {
    if (isOwn(one, resource) && (await hub.deleteConfiguration(one.id, { signal }))) removed.push(one.id);
  }
  return removed;
}

function hubOf({ context: { hubs } }: Automatic, spec: EdgeDeploymentSpec, devices: readonly KubeObject[]): { hub: Hub } | { problem: string } {
  const used = [...new Set(devices.map((device) => targetOf(device)?.hub.toLowerCase()).filter((hub) => hub !== undefined))];
  const named = spec.hub ?? (hubs.names.length === 1 ? hubs.names[0] : used.length === 1 ? used[0] : undefined);
  if (named === undefined) return { problem: hubs.names.length === 0 ? 'the operator has no credential for a hub' : `the operator has credentials for ${hubs.names.join(', ')}: name one as spec.hub.hostname` };
  const hub = hubs.hub(named);
  return hub === undefined ? { problem: `the operator has no credential for hub ${named}` } : { hub };
}

/** The hub counts all its devices, also those that are no EdgeDevices. It may count a device as done that is not targeted any more. */
function countsOf({ systemMetrics }: HubConfiguration): Counts {
  const of = (name: string): number => Math.max(0, Math.trunc(systemMetrics?.results?.[name] ?? 0));
  const selected = of('targetedCount');
  const ofThose = (name: string): number => Math.min(selected, of(name));
  return { selected, applied: ofThose('appliedCount'), reported: ofThose('reportedSuccessfulCount'), failing: ofThose('reportedFailedCount') };
}
