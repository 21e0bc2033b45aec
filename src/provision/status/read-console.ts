import { EdgeVmError } from '../../spec/errors.js';
import type { Observations } from '../readiness/observations.js';
import { launcherPods } from '../readiness/reading.js';
import { addRecord, emptyLog } from '../readiness/records/order.js';
import { parseRecords } from '../readiness/records/parse.js';
import { findRefusal } from '../readiness/records/refusal.js';
import { CONSOLE_CONTAINER, CONSOLE_TAIL, consoleRuns } from '../readiness/sources/console.js';
import type { ProvisionContext } from '../types.js';

/** Reads the end of the console's log for the newest record. */
export async function readConsole(context: ProvisionContext, o: Observations, signal: AbortSignal, warnings: string[]): Promise<void> {
  const pod = launcherPods(o).find(consoleRuns);
  if (pod?.metadata.uid === undefined) return;
  let log = emptyLog;
  try {
    for await (const line of context.cluster.logs({ namespace: o.namespace, pod: pod.metadata.name, container: CONSOLE_CONTAINER, tailLines: CONSOLE_TAIL, signal })) {
      for (const record of parseRecords(line)) log = addRecord(log, record);
      const text = findRefusal(line);
      if (text !== undefined) o.refusal = { text, podUid: pod.metadata.uid };
    }
  } catch (error) {
    if (!EdgeVmError.is(error)) throw error;
    warnings.push(`the guest’s console cannot be read: ${error.message}`);
  }
  if (log.record !== undefined) o.guest = { record: log.record, podUid: pod.metadata.uid };
}
