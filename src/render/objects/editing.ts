import { InvalidInputError } from '../../support/errors.js';
import { isMapping } from '../../support/plain.js';
import type { Mapping } from '../../support/plain.js';

/** A manifest that is being patched, and the input field that a person would correct. */
export interface Manifest {
  root: Mapping;
  /** `spec.vm.template` or `spec.vm.templateFile`. */
  field: string;
}

/** A problem of the template, reported for the field that names it. */
export function templateProblem(manifest: Manifest, message: string): InvalidInputError {
  return new InvalidInputError([{ field: manifest.field, message }]);
}

/** The mapping at a path below the root; makes it if it is absent. Throws InvalidInputError if there is another value. */
export function mappingAt(manifest: Manifest, ...path: string[]): Mapping {
  return mappingIn(manifest, manifest.root, path, '');
}

/** The same from a part of the manifest; `where` is the path of that part, for messages. */
export function mappingIn(manifest: Manifest, start: Mapping, path: readonly string[], where: string): Mapping {
  let current = start;
  for (const [index, key] of path.entries()) {
    const next = (current[key] ??= {});
    if (!isMapping(next)) throw templateProblem(manifest, `${[where, ...path.slice(0, index + 1)].filter(Boolean).join('.')} must be a mapping`);
    current = next;
  }
  return current;
}

/** The list of mappings at a path below the root; makes it if it is absent. */
export function listAt(manifest: Manifest, ...path: string[]): Mapping[] {
  const parent = mappingAt(manifest, ...path.slice(0, -1));
  const list = (parent[path.at(-1)!] ??= []);
  if (!Array.isArray(list) || !list.every(isMapping)) throw templateProblem(manifest, `${path.join('.')} must be a list of mappings`);
  return list;
}

/** The entry of that name. */
export function named(list: readonly Mapping[], name: unknown): Mapping | undefined {
  return list.find((entry) => entry['name'] === name);
}
