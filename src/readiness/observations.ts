import type { KubeObject } from '../cluster/types.js';
import type { EdgeAgentTwin, HubDevice, PingResult } from '../hub/types.js';
import type { DeviceRef } from '../cluster/owned.js';
import type { StageRecord } from './records/record.js';

/**
 * All that is known about a device at one moment, as plain data, so that a recorded sequence can be replayed. Stages and
 * terminal failures depend only on it.
 */
export interface Observations {
  /** Milliseconds since the epoch, by this machine's clock. */
  now: number;
  name: string;
  namespace: string;
  device: DeviceRef;
  /** The evidence for the identity from before the objects were applied, in words. */
  identityEvidence?: string;
  /** The first list of the kind has come: an absent object does not exist. */
  seen: { vm: boolean; vmi: boolean };
  /** Plural names of the types whose first list has not come, so an absent object may exist; absent if all have come. */
  unread?: readonly string[];
  /** The log of a console is there, and was not read yet. */
  consoleUnread?: true;
  /** The device is one of a list: VM, instance and twin were read, the rest perhaps not. An absent object may exist. */
  shallow?: true;
  vm?: KubeObject;
  vmi?: KubeObject;
  /** By name. They include those of the VM's templates. */
  dataVolumes: Record<string, KubeObject>;
  /** Launcher pods of any instance of this VM. */
  pods: Record<string, KubeObject>;
  /** By name, the node of the instance; none without the right to read it, which most people lack. */
  nodes: Record<string, KubeObject>;
  /** Events about the VM, its instance, disks and pods, by name. */
  events: Record<string, KubeObject>;
  /** The number of failed starts in a row before the wait began: only later ones show that a correction did not help. */
  failuresBefore?: number;
  /** The cloud-init Secret does not exist. */
  secretMissing?: boolean;
  /** The newest record, and the uid of the pod of that log. */
  guest?: { record: StageRecord; podUid: string };
  /** cloud-init's last refusal of the whole user-data, and the uid of the pod of that log. */
  refusal?: { text: string; podUid: string };
  hub: HubObservations;
}

/** The hub's answers, each with the time of the question. */
export interface HubObservations {
  /** There is a hub credential, so the hub decides on `connected`. */
  available: boolean;
  twin?: { value: EdgeAgentTwin | undefined; at: number };
  device?: { value: HubDevice | undefined; at: number };
  /** `instance` is the uid of the instance at the time of sending; absent if there was none. */
  ping?: { value: PingResult; at: number; instance?: string };
  /** The last call failed, in words. */
  problem?: string;
}

/** The observations of a device about which nothing is known yet. */
export function noObservations(name: string, namespace: string, now: number): Observations {
  return {
    now, name, namespace, device: { hub: null, id: null }, seen: { vm: false, vmi: false },
    dataVolumes: {}, pods: {}, nodes: {}, events: {}, hub: { available: false },
  };
}
