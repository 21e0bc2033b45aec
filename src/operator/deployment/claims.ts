import type { KubeObject } from '../../cluster/types.js';
import { record } from '../../support/plain.js';
import { isSelected } from './select.js';
import { selectionOf } from './spec.js';

/** Two EdgeDeployments that write to one device would put back each other's work without end. */
export interface Claims {
  /** Devices that another EdgeDeployment keeps: name of the device → name of that EdgeDeployment. */
  lost: Map<string, string>;
  /** Devices of this one that others want too: name of the device → names of those. */
  wanted: Map<string, string[]>;
}

/** Who keeps each device: the EdgeDeployment that is older; of two alike the first in the alphabet. */
export function claimsOf(own: KubeObject, devices: readonly KubeObject[], deployments: readonly KubeObject[]): Claims {
  const rivals = deployments.filter((one) => one.metadata.name !== own.metadata.name && writesToDevices(one));
  const claims: Claims = { lost: new Map(), wanted: new Map() };
  for (const device of devices) {
    const others = rivals.filter((one) => isSelected(selectionOf(one), device)).sort(byAge);
    const [first] = others;
    if (first === undefined) continue;
    if (byAge(first, own) < 0) claims.lost.set(device.metadata.name, first.metadata.name);
    else claims.wanted.set(device.metadata.name, others.map(({ metadata }) => metadata.name));
  }
  return claims;
}

function writesToDevices({ spec, metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp === undefined && record(spec?.['modulesContent']) !== undefined && spec?.['apply'] !== 'Automatic';
}

function byAge(a: KubeObject, b: KubeObject): number {
  const age = ({ metadata }: KubeObject): number => Date.parse(metadata.creationTimestamp ?? '') || 0;
  return age(a) - age(b) || (a.metadata.name < b.metadata.name ? -1 : 1);
}
