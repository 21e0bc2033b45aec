import { LABEL_INSTANCE } from '../../spec/labels.js';
import type { Entry } from './entry.js';
import type { Requirement } from '../label-selector.js';

/** edge-vm's label and KubeVirt's label with the name of one device. */
const named = [LABEL_INSTANCE, 'vm.kubevirt.io/name'];

/** Entries by the labels that name a device: with a thousand devices, a question about one does not look at all of them. */
export class LabelIndex {
  /** By the text of the requirement, `label=value`, then by key. */
  readonly #entries = new Map<string, Map<string, Entry>>();

  add(entry: Entry): void {
    for (const text of textsOf(entry)) {
      const group = this.#entries.get(text);
      if (group === undefined) this.#entries.set(text, new Map([[entry.key, entry]]));
      else group.set(entry.key, entry);
    }
  }

  remove(entry: Entry): void {
    for (const text of textsOf(entry)) {
      const group = this.#entries.get(text);
      group?.delete(entry.key);
      if (group?.size === 0) this.#entries.delete(text);
    }
  }

  /** The entries that may fit; `undefined` if no requirement names a device. */
  of(requirements: readonly Requirement[]): Iterable<Entry> | undefined {
    const one = requirements.find(({ text }) => named.some((label) => text.startsWith(`${label}=`)));
    return one === undefined ? undefined : (this.#entries.get(one.text)?.values() ?? []);
  }
}

function textsOf({ meta: { labels } }: Entry): string[] {
  return labels === undefined ? [] : named.flatMap((label) => (labels[label] === undefined ? [] : [`${label}=${labels[label]}`]));
}
