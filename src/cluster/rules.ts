import type { Access, Rights } from './types.js';

/** Whether the rules allow it, as RBAC reads them: `*` stands for all, also for all subresources. */
export function allows({ rules }: Rights, { verb, group = '', resource, subresource }: Access): boolean {
  const names = subresource === undefined ? [resource] : [`${resource}/${subresource}`, `*/${subresource}`];
  return rules.some(({ verbs, apiGroups = [], resources = [], resourceNames = [] }) =>
    // A right on named objects only is none on those that are still to be made.
    resourceNames.length === 0 && has(verbs, [verb]) && has(apiGroups, [group]) && has(resources, names));
}

function has(given: readonly string[], wanted: readonly string[]): boolean {
  return given.includes('*') || wanted.some((one) => given.includes(one));
}
