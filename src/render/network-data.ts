import { dump } from 'js-yaml';
import type { EdgeDevice } from '../spec/types.js';

/**
 * Network-data (cloud-init's version 2 format) as YAML; `undefined` where DHCP, the image's default, is meant.
 * https://cloudinit.readthedocs.io/en/latest/reference/network-config-format-v2.html
 */
export function networkData(device: EdgeDevice): string | undefined {
  const given = device.spec.guest.networkData;
  if (given === undefined) return undefined;
  // As it was given: NoCloud takes the document with and without the `network:` key around it.
  return dump(given, { lineWidth: -1, noRefs: true });
}
