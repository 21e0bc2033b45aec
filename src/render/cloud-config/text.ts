import { dump } from 'js-yaml';
import { isGuestScript } from './guest-scripts.js';
import type { CloudConfig } from './types.js';

const files = 'write_files';
const options = { lineWidth: -1, noRefs: true };

/** Texts of entries that all devices have. They hold no secret. */
const known = new WeakMap<object, string>();

/**
 * The YAML of a cloud-config, the same as `dump` gives. Most of it is the guest's scripts, and their text is made once: for a
 * thousand devices, writing them again would take longer than all else of rendering.
 */
export function cloudConfigText(config: CloudConfig): string {
  const entries = Object.entries(config);
  const at = entries.findIndex(([key]) => key === files);
  const list = entries[at]?.[1];
  if (!Array.isArray(list) || list.length === 0) return dump(config, options);
  return `${part(entries.slice(0, at))}${files}:\n${listText(list)}${part(entries.slice(at + 1))}`;
}

function part(entries: [string, unknown][]): string {
  const text = dump(Object.fromEntries(entries), options);
  return text === '{}\n' ? '' : text;
}

function listText(list: readonly unknown[]): string {
  let text = '';
  let others: unknown[] = [];
  for (const entry of list) {
    if (!isGuestScript(entry)) {
      others.push(entry);
      continue;
    }
    text += entriesText(others) + scriptText(entry);
    others = [];
  }
  return text + entriesText(others);
}

function scriptText(entry: object): string {
  const before = known.get(entry);
  if (before !== undefined) return before;
  const text = entriesText([entry]);
  known.set(entry, text);
  return text;
}

/** In their place in the mapping, which decides about the indentation. */
function entriesText(entries: readonly unknown[]): string {
  return entries.length === 0 ? '' : dump({ [files]: entries }, options).slice(`${files}:\n`.length);
}
