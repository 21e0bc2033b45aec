import type { KubeObject } from '../../cluster/types.js';
import { differences } from '../../deployment/differences.js';
import { normalOf } from '../../deployment/normal.js';
import type { Hub } from '../../hub/types.js';
import { EdgeVmError } from '../../support/errors.js';
import { targetOf } from './select.js';
import type { PerDevice } from './per-device.js';
import { keyOfTarget, type Target } from './types.js';

/** Between two queries of one EdgeDeployment. */
const leastMs = 60_000;
/** What a query says may be older than a write by so long. */
const lagMs = 60_000;
/** Devices that one query names, about. */
const devicesOfQuery = 250;

/**
 * The query of all twins shows `$edgeAgent` only. So another query, with few requests, reads the twins of the other modules. A device whose
 * answer differs from the manifest is read itself then: a query may be some minutes old.
 */
export async function lookForDrift(work: PerDevice, devices: readonly KubeObject[]): Promise<void> {
  const { context: { clock, hubs }, memory, wanted, budget } = work;
  const modules = [...wanted.modules.keys()].filter((module) => module !== '$edgeAgent');
  const now = clock.now();
  if (modules.length === 0 || now - memory.modulesAskedAt < leastMs) return;
  const byHub = new Map<Hub, Target[]>();
  for (const device of devices) {
    const target = targetOf(device);
    const seen = target && memory.seen.get(keyOfTarget(target));
    const hub = target && hubs.hub(target.hub);
    if (target !== undefined && hub?.queryModules !== undefined && seen?.digest === wanted.digest && now - seen.at > lagMs) byHub.set(hub, [...(byHub.get(hub) ?? []), target]);
  }
  for (const [hub, targets] of byHub) {
    if (!budget.take(hub.hostname, Math.ceil(targets.length / devicesOfQuery))) continue;
    memory.modulesAskedAt = now;
    for (const target of await differing(work, hub, targets, modules)) memory.drifted.add(keyOfTarget(target));
  }
}

/** Devices with a module whose desired properties are not those of the manifest, or that the hub does not have. */
async function differing({ context, wanted }: PerDevice, hub: Hub, targets: readonly Target[], modules: readonly string[]): Promise<Target[]> {
  const same = new Map<string, number>();
  try {
    for await (const { deviceId, moduleId, twin } of hub.queryModules!(modules, targets.map((target) => target.deviceId), { signal: context.signal })) {
      if (differences(wanted.modules.get(moduleId) ?? {}, normalOf(moduleId, twin.desired)).length === 0) same.set(deviceId, (same.get(deviceId) ?? 0) + 1);
    }
  } catch (error) {
    if (context.signal.aborted || !EdgeVmError.is(error)) throw error;
    // The query of all twins tells of a hub that does not answer.
    return [];
  }
  return targets.filter(({ deviceId }) => (same.get(deviceId) ?? 0) < modules.length);
}
