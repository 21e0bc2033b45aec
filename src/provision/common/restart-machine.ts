import { isConflict } from '../../cluster/absent.js';
import { VirtualMachineInstance } from '../../cluster/kinds.js';
import { ref } from '../../cluster/ref.js';
import type { Cluster, KubeObject } from '../../cluster/types.js';
import type { Clock } from '../../support/clock.js';
import { EdgeVmError } from '../../support/errors.js';

const pauseMs = 1000;

/**
 * Restarts the machine with the restart subresource, so that its instance `vmi` ends. If this instance already ends, by an
 * earlier restart or stop, it sends nothing. virt-api refuses a restart while an earlier start or stop is under way (500,
 * getChangeRequestJson in KubeVirt's pkg/virt-api/rest/lifecycle.go): then it waits until either the instance ends or the
 * restart is accepted.
 */
export async function restartMachine({ cluster, clock, signal }: { cluster: Cluster; clock: Clock; signal: AbortSignal }, vmi: KubeObject): Promise<void> {
  const { name, namespace = '', uid } = vmi.metadata;
  let now: KubeObject | undefined = vmi;
  while (now !== undefined && now.metadata.uid === uid && now.metadata.deletionTimestamp === undefined) {
    signal.throwIfAborted();
    try {
      return await cluster.vmAction(name, namespace, 'restart', {}, { signal });
    } catch (error) {
      if (!isUnderWay(error)) throw error;
    }
    now = await cluster.get(ref(VirtualMachineInstance, name, namespace), { signal });
    if (now?.metadata.uid === uid && now?.metadata.deletionTimestamp === undefined) await clock.sleep(pauseMs, signal);
  }
}

/** Another start, stop or restart came first, or changes the machine right now. */
function isUnderWay(error: unknown): boolean {
  if (!EdgeVmError.is(error)) return false;
  return /stop\/start already underway|VM is not running/i.test(error.message) || (isConflict(error) && !/does not support manual restart|recovery/i.test(error.message));
}
