import type { Access, Rights } from './types.js';

/** Whether the rules allow it, by the rules of RBAC: `*` means all, also all subresources. */
export function allows({ rules }: Rights, { verb, group = '', resource, subresource }: Access): boolean {
  const names = subresource === undefined ? [resource] : [`${resource}/${subresource}`, `*/${subresource}`];
  return rules.some(({ verbs, apiGroups = [], resources = [], resourceNames = [] }) =>
    // A right on named objects does not allow to make new ones.
    resourceNames.length === 0 && has(verbs, [verb]) && has(apiGroups, [group]) && has(resources, names));
}

function has(given: readonly string[], wanted: readonly string[]): boolean {
  return given.includes('*') || wanted.some((one) => given.includes(one));
}
