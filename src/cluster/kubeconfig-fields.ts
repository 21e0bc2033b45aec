import { EdgeVmError } from '../support/errors.js';
import { isMapping, type Mapping } from '../support/plain.js';

/** Reads the fields of one entry. A wrong type is `no-cluster`, with the field and never the value. */
export interface Fields {
  /** `undefined` if it is absent or empty. */
  text(name: string): string | undefined;
  flag(name: string): boolean;
  texts(name: string): string[] | undefined;
  mapping(name: string): Fields | undefined;
  /** Lists of mappings. */
  list(name: string): Fields[];
  /** Text → list of texts. */
  textLists(name: string): Record<string, string[]> | undefined;
  raw(name: string): unknown;
}

/** `where` is for people: `user "admin" in ~/.kube/config`. */
export function fieldsOf(holder: Mapping, where: string, path = ''): Fields {
  const value = (name: string): unknown => holder[name] ?? undefined;
  const wrong = (name: string, what: string): EdgeVmError => new EdgeVmError('no-cluster', `${where}: ${path}${name} must be ${what}`, { hint: 'Correct the kubeconfig; put numbers and words such as yes in quotes if they are text' });
  const isTexts = (one: unknown): one is string[] => Array.isArray(one) && one.every((item) => typeof item === 'string');
  return {
    raw: value,
    text(name) {
      const found = value(name);
      if (found !== undefined && typeof found !== 'string') throw wrong(name, 'text');
      return found === '' ? undefined : found;
    },
    flag(name) {
      const found = value(name) ?? false;
      if (typeof found !== 'boolean') throw wrong(name, 'true or false');
      return found;
    },
    texts(name) {
      const found = value(name);
      if (found !== undefined && !isTexts(found)) throw wrong(name, 'a list of texts');
      return found;
    },
    mapping(name) {
      const found = value(name);
      if (found === undefined) return undefined;
      if (!isMapping(found)) throw wrong(name, 'a mapping');
      return fieldsOf(found, where, `${path}${name}.`);
    },
    list(name) {
      const found = value(name) ?? [];
      if (!Array.isArray(found) || !found.every(isMapping)) throw wrong(name, 'a list of mappings');
      return found.map((one, index) => fieldsOf(one, where, `${path}${name}[${index}].`));
    },
    textLists(name) {
      const found = value(name);
      if (found === undefined) return undefined;
      if (!isMapping(found) || !Object.values(found).every(isTexts)) throw wrong(name, 'a mapping of lists of texts');
      return found as Record<string, string[]>;
    },
  };
}
