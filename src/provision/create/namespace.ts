import { EdgeVmError } from '../../spec/errors.js';
import { namespaceManifest } from '../../render/index.js';
import { Namespace } from '../../cluster/kinds.js';
import { ref } from '../common/ref.js';
import type { CreateStep } from './state.js';

/** With `--namespace-per-device`: makes the namespace, labelled, so that `delete` knows that it may remove it. */
export const ensureNamespace: CreateStep = {
  name: 'create namespace',
  async run(state) {
    if (!state.request.namespacePerDevice) return { skipped: true };
    const { cluster } = state.context;
    const { signal } = state.deadline;
    const live = await cluster.get(ref(Namespace, state.namespace), { signal });
    if (live?.metadata.deletionTimestamp !== undefined) {
      throw new EdgeVmError('not-found', `namespace ${state.namespace} is being deleted`, { hint: 'Run the command again once it is gone.' });
    }
    // One that exists already is used as it is: whoever made it decides when it goes.
    if (live !== undefined) return { skipped: true, detail: 'exists' };
    if (state.request.dryRun !== 'client') {
      await cluster.apply(namespaceManifest(state.namespace), { signal, dryRun: state.request.dryRun === 'server' });
    }
    state.changes.push({ kind: 'Namespace', name: state.namespace, outcome: 'created' });
    return { detail: state.namespace };
  },
};
