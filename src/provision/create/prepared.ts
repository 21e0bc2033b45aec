import type { KubeObject } from '../../cluster/types.js';
import type { DeviceIdentity } from '../../identity/types.js';
import type { Change, FieldChange } from '../../readiness/types.js';
import type { RenderedDevice } from '../../render/types.js';
import type { ChangeEffect } from '../../spec/schema/node.js';
import type { EdgeDevice, EdgeDeviceInput } from '../../spec/types.js';
import type { FirstBoot } from '../../readiness/first-boot.js';
import type { CreateRequest } from '../types.js';

/** Which device it is, and where its objects are. */
export interface Subject {
  readonly name: string;
  readonly namespace: string;
  readonly hubHostname: string;
  readonly deviceId: string;
  /** The requested device with hub, device id, name and namespace filled in. */
  readonly device: EdgeDevice;
  /** The same as the person gave it. */
  readonly input: EdgeDeviceInput;
  readonly secrets: CreateRequest['secrets'];
  /** The Secret of that name, whosever it is. */
  readonly secret: KubeObject | undefined;
  /** What is kept with the VM so far. */
  readonly kept: EdgeDeviceInput | undefined;
  /** Absent for `register`: the hub gives the key. */
  readonly given: DeviceIdentity | undefined;
}

/** By what the device proves who it is. */
export interface PreparedIdentity {
  /** With a key that nobody will ever use while `toRegister`. */
  readonly identity: DeviceIdentity;
  /** The hub has no such device yet, and will make its key. */
  readonly toRegister: boolean;
  /** What shows that the identity is good; absent when nothing was tried. */
  readonly proof: string | undefined;
  /** Scope of the parent that the hub is still to be told of. */
  readonly parentScope?: string;
}

/** One field that will differ from what the device is now. `path` is the EdgeDevice's, or with the kind before it an object's. */
export interface Consequence extends FieldChange {
  effect: ChangeEffect;
  /** Something goes: an entry, an object, or a value that falls back to its default. */
  removed: boolean;
}

/** The objects of that name that are there, if they are ours; `undefined` also where one may not be read. */
export interface LiveObjects {
  readonly vm: KubeObject | undefined;
  readonly secret: KubeObject | undefined;
  readonly service: KubeObject | undefined;
}

/** What was made from settings of before and never worked: applying takes it away, and its controller makes it anew. */
export interface Outdated {
  /** DataVolumes that were never filled. */
  readonly disks: readonly KubeObject[];
  /** A VirtualMachineInstance that never ran. */
  readonly instance: KubeObject | undefined;
}

/**
 * All that can be found out about a device without changing anything. Every refusal that looking can bring has been
 * thrown by now; `applyDevice` takes it from here.
 */
export interface PreparedDevice {
  readonly request: CreateRequest;
  readonly subject: Subject;
  readonly identity: PreparedIdentity;
  /** The objects to apply; with the stand-in's key while `identity.toRegister`. */
  readonly rendered: RenderedDevice;
  readonly live: LiveObjects;
  /** The namespace is still to be made (`--namespace-per-device`). */
  readonly makesNamespace: boolean;
  /** What the root disk was set up with; absent where its first boot is still to come. */
  readonly firstBoot: FirstBoot | undefined;
  readonly outdated: Outdated;
  /** The EdgeDevice to keep with the VM, as text; absent where it is too large for that. */
  readonly kept: string | undefined;
  /** What applying will change about a device that is there. */
  readonly consequences: readonly Consequence[];
  /** What applying is going to do to each object. */
  readonly changes: readonly Change[];
  readonly warnings: readonly string[];
}

/** A prepared device whose objects are applied. */
export interface AppliedDevice {
  readonly prepared: PreparedDevice;
  readonly identity: PreparedIdentity;
  /** As the API server gave it back. */
  readonly vm: KubeObject;
  /** Uids of objects that go away, since new ones take their place. */
  readonly replaced: readonly string[];
}
