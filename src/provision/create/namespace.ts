import { EdgeVmError } from '../../support/errors.js';
import { namespaceManifest } from '../../render/index.js';
import { Namespace } from '../../cluster/kinds.js';
import type { KubeObject } from '../../cluster/types.js';
import { ref } from '../../cluster/ref.js';
import { warn, type CreateState, type CreateStep } from './state.js';

/** With `--namespace-per-device`: makes the namespace, labelled, so that `delete` knows that it may remove it. */
export const ensureNamespace: CreateStep = {
  name: 'create namespace',
  async run(state) {
    if (!state.request.namespacePerDevice) return { skipped: true };
    const { cluster } = state.context;
    const { signal } = state.deadline;
    // One that exists already is used as it is: whoever made it decides when it goes.
    if ((await readNamespace(state)) !== undefined) return { skipped: true, detail: 'exists' };
    if (state.request.dryRun !== 'client') {
      await cluster.apply(namespaceManifest(state.namespace), { signal, dryRun: state.request.dryRun === 'server' });
    }
    if (state.request.dryRun === 'server') {
      state.namespacePretended = true;
      warn(state, `namespace ${state.namespace} does not exist yet, so the API server could not try what is to be in it`);
    }
    state.changes.push({ kind: 'Namespace', name: state.namespace, outcome: 'created' });
    return { detail: state.namespace };
  },
};

/** Finds out before anything is changed what would keep `ensureNamespace` from its work. Gives the rights that are missing. */
export async function checkNamespace(state: CreateState): Promise<string[]> {
  if (!state.request.namespacePerDevice) return [];
  try {
    return (await readNamespace(state)) === undefined ? await missingToMake(state) : [];
  } catch (error) {
    if (!EdgeVmError.is(error) || error.code !== 'forbidden') throw error;
    // Whether the others are needed cannot be told; to learn of one right at a time would be tiresome.
    return ['get namespaces', ...(await missingToMake(state))];
  }
}

async function readNamespace({ context, namespace, deadline }: CreateState): Promise<KubeObject | undefined> {
  const live = await context.cluster.get(ref(Namespace, namespace), { signal: deadline.signal });
  if (live?.metadata.deletionTimestamp === undefined) return live;
  throw new EdgeVmError('not-found', `namespace ${namespace} is being deleted`, { hint: 'Run the command again once it is gone.' });
}

/** An apply of what is not there yet needs both; the API server asks for them with the name, and for `patch` within the namespace. */
async function missingToMake({ context, namespace, deadline }: CreateState): Promise<string[]> {
  const needed = [{ verb: 'create' }, { verb: 'patch', namespace }];
  const answers = await Promise.all(needed.map((access) => context.cluster.canI({ ...access, resource: 'namespaces', name: namespace }, { signal: deadline.signal })));
  return needed.filter((_, i) => answers[i] === false).map(({ verb }) => `${verb} namespaces`);
}
