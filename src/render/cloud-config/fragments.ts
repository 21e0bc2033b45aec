import { PARSED } from '../assets.generated.js';
import { isMapping } from '../../support/plain.js';
import type { CloudConfig } from './types.js';

const own = new WeakSet<object>();

/** True for a file of a fragment: the same object each time. */
export function isOfFragment(entry: unknown): entry is object {
  return typeof entry === 'object' && entry !== null && own.has(entry);
}

/** A fragment of `cloud-init/`, e.g. `base` or `data-disk`, as data. */
export function fragment(name: string): CloudConfig {
  const path = `cloud-init/${name}.yaml`;
  const value = PARSED[path];
  if (!isMapping(value)) throw new Error(`${path} is missing or is not a mapping`);
  const { write_files: files } = value;
  if (Array.isArray(files)) for (const file of files.filter(isMapping)) own.add(file);
  return value;
}
