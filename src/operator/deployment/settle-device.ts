import { differences } from '../../deployment/differences.js';
import { normalOf } from '../../deployment/normal.js';
import type { Hub } from '../../hub/types.js';
import { EdgeVmError } from '../../support/errors.js';
import type { Wanted } from './wanted.js';

const AGENT = '$edgeAgent';
/** Longer than the calls of one look wait for each other, so that none loses its place: the hub allows 20 a minute. */
const patienceMs = 20_000;

/** What was found and done for one device. */
export interface Settled {
  /** Fields that differed and were written, as `MODULE: PATH`; empty if the hub wanted the same already. */
  changed: string[];
  /** `$version` of `$edgeAgent`'s desired properties now. */
  version: number | undefined;
}

/**
 * Makes the hub want exactly this of the device. It reads the twins themselves, because a query may lag behind by minutes, and
 * writes only if something differs: each write gives the edge agent a new version to take up.
 */
export async function settleDevice(hub: Hub, deviceId: string, wanted: Wanted, signal: AbortSignal): Promise<Settled> {
  const agent = await readAgent(hub, deviceId, signal);
  let changed = differs(AGENT, wanted, agent.desired);
  for (const module of wanted.modules.keys()) {
    if (module === AGENT || changed.length > 0) continue;
    const twin = await hub.getModuleTwin(deviceId, module, { signal });
    changed = differs(module, wanted, twin?.desired ?? {});
  }
  if (changed.length === 0) return { changed, version: agent.desired.$version };
  await hub.applyConfiguration(deviceId, { modulesContent: wanted.content }, { signal, patienceMs });
  return { changed, version: (await readAgent(hub, deviceId, signal)).desired.$version };
}

async function readAgent(hub: Hub, deviceId: string, signal: AbortSignal): Promise<{ desired: Record<string, unknown> & { $version?: number } }> {
  const twin = await hub.getModuleTwin(deviceId, AGENT, { signal });
  if (twin === undefined) throw new EdgeVmError('not-found', `hub ${hub.hostname} has no edge device ${deviceId}`);
  return twin;
}

function differs(module: string, { modules }: Wanted, live: Record<string, unknown>): string[] {
  return differences(modules.get(module) ?? {}, normalOf(module, live)).map(({ field }) => `${module}: ${field}`);
}
