import { deviceOf, sameDevice, type DeviceRef } from '../../cluster/owned.js';
import type { KubeObject } from '../../cluster/types.js';
import { keptIn } from './document.js';
import { ownSecret } from './get.js';

/**
 * Twin tags that the kept device gave this hub device, and that are not wanted any more. A hub merges tags, so somebody has to remove
 * them; tags of others are in no kept device, and stay.
 *
 * @param secret the device's cloud-init Secret, of any owner.
 */
export function removedTags(secret: KubeObject | undefined, device: DeviceRef, wanted: Readonly<Record<string, string>> | undefined): string[] {
  const own = ownSecret(secret);
  if (own === undefined || !sameDevice(deviceOf(own), device)) return [];
  return Object.keys(keptIn(own)?.spec?.identity?.register?.tags ?? {}).filter((name) => wanted?.[name] === undefined);
}
