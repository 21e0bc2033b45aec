import { applyDevice, followApplied, toConfirm } from '../../provision/create/index.js';
import { settled } from '../../provision/create/settled.js';
import { tryPrepared } from '../../provision/create/try-prepared.js';
import type { AppliedDevice, PreparedDevice } from '../../provision/create/prepared.js';
import { emptyResult } from '../../readiness/empty-result.js';
import type { DeviceResult } from '../../readiness/types.js';
import { Slots } from '../../support/slots.js';
import { contextOf, type FleetContext } from '../context.js';
import { failedResult, notBegun } from '../failed.js';
import { followingContext } from '../follow/following.js';
import { deleteFleet } from '../delete.js';
import { summaryOf, type FleetResult } from '../outcome.js';
import { removalsOf, type Removal } from '../prune.js';
import { planFleet, type PlannedDevice } from './plan.js';
import type { FleetRequest } from './request.js';

/** Options of `applyFleet`. */
export interface FleetOptions {
  /** Called after all devices are checked, and before an existing one changes. If it throws, the run ends there. Not for a dry run. */
  confirm?: (planned: readonly PlannedDevice[], removals: readonly Removal[]) => Promise<void>;
  /**
   * Nobody is asked, so `confirm` never throws: a new device is applied as soon as it is checked, while others are still checked.
   * Without it, nothing is applied before `confirm`.
   */
  eager?: boolean;
}

/** Of all devices: the changes that nobody wants by mistake (`toConfirm`). */
export function fleetToConfirm(planned: readonly PlannedDevice[]): { prepared: PreparedDevice; consequences: ReturnType<typeof toConfirm> }[] {
  return planned.flatMap(({ prepared }) => {
    const consequences = prepared === undefined ? [] : toConfirm(prepared);
    return prepared === undefined || consequences.length === 0 ? [] : [{ prepared, consequences }];
  });
}

/**
 * Creates and changes many devices: first it checks all of them, then it applies some at a time, and follows all that are
 * applied until `request.waitFor`. A device that fails does not stop the others. If the run was killed, the next one
 * continues it: each step looks before it acts.
 *
 * Throws only what stops the whole run before anything changed: bad input, no cluster, or `confirm`.
 */
export async function applyFleet(context: FleetContext, request: FleetRequest, { confirm, eager = false }: FleetOptions = {}): Promise<FleetResult> {
  const { clock, onEvent } = context;
  const run = new Run(context, request);
  try {
    // What is to be removed must be known before anything changes.
    const isEager = eager && request.prune === undefined;
    const planned = await planFleet(context, request, isEager ? (one, index) => run.beginNew(one, index) : undefined);
    const removals = request.prune === undefined ? [] : await removalsOf(context, request.devices, request.prune);
    const checked = clock.now();
    if (request.dryRun === 'none' && context.signal?.aborted !== true) await confirm?.(planned, removals);
    run.startedAt += clock.now() - checked;
    onEvent({ type: 'phase', phase: 'apply', total: planned.filter(({ failed }, index) => failed === undefined && !run.hasEnded(index)).length + removals.length, at: clock.now() });
    const applied = await run.all(planned);
    const failed = applied.filter(({ cause }) => cause !== undefined).length;
    const items = [...applied, ...(failed === 0 ? await run.remove(removals) : removals.map((one) => run.leave(one, failed)))];
    return { items, summary: summaryOf(items, (clock.now() - run.startedAt) / 1000) };
  } finally {
    await run.end();
  }
}

/** The part that changes something. */
class Run {
  readonly #following: ReturnType<typeof followingContext>;
  readonly #slots: Slots;
  readonly #begun = new Map<number, Promise<void>>();
  readonly #results: DeviceResult[] = [];
  /** Milliseconds since the epoch; a question does not count. */
  startedAt: number;

  constructor(private readonly context: FleetContext, private readonly request: FleetRequest) {
    this.#following = followingContext(context);
    this.#slots = new Slots(Math.max(1, request.concurrency));
    this.startedAt = context.clock.now();
  }

  /** True for a device that was applied and followed to its end. */
  hasEnded(index: number): boolean {
    return this.#results[index] !== undefined;
  }

  /** Begins with a device that does not exist yet. */
  beginNew(one: PlannedDevice, index: number): void {
    if (one.prepared !== undefined && one.prepared.live.vm === undefined) this.#begin(one, index);
  }

  async all(planned: readonly PlannedDevice[]): Promise<DeviceResult[]> {
    planned.forEach((one, index) => this.#begin(one, index));
    await Promise.all(this.#begun.values());
    return this.#results;
  }

  /** Waits for those that have begun, also if the run ends with an error. */
  async end(): Promise<void> {
    await Promise.allSettled(this.#begun.values());
    this.#following.end();
  }

  #begin(one: PlannedDevice, index: number): void {
    if (this.#begun.has(index)) return;
    const work = this.#whole(one, index);
    this.#begun.set(index, work);
    // All of them are awaited later.
    work.catch(() => undefined);
  }

  async #whole(one: PlannedDevice, index: number): Promise<void> {
    if (one.failed !== undefined) {
      this.#results[index] = one.failed;
      return;
    }
    const release = await this.#slots.take();
    const applied = await this.#change(one).finally(release);
    // A device that boots needs no slot: all of them are followed at the same time.
    const result = 'ended' in applied ? applied.ended : await this.#follow(one, applied.applied);
    this.#results[index] = result;
    this.context.onEvent({ type: 'ended', result, at: this.context.clock.now() });
  }

  /** After the others: a device that moved to another name has its new place by then. */
  async remove(removals: readonly Removal[]): Promise<DeviceResult[]> {
    if (removals.length === 0) return [];
    const { dryRun, wait, concurrency } = this.request;
    const { items } = await deleteFleet(this.context, { devices: removals, dryRun, wait, concurrency, timeoutMs: this.#rest(), deregister: false, ignoreNotFound: true });
    return items;
  }

  /** The device that failed may be the one that takes its place, under another name. */
  leave({ name, namespace }: Removal, failed: number): DeviceResult {
    const message = `${name} is not deleted, because ${failed} device${failed === 1 ? '' : 's'} of the run failed`;
    this.context.onEvent({ type: 'device', name, namespace, event: { type: 'warning', message, at: this.context.clock.now() } });
    return { ...emptyResult(name, namespace), warnings: [message] };
  }

  async #change({ name, namespace, prepared, failed }: PlannedDevice): Promise<{ applied: AppliedDevice } | { ended: DeviceResult }> {
    if (prepared === undefined) return { ended: failed ?? notBegun(name, namespace) };
    if (this.context.signal?.aborted === true) return { ended: notBegun(name, namespace) };
    const own = { ...prepared, request: { ...prepared.request, timeoutMs: this.#rest() } };
    const context = contextOf(this.context, { name, namespace });
    try {
      if (this.request.dryRun !== 'none') return { ended: await tryPrepared(context, own) };
      return { applied: settled(own) ?? await applyDevice(context, own) };
    } catch (error) {
      return { ended: failedResult(error, name, namespace) };
    }
  }

  async #follow({ name, namespace }: PlannedDevice, applied: AppliedDevice): Promise<DeviceResult> {
    const context = contextOf(this.#following.context, { name, namespace });
    try {
      return await followApplied(context, applied, { startedAt: this.startedAt, timeoutMs: this.request.timeoutMs });
    } catch (error) {
      return failedResult(error, name, namespace);
    }
  }

  /** Milliseconds that are left for the whole run; a request needs some. */
  #rest(): number {
    return Math.max(1, this.startedAt + this.request.timeoutMs - this.context.clock.now());
  }
}
