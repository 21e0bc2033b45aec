import { parseSelector, selects } from '../../cluster/label-selector.js';
import { DataVolume, Event, Pod, VirtualMachine, VirtualMachineInstance } from '../../cluster/kinds.js';
import { ownSelector } from '../../cluster/owned.js';
import type { Cluster, KubeObject, ListOptions, ResourceType } from '../../cluster/types.js';
import { allowMany } from '../../support/abort.js';
import { textAt } from '../../support/plain.js';
import { decorated } from '../../support/decorated.js';
import { Feed } from './feed.js';

type Selection = Omit<ListOptions, 'signal'>;

/**
 * What one watch for all devices of a namespace selects. Instances have no selector, since one from a person's own template
 * may lack edge-vm's labels. A watch of a disk by its name is for a disk without them, so it stays a watch of its own.
 */
const wide: readonly { type: ResourceType; labelSelector?: string; covers: (selection: Selection) => boolean }[] = [
  { type: VirtualMachine, labelSelector: ownSelector(), covers: () => true },
  { type: VirtualMachineInstance, covers: () => true },
  { type: Pod, labelSelector: 'kubevirt.io=virt-launcher', covers: ({ labelSelector = '' }) => labelSelector.includes('kubevirt.io=virt-launcher') },
  { type: DataVolume, labelSelector: ownSelector(), covers: ({ labelSelector = '' }) => labelSelector.startsWith(ownSelector()) },
  { type: Event, covers: () => true },
];

/**
 * A cluster port whose watches are shared: one of each type for each namespace, however many devices are followed. Each
 * reader gets only what it selects. The watches end with `signal`.
 */
export function sharedWatches(cluster: Cluster, signal: AbortSignal): Cluster {
  // Each reader listens to it.
  allowMany(signal);
  const feeds = new Map<string, Feed>();
  return decorated(cluster, {
    watch(type, { signal: own, ...selection }) {
      const found = selection.namespace === undefined ? undefined : wide.find((one) => one.type === type && one.covers(selection));
      const upstream: Selection = found === undefined ? selection : { namespace: selection.namespace!, ...(found.labelSelector === undefined ? {} : { labelSelector: found.labelSelector }) };
      const key = JSON.stringify([type.apiVersion, type.plural, upstream]);
      const feed = feeds.get(key) ?? new Feed(cluster, type, upstream, signal);
      feeds.set(key, feed);
      return feed.read(found === undefined ? () => true : filterOf(selection), own);
    },
  });
}

/** The part of a selection that the shared watch does not select. */
function filterOf({ labelSelector, fieldSelector }: Selection): (object: KubeObject) => boolean {
  const labels = labelSelector === undefined ? [] : parseSelector(labelSelector);
  const fields = (fieldSelector ?? '').split(',').filter(Boolean).map((one): [string[], string] => [one.slice(0, one.indexOf('=')).split('.'), one.slice(one.indexOf('=') + 1)]);
  return (object) => fields.every(([path, value]) => textAt(object, ...path) === value) && selects(labels, object.metadata.labels);
}
