import { dump } from 'js-yaml';
import { isOfFragment } from './fragments.js';
import { isGuestScript } from './guest-scripts.js';
import { isMapping } from '../../support/plain.js';
import type { CloudConfig, WriteFile } from './types.js';

const files = 'write_files';
const options = { lineWidth: -1, noRefs: true };

/** Texts of entries that all devices have. They hold no secret. */
const known = new WeakMap<object, string>();

/**
 * The YAML of a cloud-config, the same as `dump` gives. Most of it are files: the text of edge-vm's own is made once, and that of
 * most others needs no library. For a thousand devices, `dump` would take longer than all else of rendering.
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
  return list.map((entry) => (isGuestScript(entry) || isOfFragment(entry) ? fixedText(entry) : entryText(entry))).join('');
}

function fixedText(entry: object): string {
  const before = known.get(entry);
  if (before !== undefined) return before;
  const text = entryText(entry);
  known.set(entry, text);
  return text;
}

/** In its place in the mapping, which decides about the indentation. */
function entryText(entry: unknown): string {
  return isPlain(entry) ? plainText(entry) : dump({ [files]: [entry] }, options).slice(`${files}:\n`.length);
}

/** A path, and a base64 text that begins with a letter and is too long for a word of YAML, need no quotes. */
const plainPath = /^\/[A-Za-z0-9._@+/-]+$/;
const plainContent = /^[A-Za-z][A-Za-z0-9+/]{15,}={0,2}$/;

/** An entry as `writeFile` makes nearly all of them. */
function isPlain(entry: unknown): entry is WriteFile {
  if (!isMapping(entry) || Object.keys(entry).join() !== 'path,owner,permissions,encoding,content') return false;
  const { path, owner, permissions, encoding, content } = entry as Partial<Record<keyof WriteFile, unknown>>;
  return owner === 'root:root' && encoding === 'b64' && [[plainPath, path], [/^0[0-7]{3}$/, permissions], [plainContent, content]].every(([shape, value]) => typeof value === 'string' && (shape as RegExp).test(value));
}

function plainText({ path, owner, permissions, encoding, content }: WriteFile): string {
  return `  - path: ${path}\n    owner: ${owner}\n    permissions: '${permissions}'\n    encoding: ${encoding}\n    content: ${content}\n`;
}
