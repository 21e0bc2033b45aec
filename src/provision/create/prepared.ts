import type { KubeObject } from '../../cluster/types.js';
import type { DeviceIdentity } from '../../identity/types.js';
import type { Change, FieldChange } from '../../readiness/types.js';
import type { RenderedDevice } from '../../render/types.js';
import type { ChangeEffect } from '../../spec/schema/node.js';
import type { EdgeDevice, EdgeDeviceInput } from '../../spec/types.js';
import type { FirstBoot } from '../../readiness/first-boot.js';
import type { CreateRequest } from '../types.js';

/** The device, and the place of its objects. */
export interface Subject {
  readonly name: string;
  readonly namespace: string;
  readonly hubHostname: string;
  readonly deviceId: string;
  /** The requested device with hub, device id, name and namespace filled in. */
  readonly device: EdgeDevice;
  /** The device as the person gave it. */
  readonly input: EdgeDeviceInput;
  readonly secrets: CreateRequest['secrets'];
  /** The Secret of that name, of any owner. */
  readonly secret: KubeObject | undefined;
  /** The kept device so far. */
  readonly kept: EdgeDeviceInput | undefined;
  /** Absent for `register`: the hub gives the key. */
  readonly given: DeviceIdentity | undefined;
}

/** The credential with which the device authenticates. */
export interface PreparedIdentity {
  /** While `toRegister`, it has a placeholder key that is never used. */
  readonly identity: DeviceIdentity;
  /** The hub has no such device yet, and will make its key. */
  readonly toRegister: boolean;
  /** The evidence that the identity is good, in words; absent if nothing was checked. */
  readonly evidence: string | undefined;
  /** Scope of the parent that must still be set in the hub. */
  readonly parentScope?: string;
}

/** One field that will change. `path` is in the EdgeDevice, or, with a kind before it, in an object. */
export interface Consequence extends FieldChange {
  effect: ChangeEffect;
  /** Something is removed: an entry, an object, or a value whose default then applies. */
  removed: boolean;
}

/** The existing objects of that name, if they are ours; `undefined` also without the right to read one. */
export interface LiveObjects {
  readonly vm: KubeObject | undefined;
  readonly secret: KubeObject | undefined;
  readonly service: KubeObject | undefined;
}

/** Objects that have old settings and never worked: applying deletes them, and their controllers make them again. */
export interface Outdated {
  /** DataVolumes that were never filled. */
  readonly disks: readonly KubeObject[];
  /** A VirtualMachineInstance that never ran. */
  readonly instance: KubeObject | undefined;
}

/**
 * All that edge-vm can find out about a device without a change. The checks have found no reason to refuse it;
 * `applyDevice` continues from here.
 */
export interface PreparedDevice {
  readonly request: CreateRequest;
  readonly subject: Subject;
  readonly identity: PreparedIdentity;
  /** The objects to apply; while `identity.toRegister`, with the placeholder key. */
  readonly rendered: RenderedDevice;
  readonly live: LiveObjects;
  /** True if the namespace does not exist yet (`--namespace-per-device`). */
  readonly makesNamespace: boolean;
  /** The settings with which the root disk was set up; absent before its first boot. */
  readonly firstBoot: FirstBoot | undefined;
  readonly outdated: Outdated;
  /** The machine runs with older settings than its VirtualMachine has: `request.restart` restarts it, also without a change. */
  readonly runsOldSettings: boolean;
  /** The EdgeDevice to keep with the VM, as text; absent if it is too large for that. */
  readonly kept: string | undefined;
  /** The changes that applying will make to an existing device. */
  readonly consequences: readonly Consequence[];
  /** The change that applying will make to each object. */
  readonly changes: readonly Change[];
  readonly warnings: readonly string[];
}

/** A prepared device, with its objects applied. */
export interface AppliedDevice {
  readonly prepared: PreparedDevice;
  readonly identity: PreparedIdentity;
  /** From the API server's answer. */
  readonly vm: KubeObject;
  /** This run made the hub device. */
  readonly registered: boolean;
  /** Uids of objects that new ones replace. */
  readonly replaced: readonly string[];
  /** The change that applying made to each object. */
  readonly changes: readonly Change[];
  /** Of preparing and applying. */
  readonly warnings: readonly string[];
}
