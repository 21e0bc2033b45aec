import type { KubeObject } from '../../cluster/types.js';
import { record } from '../../support/plain.js';
import { isSelected } from './select.js';
import { readSpec, selectionOf } from './spec.js';
import type { EdgeDeploymentStatus } from './types.js';

/** Two EdgeDeployments that write to one device would put back each other's work without end. */
export interface Claims {
  /** Devices that another EdgeDeployment keeps, by name: the name of that EdgeDeployment, and why. */
  lost: Map<string, { by: string; why: string }>;
  /** Devices of this one that others want too, by name: the names of those, and why this one keeps it. */
  wanted: Map<string, { by: string[]; why: string }>;
}

/** Who keeps each device: the EdgeDeployment that is older; of two of the same second the first in the alphabet. */
export function claimsOf(own: KubeObject, devices: readonly KubeObject[], deployments: readonly KubeObject[]): Claims {
  const rivals = deployments.filter((one) => one.metadata.name !== own.metadata.name && writesToDevices(one));
  const claims: Claims = { lost: new Map(), wanted: new Map() };
  for (const device of devices) {
    const others = rivals.filter((one) => isSelected(selectionOf(one), device)).sort(byAge);
    const [first] = others;
    if (first === undefined) continue;
    if (byAge(first, own) < 0) claims.lost.set(device.metadata.name, { by: first.metadata.name, why: whyFirst(first, own) });
    else claims.wanted.set(device.metadata.name, { by: others.map(({ metadata }) => metadata.name), why: whyFirst(own, first) });
  }
  return claims;
}

/** It applies its manifest to devices, or has done so. */
export function writesToDevices(resource: KubeObject): boolean {
  const { spec, metadata } = resource;
  return metadata.deletionTimestamp === undefined && record(spec?.['modulesContent']) !== undefined && spec?.['apply'] !== 'Automatic' && selectionOf(resource).source !== 'Hub' && (hasApplied(resource) || isValid(resource));
}

/** What it applied while it was valid stays on its devices. */
function hasApplied({ status }: KubeObject): boolean {
  const { appliedGeneration, counts } = (status ?? {}) as EdgeDeploymentStatus;
  // A cluster with an older CRD keeps only the counts.
  return appliedGeneration !== undefined || (counts?.applied ?? 0) > 0;
}

/** The caches keep one object until it changes, and many EdgeDeployments may ask. */
const checked = new WeakMap<KubeObject, boolean>();

function isValid(resource: KubeObject): boolean {
  const known = checked.get(resource) ?? readSpec(resource).problems.length === 0;
  checked.set(resource, known);
  return known;
}

const age = ({ metadata }: KubeObject): number => Date.parse(metadata.creationTimestamp ?? '') || 0;

function byAge(a: KubeObject, b: KubeObject): number {
  return age(a) - age(b) || (a.metadata.name < b.metadata.name ? -1 : 1);
}

function whyFirst(first: KubeObject, second: KubeObject): string {
  return age(first) === age(second) ? 'was created in the same second, comes first by name,' : 'is older';
}
