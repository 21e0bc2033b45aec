import type { ProvisionContext } from '../../readiness/types.js';

export interface Access {
  verb: string;
  group?: string;
  resource: string;
  subresource?: string;
}

/** Those of `needed` that the caller may not do, as `patch virtualmachines.kubevirt.io`. */
export async function missingPermissions(context: ProvisionContext, namespace: string, needed: Access[], signal: AbortSignal): Promise<string[]> {
  const answers = await Promise.all(needed.map((access) => context.cluster.canI({ ...access, namespace }, { signal })));
  return needed.filter((_, i) => answers[i] === false).map(nameOf);
}

function nameOf({ verb, group, resource, subresource }: Access): string {
  const full = subresource === undefined ? resource : `${resource}/${subresource}`;
  return `${verb} ${full}${group === undefined ? '' : `.${group}`}`;
}
