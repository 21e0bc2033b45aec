import type { KubeObject, ResourceType } from '../../cluster/types.js';
import { Secret, Service, VirtualMachine } from '../../cluster/kinds.js';
import type { KubeManifest, RenderedDevice } from '../../render/types.js';
import { EdgeVmError } from '../../support/errors.js';
import { fieldChanges } from '../common/field-changes.js';
import { ref } from '../../cluster/ref.js';
import { isSubset } from '../../support/plain.js';
import type { Change } from '../../readiness/types.js';
import { dropService } from './drop-service.js';
import type { CreateState, CreateStep } from './state.js';
import { isUserDataNew, USER_DATA_CHANGED } from './user-data.js';

/** `--dry-run=client`, and a namespace that is still to be made: says what apply would do by comparing with what is there. Sends nothing that writes, not even as a trial. */
export const compareOnly: CreateStep = {
  name: 'compare with what is there',
  async run(state) {
    const { rendered } = state;
    if (rendered === undefined) throw new EdgeVmError('unexpected', 'nothing was rendered');
    const { service } = rendered;
    state.changes.push(await compareSecret(state, rendered));
    state.changes.push(await compare(state, VirtualMachine, withoutRunStrategy(rendered.virtualMachine)));
    if (service !== undefined) state.changes.push(await compare(state, Service, service));
    await dropService(state);
  },
};

async function compareSecret(state: CreateState, rendered: RenderedDevice): Promise<Change> {
  const live = await read(state, Secret, rendered.secretName);
  const change = { kind: Secret.kind, name: rendered.secretName };
  if (live === undefined) return { ...change, outcome: 'created' };
  return isUserDataNew(state.liveVm, rendered) ? { ...change, outcome: 'changed', detail: USER_DATA_CHANGED } : { ...change, outcome: 'unchanged' };
}

async function compare(state: CreateState, type: ResourceType, wanted: KubeManifest): Promise<Change> {
  const live = await read(state, type, state.name);
  const change = { kind: type.kind, name: state.name };
  if (live === undefined) return { ...change, outcome: 'created' };
  return isSubset(wanted, live) ? { ...change, outcome: 'unchanged' } : { ...change, outcome: 'changed', fields: fieldChanges(live, wanted, true) };
}

async function read({ context, namespace, deadline }: CreateState, type: ResourceType, name: string): Promise<KubeObject | undefined> {
  return context.cluster.get(ref(type, name, namespace), { signal: deadline.signal });
}

/** A re-apply sends the live run strategy back, so it is never a difference. */
function withoutRunStrategy(vm: KubeManifest): KubeManifest {
  const { runStrategy: _live, ...spec } = vm.spec as Record<string, unknown>;
  return { ...vm, spec };
}
