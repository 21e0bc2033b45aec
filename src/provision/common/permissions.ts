import { allows } from '../../cluster/rules.js';
import type { Access, Rights } from '../../cluster/types.js';
import type { ProvisionContext } from '../../readiness/types.js';
import { EdgeVmError } from '../../support/errors.js';

export type { Access } from '../../cluster/types.js';

/**
 * Those of `needed` that the caller may not do, as `patch virtualmachines.kubevirt.io`. One request tells all rights of
 * most clusters; only what is not among them, or what an authorizer decides that cannot list its rules, is asked singly.
 */
export async function missingPermissions({ cluster }: ProvisionContext, namespace: string, needed: Access[], signal: AbortSignal): Promise<string[]> {
  const rights = await cluster.rights(namespace, { signal }).catch(nothingTold);
  const open = rights.incomplete ? needed : needed.filter((access) => !allows(rights, access));
  const answers = await Promise.all(open.map((access) => cluster.canI({ ...access, namespace }, { signal })));
  return open.filter((_, i) => answers[i] === false).map(nameOf);
}

/** A server that does not answer this question may answer the single ones. */
function nothingTold(error: unknown): Rights {
  if (EdgeVmError.is(error) && ['forbidden', 'not-found', 'admission-refused'].includes(error.code)) return { rules: [], incomplete: true };
  throw error;
}

function nameOf({ verb, group, resource, subresource }: Access): string {
  const full = subresource === undefined ? resource : `${resource}/${subresource}`;
  return `${verb} ${full}${group === undefined ? '' : `.${group}`}`;
}
