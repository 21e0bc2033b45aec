import { partsOf } from '../cluster/key.js';
import { EdgeVmError } from '../support/errors.js';
import type { OperatorContext } from './context.js';
import { finalizeDevice } from './finalize.js';
import { look } from './looks.js';
import { Memories } from './memory.js';
import { readResource } from './observe.js';
import { provide, type Provided } from './provide.js';
import type { Outcome } from './queue.js';
import { report } from './report.js';
import { noteRegistration } from './registration.js';
import { guardDisks } from './retain.js';

/** After this time without news, everything is compared once more: news may have got lost, and a Secret that the device names may have changed. */
const resyncMs = 3_600_000;

/** The work on EdgeDevices, by key. No step of it waits: what would wait ends, and comes again by a watch or at a time. */
export interface Reconciler {
  reconcile(key: string): Promise<Outcome>;
  /** A look at the console of a device that is not connected. */
  look(key: string): Promise<Outcome>;
  forget(key: string): void;
  /** Forgets all failures: the next work on each device tries again. */
  tryAgain(): void;
}

export interface ReconcilerOptions {
  /** Looks at the device at this time, in milliseconds from now. */
  lookAfter: (key: string, ms: number) => void;
  /** Judges the device again. */
  again: (key: string) => void;
}

export function createReconciler(context: OperatorContext, { lookAfter, again }: ReconcilerOptions): Reconciler {
  const { clock, random, signal } = context;
  const memories = new Memories();

  async function reconcile(key: string): Promise<Outcome> {
    const resource = await readResource(context, partsOf(key));
    if (resource === undefined) {
      memories.forget(key);
      return undefined;
    }
    const memory = memories.of(resource);
    if (resource.metadata.deletionTimestamp !== undefined) return finalizeDevice(context, resource, memory);
    if (memory.applied !== undefined && clock.now() - memory.applied.at > resyncMs) memory.applied = undefined;
    const provided = await provide(context, resource, memory);
    if (await isGoing(provided)) return { afterMs: 0 };
    if (provided.isQueued === true) return { afterMs: Math.max(0, provided.retryAt! - clock.now()) };
    const { judgeAt, lookAt } = await report(context, provided, memory);
    await guardDisks(context.cluster, provided.resource, signal);
    const now = clock.now();
    if (lookAt !== undefined) lookAfter(key, Math.max(0, lookAt - now));
    return { afterMs: Math.max(0, judgeAt === undefined ? resyncMs * (1 + random() / 4) : judgeAt - now) };
  }

  /** Somebody deletes the resource since this work began: nothing that it found may be said any more. */
  async function isGoing({ resource, registration }: Provided): Promise<boolean> {
    const live = await readResource(context, { namespace: '', ...resource.metadata });
    if (live?.metadata.deletionTimestamp === undefined) return false;
    await noteRegistration(context.cluster, live, registration, signal);
    return true;
  }

  return {
    async reconcile(key) {
      try {
        return await reconcile(key);
      } catch (error) {
        if (signal.aborted) return undefined;
        // The resource changed while this ran: its watch brings the next run.
        if (EdgeVmError.is(error) && error.code === 'conflict') return { failed: {} };
        if (EdgeVmError.is(error) && error.code === 'not-found' && (await readResource(context, partsOf(key))) === undefined) {
          memories.forget(key);
          return undefined;
        }
        throw error;
      }
    },
    async look(key) {
      const resource = await readResource(context, partsOf(key));
      if (resource === undefined || resource.metadata.deletionTimestamp !== undefined) return undefined;
      await look(context, key, memories.of(resource));
      again(key);
      return undefined;
    },
    forget: (key) => memories.forget(key),
    tryAgain: () => memories.tryAgain(),
  };
}
