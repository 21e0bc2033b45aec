import { looksLikeKey, shown } from '../../support/shown.js';

/** Path of a key, quoted where a dot or a slash in it would be read as a step, and not shown where it looks like a secret. */
export function at(field: string, key: string): string {
  const plain = /^[A-Za-z_][A-Za-z0-9_]*$/.test(key) && !looksLikeKey(key);
  if (!plain) return `${field}[${(shown(key.slice(0, 80)) ?? '"…"')}]`;
  return field === '' ? key : `${field}.${key}`;
}
