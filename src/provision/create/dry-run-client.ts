import type { KubeObject, ResourceType } from '../../cluster/types.js';
import { Secret, Service, VirtualMachine } from '../../cluster/kinds.js';
import type { KubeManifest } from '../../render/types.js';
import { EdgeVmError } from '../../spec/errors.js';
import { ANNOTATION_USER_DATA_HASH } from '../common/metadata.js';
import { ref } from '../common/ref.js';
import { isSubset } from '../common/vm-spec.js';
import type { CreateState, CreateStep } from './state.js';

/** `--dry-run=client`: says what apply would do by comparing with what is there. Sends nothing that writes, not even as a trial. */
export const compareOnly: CreateStep = {
  name: 'compare (client dry run)',
  async run(state) {
    const { rendered } = state;
    if (rendered === undefined) throw new EdgeVmError('unexpected', 'nothing was rendered');
    const hashed = (live: KubeObject): boolean => state.liveVm?.metadata.annotations?.[ANNOTATION_USER_DATA_HASH] === rendered.userDataHash && live !== undefined;
    state.changes.push(await compare(state, Secret, rendered.secretName, hashed));
    const vm = withoutRunStrategy(rendered.virtualMachine);
    state.changes.push(await compare(state, VirtualMachine, state.name, (live) => isSubset(vm, live)));
    const { service } = rendered;
    if (service !== undefined) state.changes.push(await compare(state, Service, state.name, (live) => isSubset(service, live)));
  },
};

async function compare(state: CreateState, type: ResourceType, name: string, same: (live: KubeObject) => boolean): Promise<CreateState['changes'][number]> {
  const live = await state.context.cluster.get(ref(type, name, state.namespace), { signal: state.deadline.signal });
  const outcome = live === undefined ? 'created' : same(live) ? 'unchanged' : 'changed';
  return { kind: type.kind, name, outcome };
}

/** A re-apply sends the live run strategy back, so it is never a difference. */
function withoutRunStrategy(vm: KubeManifest): KubeManifest {
  const { runStrategy: _live, ...spec } = vm.spec as Record<string, unknown>;
  return { ...vm, spec };
}
