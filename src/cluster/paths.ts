import { EdgeVmError } from '../support/errors.js';
import type { ObjectRef, ResourceType } from './types.js';

type Query = Record<string, string | number | boolean | undefined>;

/** `/api/v1` for the core group, `/apis/<group>/<version>` for the others. */
export function apiRoot(apiVersion: string): string {
  const [first, second] = apiVersion.split('/').map(encodeURIComponent);
  return second === undefined ? `/api/${first}` : `/apis/${first}/${second}`;
}

/** URL path of a type's collection; of all namespaces when `namespace` is absent. */
export function collectionPath(type: ResourceType, namespace?: string): string {
  const scope = type.namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  return `${apiRoot(type.apiVersion)}${scope}/${type.plural}`;
}

/** URL path of one object. Refuses an empty name, because it would address the whole collection. */
export function objectPath(ref: ObjectRef, defaultNamespace: string): string {
  if (ref.name === '') throw new EdgeVmError('invalid-input', `${ref.type.kind}: metadata.name is missing`);
  return `${collectionPath(ref.type, ref.namespace ?? defaultNamespace)}/${encodeURIComponent(ref.name)}`;
}

/** `path?query`, without parameters that are undefined. */
export function withQuery(path: string, query: Query): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) if (value !== undefined) search.set(key, String(value));
  return search.size === 0 ? path : `${path}?${search.toString()}`;
}
