import { at } from '../spec/validate/path.js';
import { isMapping, type Mapping } from '../support/plain.js';
import { shown } from '../support/shown.js';

/** One difference between what is wanted and what the hub has. */
export interface Difference {
  /** Path in the desired properties. */
  field: string;
  kind: 'missing' | 'unexpected' | 'different';
  /** The values as JSON, shortened; absent if they may hold a secret, or are mappings. */
  wanted?: string;
  found?: string;
}

/** No value below these keys is ever shown. */
const withheld: ReadonlySet<string> = new Set(['registryCredentials', 'env', 'createOptions', 'password']);

/** What differs between two normal forms, in the order of their paths. */
export function differences(wanted: Mapping, found: Mapping): Difference[] {
  return compare(wanted, found, '', false);
}

function compare(wanted: unknown, found: unknown, field: string, secret: boolean): Difference[] {
  if (isMapping(wanted) && isMapping(found)) {
    const keys = [...new Set([...Object.keys(wanted), ...Object.keys(found)])].sort();
    return keys.flatMap((key) => compare(own(wanted, key), own(found, key), at(field, key), secret || withheld.has(key)));
  }
  if (JSON.stringify(wanted) === JSON.stringify(found)) return [];
  const kind = found === undefined ? 'missing' : wanted === undefined ? 'unexpected' : 'different';
  return [{ field, kind, ...(secret ? {} : { ...named('wanted', wanted), ...named('found', found) }) }];
}

function own(value: Mapping, key: string): unknown {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

function named(name: 'wanted' | 'found', value: unknown): Partial<Difference> {
  const text = isMapping(value) || Array.isArray(value) ? undefined : shown(value);
  return text === undefined ? {} : { [name]: text };
}
