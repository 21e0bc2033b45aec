import { Namespace } from '../../../cluster/kinds.js';
import { ref } from '../../../cluster/ref.js';
import type { KubeObject } from '../../../cluster/types.js';
import { EdgeVmError } from '../../../support/errors.js';
import type { Run } from '../run.js';

/** Whether the device's own namespace exists, and if not, whether `makeNamespace` can make it. */
export interface NamespaceFindings {
  isMissing: boolean;
  missingRights: string[];
}

/** An existing namespace is used unchanged: its owner decides when to delete it. */
export async function lookAtNamespace(run: Run, namespace: string): Promise<NamespaceFindings> {
  try {
    const isMissing = (await readNamespace(run, namespace)) === undefined;
    return { isMissing, missingRights: isMissing ? await missingToMake(run, namespace) : [] };
  } catch (error) {
    if (!EdgeVmError.is(error) || error.code !== 'forbidden') throw error;
    // It is not known whether the others are needed, but people want to see all missing rights at once.
    return { isMissing: true, missingRights: ['get namespaces', ...(await missingToMake(run, namespace))] };
  }
}

async function readNamespace({ context, deadline }: Run, namespace: string): Promise<KubeObject | undefined> {
  const live = await context.cluster.get(ref(Namespace, namespace), { signal: deadline.signal });
  if (live?.metadata.deletionTimestamp === undefined) return live;
  throw new EdgeVmError('not-found', `namespace ${namespace} is being deleted`, { hint: 'Run the command again once it is gone.' });
}

/** An apply of a new namespace needs both; the API server checks them with the name, and `patch` within the namespace. */
async function missingToMake({ context, deadline }: Run, namespace: string): Promise<string[]> {
  const needed = [{ verb: 'create' }, { verb: 'patch', namespace }];
  const answers = await Promise.all(needed.map((access) => context.cluster.canI({ ...access, resource: 'namespaces', name: namespace }, { signal: deadline.signal })));
  return needed.filter((_, i) => answers[i] === false).map(({ verb }) => `${verb} namespaces`);
}
