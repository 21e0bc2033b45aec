import { listAt, textAt } from '../../support/plain.js';
import { failuresOf } from '../failures/vm.js';
import type { Observations } from '../observations.js';
import { isRunning, vmiPhase } from '../reading.js';
import { waitUntil } from '../store.js';
import type { Source } from './source.js';

/** If nothing moves for this time, edge-vm asks why. It is less than the shortest time that a symptom must last. */
const stallMs = 2_000;

/** Whether the start of the instance has stopped. */
export interface Stall {
  /** If it has stopped, this stays true until the instance runs well. */
  readonly lasts: boolean;
  /** Watches for it until the source ends. */
  run(): Promise<void>;
}

export function createStall({ store, signal, context }: Source): Stall {
  const { observations: o } = store;
  let lasts = false;
  const set = (value: boolean): void => {
    if (value === lasts) return;
    lasts = value;
    store.update(() => undefined);
  };
  /** True if the device moved on before the time was up. */
  const getsOn = (from: string): Promise<boolean> => waitUntil(store, () => stageOf(o) !== from, { clock: context.clock, ms: stallMs, signal });
  return {
    get lasts() {
      return lasts;
    },
    async run() {
      while (!signal.aborted) {
        const { version } = store;
        if (isFine(o)) set(false);
        else if (vmiPhase(o) === 'Failed' || failuresOf(o.vm) > 0) set(true);
        else if (!lasts && !(await getsOn(stageOf(o)))) set(!signal.aborted);
        else if (!lasts) continue;
        await store.changedSince(version, signal);
      }
    },
  };
}

/** An instance that has just come up after a failure may fail again, and its event says why. */
function isFine(o: Observations): boolean {
  return isRunning(o) && failuresOf(o.vm) === 0;
}

/** The values that change when a device moves on. */
function stageOf(o: Observations): string {
  const disks = Object.entries(o.dataVolumes).map(([name, disk]) => [name, textAt(disk.status, 'phase'), textAt(disk.status, 'progress')]);
  const pods = Object.entries(o.pods).map(([name, pod]) => [name, textAt(pod.status, 'phase'), textAt(pod.spec, 'nodeName'), listAt(pod.status, 'conditions').filter((one) => textAt(one, 'status') === 'True').length]);
  return JSON.stringify([disks, pods, vmiPhase(o)]);
}
