import type { SecretValue } from './secret.js';
import { secretForms } from './secret-forms.js';

/** All forms have at least so many characters. */
const head = 4;

interface Index {
  /** Secrets of the list that are in the index. */
  count: number;
  /** Forms by their first characters. */
  byHead: Map<string, Set<string>>;
}

/** A list of secrets only grows, so its index grows with it. */
const indexes = new WeakMap<readonly SecretValue[], Index>();

/** The forms of the secrets that a text holds. It looks at each place of the text once, for any number of secrets. */
export function formsWithin(text: string, secrets: readonly SecretValue[]): string[] {
  const { byHead } = indexOf(secrets);
  const found = new Set<string>();
  for (let at = 0; at + head <= text.length; at += 1) {
    for (const form of byHead.get(text.slice(at, at + head)) ?? []) if (text.startsWith(form, at)) found.add(form);
  }
  return [...found];
}

function indexOf(secrets: readonly SecretValue[]): Index {
  const index = indexes.get(secrets) ?? { count: 0, byHead: new Map<string, Set<string>>() };
  for (const secret of secrets.slice(index.count)) {
    for (const form of secretForms(secret)) {
      const key = form.slice(0, head);
      const forms = index.byHead.get(key);
      if (forms === undefined) index.byHead.set(key, new Set([form]));
      else forms.add(form);
    }
  }
  index.count = secrets.length;
  indexes.set(secrets, index);
  return index;
}
