import { EdgeVmError } from '../../support/errors.js';
import { startDeadline } from '../../support/deadline.js';
import { doubtOf } from '../../readiness/node.js';
import type { Observations } from '../../readiness/observations.js';
import { launcherPods } from '../../readiness/reading.js';
import { addRecord, emptyLog } from '../../readiness/records/order.js';
import { parseRecords } from '../../readiness/records/parse.js';
import { findRefusal } from '../../readiness/records/refusal.js';
import { CONSOLE_CONTAINER, CONSOLE_TAIL, consoleRuns } from '../../readiness/sources/console.js';
import type { ProvisionContext } from '../../readiness/types.js';

/** A log comes from the pod's node; a node that has just lost its power does not even refuse. */
const longestMs = 4_000;

/** Reads the end of the console's log for the newest record. Does not ask a node that is known not to answer. */
export async function readConsole(context: ProvisionContext, o: Observations, signal: AbortSignal, warnings: string[]): Promise<void> {
  const pod = launcherPods(o).find(consoleRuns);
  if (pod?.metadata.uid === undefined || doubtOf(o)?.node !== undefined) return;
  const limit = startDeadline(context.clock, longestMs, signal);
  let log = emptyLog;
  try {
    for await (const line of context.cluster.logs({ namespace: o.namespace, pod: pod.metadata.name, container: CONSOLE_CONTAINER, tailLines: CONSOLE_TAIL, signal: limit.signal })) {
      for (const record of parseRecords(line)) log = addRecord(log, record);
      const text = findRefusal(line);
      if (text !== undefined) o.refusal = { text, podUid: pod.metadata.uid };
    }
  } catch (error) {
    if (!limit.expired && !EdgeVmError.is(error)) throw error;
    const why = limit.expired ? `the node did not answer in ${longestMs / 1000} s` : EdgeVmError.is(error) ? error.message : '';
    warnings.push(`edge-vm cannot read the guest’s console: ${why}`);
  } finally {
    limit.dispose();
  }
  if (log.record !== undefined) o.guest = { record: log.record, podUid: pod.metadata.uid };
}
