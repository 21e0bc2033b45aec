import { looksLikeKey, shown } from '../../support/shown.js';

/** Path of a key. A key with a dot or a slash is in quotes, so that it does not look like two keys. A key that looks like a secret is not shown. */
export function at(field: string, key: string): string {
  const plain = /^[A-Za-z_][A-Za-z0-9_]*$/.test(key) && !looksLikeKey(key);
  if (!plain) return `${field}[${(shown(key.slice(0, 80)) ?? '"…"')}]`;
  return field === '' ? key : `${field}.${key}`;
}
