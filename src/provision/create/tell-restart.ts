import { isDeepStrictEqual } from 'node:util';
import { VirtualMachine } from '../../cluster/kinds.js';
import type { KubeObject } from '../../cluster/types.js';
import { ref } from '../../cluster/ref.js';
import { restartCommand, restartRequired } from '../../readiness/restart.js';
import { at } from '../../support/plain.js';
import type { CreateState } from './state.js';
import { warn } from './state.js';

/** KubeVirt's controller says within a moment that it cannot change the running machine. */
const looks = 4;
const pauseMs = 500;

/** Tells that a running machine stays what it was until it is restarted: what was applied is only its next start. */
export async function tellRestart(state: CreateState, before: KubeObject | undefined, after: KubeObject): Promise<void> {
  if (before === undefined || at(before.status, 'created') !== true) return;
  const differs = !isDeepStrictEqual(at(before.spec, 'template', 'spec'), at(after.spec, 'template', 'spec'));
  const needed = differs && state.request.dryRun === 'none' ? await waitForKubeVirt(state, after) : restartRequired(after);
  if (needed !== undefined) warn(state, needed);
  else if (differs) warn(state, `${state.name} is running: what KubeVirt cannot change in a running machine takes effect once it is restarted: ${restartCommand(state.name, state.namespace)}`);
}

async function waitForKubeVirt({ context, name, namespace, deadline: { signal } }: CreateState, applied: KubeObject): Promise<string | undefined> {
  let vm: KubeObject | undefined = applied;
  for (let look = 1; restartRequired(vm) === undefined && look < looks; look += 1) {
    await context.clock.sleep(pauseMs, signal);
    vm = await context.cluster.get(ref(VirtualMachine, name, namespace), { signal });
  }
  return restartRequired(vm);
}
