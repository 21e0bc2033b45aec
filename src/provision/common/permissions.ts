import { allows } from '../../cluster/rules.js';
import type { Access, Rights } from '../../cluster/types.js';
import type { ProvisionContext } from '../../readiness/types.js';
import { EdgeVmError } from '../../support/errors.js';

export type { Access } from '../../cluster/types.js';

/**
 * The rights in `needed` that the caller lacks, as `patch virtualmachines.kubevirt.io`. For most clusters, one request
 * gives all rights. It asks singly only for rights that are missing there, or if an authorizer cannot list its rules.
 */
export async function missingPermissions({ cluster }: ProvisionContext, namespace: string, needed: Access[], signal: AbortSignal): Promise<string[]> {
  const rights = await cluster.rights(namespace, { signal }).catch(nothingTold);
  const open = rights.incomplete ? needed : needed.filter((access) => !allows(rights, access));
  const answers = await Promise.all(open.map((access) => cluster.canI({ ...access, namespace }, { signal })));
  return open.filter((_, i) => answers[i] === false).map(nameOf);
}

/** If a server does not answer this question, it may still answer the single ones. */
function nothingTold(error: unknown): Rights {
  if (EdgeVmError.is(error) && ['forbidden', 'not-found', 'admission-refused'].includes(error.code)) return { rules: [], incomplete: true };
  throw error;
}

function nameOf({ verb, group, resource, subresource }: Access): string {
  const full = subresource === undefined ? resource : `${resource}/${subresource}`;
  return `${verb} ${full}${group === undefined ? '' : `.${group}`}`;
}
