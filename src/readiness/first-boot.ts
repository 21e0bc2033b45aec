import type { KubeObject } from '../cluster/types.js';
import { ANNOTATION_FIRST_BOOT_HASH, ANNOTATION_FIRST_BOOT_UUID, ANNOTATION_GENERATION, ANNOTATION_USER_DATA_HASH } from '../spec/labels.js';
import { firmwareUuidOf } from '../cluster/virtual-machine.js';
import { textAt } from '../support/plain.js';

/**
 * The settings with which a root disk was set up. cloud-init runs once for each disk and instance id; the instance id is
 * the firmware UUID. With the same UUID it does not run again, even if the Secret has other content now.
 */
export interface FirstBoot {
  /** SHA-256 of the user-data that it got. */
  hash: string;
  uuid: string;
}

/** From the annotations of a VM, or of a kept disk. */
export function noted(object: KubeObject | undefined): FirstBoot | undefined {
  const annotations = object?.metadata.annotations ?? {};
  const { [ANNOTATION_FIRST_BOOT_HASH]: hash, [ANNOTATION_FIRST_BOOT_UUID]: uuid = firmwareUuidOf(object) } = annotations;
  return hash === undefined || uuid === undefined ? undefined : { hash, uuid };
}

/**
 * The settings with which the disk of a live VM was set up. A higher generation counts as a first boot only when an
 * instance with the new UUID exists. It then got the content of the Secret; the VM has its hash until the next apply.
 */
export function firstBootOf(vm: KubeObject, vmi: KubeObject | undefined): FirstBoot | undefined {
  const known = noted(vm);
  const uuid = textAt(vmi?.spec, 'domain', 'firmware', 'uuid');
  const hash = vm.metadata.annotations?.[ANNOTATION_USER_DATA_HASH];
  const isNew = uuid !== undefined && uuid !== known?.uuid && uuid === firmwareUuidOf(vm);
  return isNew && hash !== undefined ? { hash, uuid } : known;
}

/** The annotations for it. */
export function noteOf({ hash, uuid }: FirstBoot): Record<string, string> {
  return { [ANNOTATION_FIRST_BOOT_HASH]: hash, [ANNOTATION_FIRST_BOOT_UUID]: uuid };
}

/** Without them: they follow from what the guest did, and are no setting that anybody changes. */
export function withoutNote<T extends { metadata: { annotations?: Record<string, string> } }>(object: T): T {
  const { [ANNOTATION_FIRST_BOOT_HASH]: _hash, [ANNOTATION_FIRST_BOOT_UUID]: _uuid, ...annotations } = object.metadata.annotations ?? {};
  return { ...object, metadata: { ...object.metadata, annotations } };
}

/** The user-data differs from that of the disk's first boot, but the firmware UUID is the same: cloud-init does not run again. */
export function isSetUpWithOther(vm: KubeObject | undefined): boolean {
  const first = noted(vm);
  const hash = vm?.metadata.annotations?.[ANNOTATION_USER_DATA_HASH];
  return first !== undefined && hash !== undefined && first.hash !== hash && first.uuid === firmwareUuidOf(vm);
}

/** The generation that the VM has; 1 if it has none. */
export function notedGeneration(vm: KubeObject | undefined): number {
  const generation = Number(vm?.metadata.annotations?.[ANNOTATION_GENERATION] ?? 1);
  return Number.isInteger(generation) ? generation : 1;
}
