import type { KubeObject } from '../cluster/types.js';
import { ANNOTATION_FIRST_BOOT_HASH, ANNOTATION_FIRST_BOOT_UUID, ANNOTATION_USER_DATA_HASH } from '../spec/labels.js';
import { firmwareUuidOf } from '../cluster/virtual-machine.js';
import { textAt } from '../support/plain.js';

/**
 * What a root disk was set up with. Cloud-init runs once for each disk and instance id, which is the firmware UUID: with
 * this UUID it does not run again, whatever the Secret holds by now.
 */
export interface FirstBoot {
  /** SHA-256 of the user-data that it got. */
  hash: string;
  uuid: string;
}

/** As the annotations of a VM, or of a disk that was kept, have it. */
export function noted(object: KubeObject | undefined): FirstBoot | undefined {
  const annotations = object?.metadata.annotations ?? {};
  const { [ANNOTATION_FIRST_BOOT_HASH]: hash, [ANNOTATION_FIRST_BOOT_UUID]: uuid = firmwareUuidOf(object) } = annotations;
  return hash === undefined || uuid === undefined ? undefined : { hash, uuid };
}

/**
 * What the disk of a live VM was set up with. A raised generation is a first boot only once an instance with the new
 * UUID is there; it got what the Secret held then, which is what the VM notes as its user-data until the next apply.
 */
export function firstBootOf(vm: KubeObject, vmi: KubeObject | undefined): FirstBoot | undefined {
  const known = noted(vm);
  const uuid = textAt(vmi?.spec, 'domain', 'firmware', 'uuid');
  const hash = vm.metadata.annotations?.[ANNOTATION_USER_DATA_HASH];
  const isNew = uuid !== undefined && uuid !== known?.uuid && uuid === firmwareUuidOf(vm);
  return isNew && hash !== undefined ? { hash, uuid } : known;
}

/** The annotations that note it. */
export function noteOf({ hash, uuid }: FirstBoot): Record<string, string> {
  return { [ANNOTATION_FIRST_BOOT_HASH]: hash, [ANNOTATION_FIRST_BOOT_UUID]: uuid };
}
