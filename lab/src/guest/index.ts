import { Agent } from 'node:https';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { kinds, type Cluster, type KubeObject } from 'edge-vm';
import type { ConsoleStore } from '../node/console-store.js';
import { setLauncherReady } from '../node/launcher-readiness.js';
import { diskStore, type DiskStore } from './disk.js';
import { bootGuest, type Guest, type GuestHub } from './guest.js';
import { reclaimDisks } from './reclaim-disks.js';
import { setVmiConditions } from './vmi-conditions.js';
import { readGuestSource } from './vmi-reader.js';

export { FAULT_ANNOTATION } from './faults.js';

export interface GuestsOptions {
  /** Reads VMIs, Secrets, claims and pods. */
  cluster: Cluster;
  /** The same cluster, as system:serviceaccount:kubevirt:kubevirt-handler. Only that account may change a VMI's status. */
  handler: Cluster;
  consoles: ConsoleStore;
  hub: { hostname: string; https: { host: string; port: number }; mqtt: { host: string; port: number }; ca: string };
  /** Folder of the guests' disks. */
  stateDir: string;
  /** Milliseconds a boot step takes; default 250. */
  stepMs?: number;
  /** Nodes whose VMIs are real, so not simulated here. */
  isReal?: (nodeName: string) => boolean;
  signal: AbortSignal;
  log: (line: string) => void;
}

interface Entry { guest: Guest | undefined; unplug: AbortController; stopping: boolean; pod: string | undefined }

/**
 * Simulates the guest of every VMI that KWOK runs, until the signal aborts. Each guest boots from its own Secret and
 * disk, prints on its launcher pod's console, and speaks to the lab hub with the unmodified device SDK.
 */
export async function startGuests(options: GuestsOptions): Promise<void> {
  const guests = new Map<string, Entry>();
  const disks = diskStore(join(options.stateDir, 'disks'));
  const hub = guestHub(options.hub);
  const ended = new AbortController();
  const signal = AbortSignal.any([options.signal, ended.signal]);
  const play = async (): Promise<void> => {
    for await (const event of options.cluster.watch(kinds.VirtualMachineInstance, { signal })) {
      if (event.type === 'synced') continue;
      react(event.type, event.object, guests, options, disks, hub);
    }
  };
  try {
    await Promise.race([play(), reclaimDisks(options.cluster, disks, signal)]);
  } finally {
    ended.abort();
    for (const entry of guests.values()) entry.unplug.abort();
    hub.httpsAgent.destroy();
  }
}

function react(
  type: 'added' | 'modified' | 'deleted', vmi: KubeObject, guests: Map<string, Entry>, options: GuestsOptions, disks: DiskStore, hub: GuestHub,
): void {
  const uid = vmi.metadata.uid ?? '';
  const entry = guests.get(uid);
  const phase = vmi.status?.['phase'];
  if (type === 'deleted' || phase === 'Failed' || phase === 'Succeeded') {
    entry?.unplug.abort();
    if (type !== 'deleted') return;
    guests.delete(uid);
    // The pod's log ends with the pod, and so do its readers.
    if (entry?.pod !== undefined) options.consoles.drop(vmi.metadata.namespace ?? 'default', entry.pod);
    return;
  }
  if (vmi.metadata.deletionTimestamp !== undefined) {
    if (entry && !entry.stopping) {
      entry.stopping = true;
      void entry.guest?.stop().finally(() => entry.unplug.abort());
    }
    return;
  }
  if (phase !== 'Running' || entry || options.isReal?.(String(vmi.status?.nodeName))) return;
  const fresh: Entry = { guest: undefined, unplug: new AbortController(), stopping: false, pod: undefined };
  guests.set(uid, fresh);
  const signal = AbortSignal.any([options.signal, fresh.unplug.signal]);
  retry(() => boot(vmi, fresh, options, disks, hub), signal).catch((error: unknown) => {
    if (!signal.aborted) options.log(`guest ${vmi.metadata.namespace}/${vmi.metadata.name}: ${error instanceof Error ? error.message : String(error)}`);
  });
}

async function boot(vmi: KubeObject, entry: Entry, options: GuestsOptions, disks: DiskStore, hub: GuestHub): Promise<void> {
  const signal = AbortSignal.any([options.signal, entry.unplug.signal]);
  const source = await readGuestSource(options.cluster, vmi, signal);
  if (signal.aborted) return;
  entry.pod = source.pod;
  const disk = disks.load(source.claimUid);
  const namespace = vmi.metadata.namespace ?? 'default';
  let conditions: Promise<void> = Promise.resolve();
  const report = async ({ Ready, ...others }: Record<string, boolean>): Promise<void> => {
    if (Ready !== undefined && source.pod !== undefined) await setLauncherReady(options.cluster, { namespace, pod: source.pod }, Ready, signal);
    if (Object.keys(others).length > 0) await setVmiConditions(options.cluster, options.handler, vmi, others, signal);
  };
  const setConditions = (wanted: Record<string, boolean>): void => {
    conditions = conditions.then(() => retry(() => report(wanted), signal)).catch((error: unknown) => {
      if (!signal.aborted) options.log(`conditions of ${namespace}/${vmi.metadata.name}: ${error instanceof Error ? error.message : String(error)}`);
    });
  };
  entry.guest = bootGuest({
    userData: source.userData, instanceId: source.instanceId, architecture: source.architecture, disk, faults: source.faults, hub, signal,
    // After a power cut the guest writes nothing more: its disk and its log may be gone already.
    saveDisk: () => {
      if (!signal.aborted) disks.save(source.claimUid, disk);
    },
    write: (line) => {
      if (source.pod !== undefined && !signal.aborted) options.consoles.append(namespace, source.pod, line);
    },
    onCondition: setConditions,
    stepMs: options.stepMs ?? 250,
    sleep: (ms, s) => delay(ms, undefined, { signal: s, ref: false }).catch(() => undefined),
  });
  await entry.guest.done;
}

/** A conflict with a controller that wrote at the same time is normal. An API server may not answer for a minute or two. */
async function retry(action: () => Promise<void>, signal: AbortSignal): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await action();
    } catch (error) {
      if (signal.aborted || attempt >= 100) throw error;
      await delay(Math.min(50 * attempt, 2000), undefined, { signal }).catch(() => undefined);
    }
  }
}

function guestHub(hub: GuestsOptions['hub']): GuestHub {
  return {
    hostname: hub.hostname,
    mqttAddress: `${hub.mqtt.host}:${hub.mqtt.port}`,
    ca: hub.ca,
    httpsAgent: new Agent({ host: hub.https.host, port: hub.https.port, servername: hub.hostname, ca: hub.ca, keepAlive: true }),
  };
}
