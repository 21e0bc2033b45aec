import type { KubeObject } from '../../cluster/types.js';
import { isForbidden } from '../../cluster/absent.js';
import { listAt, textAt, at } from '../../support/plain.js';
import { launcherPods } from '../reading.js';
import { addRecord, emptyLog, type GuestLog } from '../records/order.js';
import { parseRecords } from '../records/parse.js';
import { findRefusal } from '../records/refusal.js';
import { followNames } from './names.js';
import type { Source } from './source.js';

export const CONSOLE_CONTAINER = 'guest-console-log';
const firstPauseMs = 500;
const longestPauseMs = 3_000;

/** The guest repeats its state each minute, so it is among the last lines unless something else floods the console. */
export const CONSOLE_TAIL = 500;

/** Follows the guest's console in the newest launcher pod, and changes to a new pod (restart, migration) when it comes. */
export async function followConsole(source: Source): Promise<void> {
  const { observations: o } = source.store;
  let log: GuestLog = emptyLog;
  // Another instance is another boot, and a record counts only with its pod, so old records need no removal here.
  const take = (lines: readonly string[], podUid: string): void => {
    for (const record of lines.flatMap(parseRecords)) log = addRecord(log, record);
    const { record } = log;
    const text = lines.map(findRefusal).findLast((found) => found !== undefined);
    if (text !== undefined && (text !== o.refusal?.text || podUid !== o.refusal.podUid)) source.store.update(() => {
      o.refusal = { text, podUid };
    });
    if (record !== undefined && record !== o.guest?.record) source.store.update(() => {
      o.guest = { record, podUid };
    });
  };
  const attachable = (): string[] => launcherPods(o).filter(consoleRuns).slice(0, 1).map((pod) => pod.metadata.name);
  await followNames(source, attachable, (pod, one) => attach(one, pod, (lines) => {
    const uid = o.pods[pod]?.metadata.uid;
    if (uid !== undefined) take(lines, uid);
  }));
}

/** The log exists: its container has started once. */
export function consoleRuns(pod: KubeObject): boolean {
  if (textAt(pod.status, 'phase') === 'Running') return true;
  const statuses = [...listAt(pod.status, 'initContainerStatuses'), ...listAt(pod.status, 'containerStatuses')];
  return statuses.some((status) => textAt(status, 'name') === CONSOLE_CONTAINER && at(status, 'state', 'running') !== undefined);
}

/** The stream of the log ends at rotation, with a lost connection, or with the container. While the pod exists, this attaches again. */
async function attach(source: Source, pod: string, onLines: (lines: readonly string[]) => void): Promise<void> {
  const { context, store, signal, namespace } = source;
  let pause = firstPauseMs;
  store.observations.consoleUnread = true;
  while (!signal.aborted) {
    try {
      const log = { namespace, pod, container: CONSOLE_CONTAINER, tailLines: CONSOLE_TAIL, signal };
      // The old lines of the log count as one state. If each line counted, a step that failed an hour ago and works
      // now would look like news, and end the wait.
      const before: string[] = [];
      for await (const line of context.cluster.logs(log)) before.push(line);
      if (signal.aborted) return;
      wasRead(store);
      onLines(before);
      for await (const line of context.cluster.logs({ ...log, follow: true })) {
        pause = firstPauseMs;
        onLines([line]);
      }
    } catch (error) {
      if (signal.aborted) return;
      // It is not the first read any more: that it fails is an answer too.
      wasRead(store);
      if (isForbidden(error)) {
        source.warn('edge-vm may not read the guest’s console (pods/log is forbidden), so it does not know the guest’s steps');
        return;
      }
    }
    await context.clock.sleep(pause, signal);
    pause = Math.min(pause * 2, longestPauseMs);
  }
}

function wasRead(store: Source['store']): void {
  if (store.observations.consoleUnread === true) store.update((o) => {
    delete o.consoleUnread;
  });
}
