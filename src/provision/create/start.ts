import { VirtualMachineInstance } from '../../cluster/kinds.js';
import { ref } from '../../cluster/ref.js';
import { runStrategyOf } from '../../cluster/virtual-machine.js';
import type { CreateStep } from './state.js';

/**
 * `--start`: through the start subresource, as `virtctl start` does it. Applying another `runStrategy` would conflict
 * with virt-api, which owns the field since it was stopped.
 */
export const start: CreateStep = {
  name: 'start',
  async run(state) {
    const { cluster } = state.context;
    const { signal } = state.deadline;
    const strategy = runStrategyOf(state.liveVm);
    if (!state.request.start || state.request.dryRun !== 'none') return { skipped: true };
    if (strategy !== 'Halted' && strategy !== 'Manual') return { skipped: true, detail: 'not stopped' };
    const running = await cluster.get(ref(VirtualMachineInstance, state.name, state.namespace), { signal });
    if (running !== undefined && strategy === 'Manual') return { skipped: true, detail: 'runs' };
    await cluster.vmAction(state.name, state.namespace, 'start', {}, { signal });
    const vm = state.changes.find((change) => change.kind === 'VirtualMachine');
    if (vm?.outcome === 'unchanged') vm.outcome = 'changed';
    return { detail: 'started' };
  },
};
