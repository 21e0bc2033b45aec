import { isDeepStrictEqual } from 'node:util';
import { VirtualMachine } from '../../../cluster/kinds.js';
import type { KubeObject } from '../../../cluster/types.js';
import { ref } from '../../../cluster/ref.js';
import { restartRequired } from '../../../readiness/restart.js';
import { at } from '../../../support/plain.js';
import type { Subject } from '../prepared.js';
import { warn, type Run } from '../run.js';

/** If KubeVirt's controller cannot change the running machine, it says so within this time. */
const looks = 4;
const pauseMs = 500;

/** Warns that a running machine does not change until it is restarted: the apply only changes its next start. */
export async function reportRestart(run: Run, subject: Subject, before: KubeObject | undefined, after: KubeObject): Promise<void> {
  if (before === undefined || at(before.status, 'created') !== true) return;
  const differs = !isDeepStrictEqual(at(before.spec, 'template', 'spec'), at(after.spec, 'template', 'spec'));
  const needed = differs && run.request.dryRun === 'none' ? await waitForKubeVirt(run, subject, after) : restartRequired(after);
  if (needed !== undefined) warn(run, needed);
  else if (differs) warn(run, `${subject.name} is running: changes that KubeVirt cannot make in a running machine take effect after a restart`);
}

async function waitForKubeVirt({ context, deadline: { signal } }: Run, { name, namespace }: Subject, applied: KubeObject): Promise<string | undefined> {
  let vm: KubeObject | undefined = applied;
  for (let look = 1; restartRequired(vm) === undefined && look < looks; look += 1) {
    await context.clock.sleep(pauseMs, signal);
    vm = await context.cluster.get(ref(VirtualMachine, name, namespace), { signal });
  }
  return restartRequired(vm);
}
