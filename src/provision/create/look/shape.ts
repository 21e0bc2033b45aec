import type { KubeManifest } from '../../../render/types.js';
import { isMapping } from '../../../support/plain.js';

/** Labels and annotations that differ from device to device: their keys can matter to a webhook, their values hardly. */
const maps: ReadonlySet<string> = new Set(['labels', 'annotations']);
/** Values of these fields are addresses and ids that edge-vm makes from the device, and the id of the resource that owns it. */
const ids: ReadonlySet<string> = new Set(['uuid', 'serial', 'macAddress', 'uid']);

/**
 * A text that is the same for manifests that differ only in what names the device. The API server, its webhooks and policies
 * decide alike about all of them, except for quotas and objects that exist already.
 *
 * @param withLabels the values of labels count too: a policy may allow only some.
 */
export function shapeOf(manifests: readonly KubeManifest[], name: string, { withLabels = false } = {}): string {
  const labels = withLabels ? manifests.map(({ metadata }) => Object.entries(metadata.labels ?? {}).map((entry) => entry.join('=').replaceAll(name, '*')).sort()) : [];
  return `${withLabels ? `${JSON.stringify(labels)} ` : ''}${coarse(manifests, name)}`;
}

function coarse(manifests: readonly KubeManifest[], name: string): string {
  return JSON.stringify(manifests.map((manifest) => {
    if (manifest.kind !== 'Secret') return reduced(manifest, '', name);
    return { kind: manifest.kind, namespace: manifest.metadata.namespace, keys: Object.keys((manifest.data as Record<string, unknown> | undefined) ?? {}) };
  }));
}

function reduced(value: unknown, key: string, name: string): unknown {
  if (Array.isArray(value)) return value.map((entry) => reduced(entry, key, name));
  if (typeof value === 'string') return ids.has(key) ? '' : value.replaceAll(name, '*');
  if (!isMapping(value)) return value;
  if (maps.has(key)) return Object.keys(value).sort();
  return Object.fromEntries(Object.entries(value).map(([inner, entry]) => [inner, reduced(entry, inner, name)]));
}
