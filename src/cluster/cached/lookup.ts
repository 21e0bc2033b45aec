import { textAt } from '../../support/plain.js';
import { keyOf, partsOf } from '../key.js';
import { objectOf, type Entry } from './entry.js';
import { selects, type Requirement } from '../label-selector.js';
import { parseFieldSelector, parseLabelSelector } from './selector.js';
import type { Scope } from './spec.js';
import type { KubeObject, ListOptions, ObjectRef, ResourceType } from '../types.js';

/** A list that a cache can answer. */
export interface Selection {
  scope: Scope;
  namespace: string | undefined;
  name: string | undefined;
  requirements: readonly Requirement[];
  where?: ListOptions['where'];
}

/** Finds the caches that answer a request. A scope that is not live answers nothing. */
export class Lookup {
  readonly #scopes = new Map<string, Scope[]>();

  constructor(scopes: readonly Scope[]) {
    for (const scope of scopes) {
      const id = idOf(scope.spec.type);
      this.#scopes.set(id, [...(this.#scopes.get(id) ?? []), scope]);
    }
  }

  /** The scopes with an object's place, complete ones first; also those that are not live, for answers of writes. */
  of(type: Pick<ResourceType, 'apiVersion' | 'kind' | 'namespaced'>, namespace: string | undefined): Scope[] {
    const found = (this.#scopes.get(idOf(type)) ?? []).filter((scope) => scope.namespace === undefined || scope.namespace === namespace);
    return found.toSorted((a, b) => a.requirements.length - b.requirements.length);
  }

  /** The cache that has all objects of a list; `undefined` if the server must answer. */
  list(type: ResourceType, { namespace, labelSelector, fieldSelector, where }: ListOptions): Selection | undefined {
    const scopes = this.#scopes.get(idOf(type));
    if (scopes === undefined) return undefined;
    const [requirements, fields] = [parseLabelSelector(labelSelector), parseFieldSelector(fieldSelector)];
    if (requirements === undefined || fields === undefined) return undefined;
    const place = type.namespaced ? namespace ?? fields.namespace : undefined;
    if (fields.namespace !== undefined && fields.namespace !== place) return undefined;
    const asked = new Set(requirements.map(({ text }) => text));
    const scope = scopes.find((one) => one.isLive && (one.namespace === undefined || one.namespace === place) && one.requirements.every(({ text }) => asked.has(text)));
    return scope && { scope, namespace: place, name: fields.name, requirements, ...(where === undefined ? {} : { where }) };
  }
}

/** The key of an object; `namespace` is for a reference without one. */
export function placeOf({ type, name, namespace }: ObjectRef, defaultNamespace: string): { namespace: string | undefined; key: string } {
  if (!type.namespaced) return { namespace: undefined, key: keyOf({ name }) };
  return { namespace: namespace ?? defaultNamespace, key: keyOf({ namespace: namespace ?? defaultNamespace, name }) };
}

/** The entries of a selection, in the order of the API server. */
export function select(selection: Selection): Entry[] {
  const { scope: { cache }, name, namespace, requirements, where = () => true } = selection;
  if (name !== undefined && namespace !== undefined) return [cache.find(keyOf({ namespace, name }))].filter((entry) => entry !== undefined && fits(entry, selection)) as Entry[];
  return [...cache.candidates(requirements)].filter((entry) => fits(entry, selection) && where(entry.meta)).toSorted((a, b) => (a.key < b.key ? -1 : 1));
}

export function fits({ meta }: Pick<Entry, 'meta'>, { namespace, name, requirements }: Selection): boolean {
  return (namespace === undefined || meta.namespace === namespace) && (name === undefined || meta.name === name) && selects(requirements, meta.labels);
}

/** The keys of what the list would show, if it were not in doubt. */
export function doubtsIn(selection: Selection): string[] {
  const { cache } = selection.scope;
  return cache.doubtful().filter((key) => {
    const entry = cache.find(key);
    // Not shown: its labels are not known.
    return entry === undefined ? fits({ meta: partsOf(key) }, { ...selection, requirements: [] }) : fits(entry, selection);
  });
}

/** What identifies an object's type, from the object. */
export function typeOf(object: unknown): { apiVersion: string; kind: string } {
  return { apiVersion: textAt(object, 'apiVersion') ?? '', kind: textAt(object, 'kind') ?? '' };
}

function idOf({ apiVersion, kind }: { apiVersion: string; kind: string }): string {
  return `${apiVersion}/${kind}`;
}

export { objectOf, type KubeObject };
