import type { KubeObject } from '../cluster/types.js';
import type { EdgeAgentTwin, HubDevice, PingResult } from '../hub/types.js';
import type { DeviceRef } from '../cluster/owned.js';
import type { StageRecord } from './records/record.js';

/**
 * All that is known about a device at one moment: plain data, so that a recorded sequence of it can be replayed.
 * Stages and terminal failures are functions of it and of nothing else.
 */
export interface Observations {
  /** Milliseconds since the epoch, by this machine's clock. */
  now: number;
  name: string;
  namespace: string;
  device: DeviceRef;
  /** What proved the identity before the objects were applied, in words. */
  identityEvidence?: string;
  /** The first list of the kind has come: what is absent now does not exist. */
  seen: { vm: boolean; vmi: boolean };
  /** One of a list of many: VM, instance and twin were read, the rest perhaps. What is absent may just not have been read. */
  shallow?: true;
  vm?: KubeObject;
  vmi?: KubeObject;
  /** By name; those that the VM's templates name are among them. */
  dataVolumes: Record<string, KubeObject>;
  /** Launcher pods of any instance of this VM. */
  pods: Record<string, KubeObject>;
  /** By name, that which the instance is on; none where it may not be read, as for most people. */
  nodes: Record<string, KubeObject>;
  /** Events about the VM, its instance, disks and pods, by name. */
  events: Record<string, KubeObject>;
  /** Starts in a row that had failed before anybody waited: only later ones tell that what was mended since does not help. */
  failuresBefore?: number;
  /** The cloud-init Secret is not there. */
  secretMissing?: boolean;
  /** Newest record, and the uid of the pod whose log it came from. */
  guest?: { record: StageRecord; podUid: string };
  /** cloud-init's last complaint about the user-data as a whole, and the uid of the pod whose log it stood in. */
  refusal?: { text: string; podUid: string };
  hub: HubObservations;
}

/** What the hub said; each with the time it was asked. */
export interface HubObservations {
  /** There is a hub credential, so the hub decides on `connected`. */
  available: boolean;
  twin?: { value: EdgeAgentTwin | undefined; at: number };
  device?: { value: HubDevice | undefined; at: number };
  /** `instance` is the uid of the instance that was there when it was sent; absent when there was none. */
  ping?: { value: PingResult; at: number; instance?: string };
  /** The last call failed, in words. */
  problem?: string;
}

/** Of a device about which nothing is known yet. */
export function noObservations(name: string, namespace: string, now: number): Observations {
  return {
    now, name, namespace, device: { hub: null, id: null }, seen: { vm: false, vmi: false },
    dataVolumes: {}, pods: {}, nodes: {}, events: {}, hub: { available: false },
  };
}
