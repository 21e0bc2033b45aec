import type { KubeObject } from '../cluster/types.js';
import { joined, OVER } from '../support/abort.js';
import { EdgeVmError } from '../support/errors.js';
import { isOfAnotherHub } from './another-hub.js';
import { startDeadline } from '../support/deadline.js';
import { causeOf } from './cause.js';
import { withTrouble } from './hub-trouble.js';
import type { DeviceRef } from '../cluster/owned.js';
import type { Cause, ProvisionContext, Stage } from './types.js';
import { triedInVain } from './failures/step-hints.js';
import { failuresOf } from './failures/vm.js';
import { evaluate, type Evaluation } from './evaluate.js';
import { NOT_ASKED, NOT_READ } from './not-read.js';
import { noObservations } from './observations.js';
import type { FollowOutcome } from './result.js';
import { watchCluster } from './sources/cluster.js';
import { followConsole } from './sources/console.js';
import { pollHub } from './sources/hub.js';
import { checkSecret } from './sources/secret.js';
import type { Source } from './sources/source.js';
import { createStore, waitUntil, type Store } from './store.js';
import { noTrack, track, type Track } from './track.js';
import { defaultEvaluateOptions, type EvaluateOptions, type Suspicion } from './verdict.js';

/** How a device is followed. */
export interface FollowOptions {
  name: string;
  namespace: string;
  /** The wait ends when this stage is reached. */
  waitFor: Stage;
  timeoutMs: number;
  /** The start of the command; `seconds` count from here. Milliseconds since the epoch. */
  startedAt: number;
  device: DeviceRef;
  identityEvidence?: string;
  /** The applied VM, so that nothing waits until the watch brings it. */
  vm?: KubeObject;
  /** edge-vm has just written the cloud-init Secret: earlier events that say it is missing are no longer true. */
  secretApplied?: boolean;
  /** Uids of objects that are being replaced (a restarted instance, a disk that was never filled). */
  replaced?: readonly string[];
  evaluate?: Partial<EvaluateOptions>;
  /** For jitter; `Math.random` if absent. */
  random?: () => number;
}

/**
 * Watches a device until it has reached `waitFor`, a terminal failure occurs, the time is up, or the context's signal
 * fires. The outcome shows which by `cause`. Throws only if nothing can be watched at all (no right to watch the VM).
 */
export async function followDevice(context: ProvisionContext, options: FollowOptions): Promise<FollowOutcome> {
  const store = createStore(firstObservations(context, options));
  const deadline = startDeadline(context.clock, options.timeoutMs, context.signal);
  const warnings: string[] = [];
  const follower = new Follower(context, options, store);
  const source: Source = {
    context, store, signal: deadline.signal, name: options.name, namespace: options.namespace, unread: new Set(), replaced: new Set(options.replaced),
    warn: (message) => {
      if (warnings.includes(message)) return;
      warnings.push(message);
      context.onEvent({ type: 'warning', message, at: context.clock.now() });
    },
  };
  const failure: { error?: unknown } = {};
  const broken = new AbortController();
  // If the VM from the caller already shows the stage, no source could say more before the end.
  const sources = follower.isThere ? Promise.resolve() : startSources(source, follower.options, options.random ?? Math.random).catch((error: unknown) => {
    failure.error = error;
    broken.abort(OVER);
  });
  const ends = joined(deadline.signal, broken.signal);
  try {
    const cause = await follower.run(ends.signal, source.unread);
    if (failure.error !== undefined) throw failure.error;
    const isLate = cause === undefined && !follower.reached && deadline.expired;
    const end = cause ?? (follower.reached ? undefined : isLate ? timedOut(context, options, follower) : interrupted());
    return { ...follower.outcome(warnings, end), ...(isLate && !follower.sawAll ? { unread: true } : {}) };
  } finally {
    ends.release();
    deadline.dispose();
    await sources;
  }
}

function firstObservations(context: ProvisionContext, options: FollowOptions): Store['observations'] {
  const first = noObservations(options.name, options.namespace, context.clock.now());
  const sameHub = context.hub !== undefined && !isOfAnotherHub(context, options.device.hub);
  return {
    ...first,
    device: options.device,
    hub: { available: sameHub },
    ...(options.identityEvidence === undefined ? {} : { identityEvidence: options.identityEvidence }),
    ...(options.vm === undefined ? {} : { vm: options.vm, failuresBefore: failuresOf(options.vm) }),
    ...(options.secretApplied === true ? { secretMissing: false } : {}),
  };
}

async function startSources(source: Source, options: EvaluateOptions, random: () => number): Promise<void> {
  const hub = source.store.observations.hub.available ? [pollHub(source, options, random)] : [];
  await Promise.all([watchCluster(source), followConsole(source), checkSecret(source), ...hub]);
}

/** The first report waits for the first lists for at most this time. */
const firstListsMs = 2_000;

/** The loop: look, report what is new, decide, wait for the next change. */
class Follower {
  readonly options: EvaluateOptions;
  reached = false;
  #track: Track = noTrack;
  #evaluation: Evaluation;
  #shown = '';

  constructor(
    private readonly context: ProvisionContext,
    private readonly follow: FollowOptions,
    private readonly store: Store,
  ) {
    this.options = { ...defaultEvaluateOptions, ...follow.evaluate, waitFor: follow.waitFor };
    this.#evaluation = evaluate(store.observations, this.options);
  }

  /** The last look shows the awaited stage. */
  get isThere(): boolean {
    return this.#evaluation.verdicts[this.follow.waitFor].status === 'True';
  }

  async run(signal: AbortSignal, unread: ReadonlySet<symbol>): Promise<Cause | undefined> {
    if (!this.isThere) await this.#firstLists(signal, unread);
    while (!signal.aborted) {
      const { version } = this.store;
      this.#noteUnread(unread);
      const { failure, recheckAt } = this.#look();
      if (this.reached) return undefined;
      if (failure !== undefined) return failure;
      await this.#wait(version, recheckAt, signal);
    }
    // The last words are about what was read by now.
    this.#noteUnread(unread);
    this.#look();
    return undefined;
  }

  /** What has not come by now may exist. */
  #noteUnread(unread: ReadonlySet<symbol>): void {
    const { observations } = this.store;
    if (unread.size === 0) delete observations.unread;
    else observations.unread = [...new Set([...unread].map(({ description = '' }) => description))];
  }

  /** A report before all first lists have come could be wrong for a moment. But this does not wait long for any list. */
  async #firstLists(signal: AbortSignal, unread: ReadonlySet<symbol>): Promise<void> {
    const until = this.context.clock.now() + firstListsMs;
    while (!signal.aborted && unread.size > 0 && this.context.clock.now() < until) await this.#wait(this.store.version, until, signal);
  }

  #look(): { failure: Cause | undefined; recheckAt: number | undefined } {
    const now = this.context.clock.now();
    this.store.observations.now = now;
    this.#evaluation = evaluate(this.store.observations, this.options);
    const result = track(this.#track, this.#evaluation, now);
    this.#track = result.track;
    this.#report(result.gained, result.lost, now);
    this.reached = this.isThere;
    return result;
  }

  #report(gained: Stage[], lost: Stage | undefined, at: number): void {
    const { onEvent } = this.context;
    const { verdicts, waiting } = this.#evaluation;
    for (const stage of gained) {
      const { reason, message } = verdicts[stage];
      onEvent({ type: 'stage', stage, seconds: this.#seconds(at), ...(reason === 'Implied' ? {} : { detail: message }), at });
    }
    if (lost !== undefined) onEvent({ type: 'lost', stage: lost, message: verdicts[lost].message, at });
    const line = waiting === undefined ? '' : `${waiting.stage} ${waiting.message}`;
    if (waiting !== undefined && line !== this.#shown) onEvent({ type: 'waiting', ...waiting, at });
    this.#shown = line;
  }

  async #wait(version: number, recheckAt: number | undefined, signal: AbortSignal): Promise<void> {
    const { clock } = this.context;
    const ms = recheckAt === undefined ? undefined : Math.max(0, recheckAt - clock.now());
    await waitUntil(this.store, () => this.store.version !== version, { clock, ms, signal });
  }

  #seconds(at: number): number {
    return Math.max(0, Math.round((at - this.follow.startedAt) / 10) / 100);
  }

  outcome(warnings: string[], cause: Cause | undefined): FollowOutcome {
    const seconds = Object.fromEntries(Object.entries(this.#track.reachedAt).map(([stage, at]) => [stage, this.#seconds(at)]));
    return { observations: this.store.observations, evaluation: this.#evaluation, track: this.#track, seconds, warnings, ...(cause === undefined ? {} : { cause }) };
  }

  get observations(): Store['observations'] {
    return this.store.observations;
  }

  get suspicion(): Suspicion | undefined {
    return this.#evaluation.suspicion;
  }

  /** The next stage is one that only the hub shows. */
  get waitsForHub(): boolean {
    const next = this.#evaluation.waiting?.stage;
    return this.store.observations.hub.available && (next === 'connected' || next === 'deployed');
  }

  /** False if what the next stage depends on was not read: the device may have reached it, and later ones. */
  get sawAll(): boolean {
    const next = this.#evaluation.waiting?.stage;
    const reason = next === undefined ? undefined : this.#evaluation.verdicts[next].reason;
    return reason !== NOT_READ && (reason !== NOT_ASKED || this.observations.hub.problem !== undefined);
  }

  /** The last thing seen, for the message of a time-out. */
  get lastSeen(): string {
    const { stage, waiting } = this.#evaluation;
    const last = this.sawAll ? 'reached' : 'seen';
    return `${stage === null ? `no stage was ${last}` : `the last stage ${last} is ${stage}`}${waiting === undefined ? '' : `; ${waiting.stage}: ${waiting.message}`}`;
  }
}

function timedOut(context: ProvisionContext, options: FollowOptions, follower: Follower): Cause {
  const { name, namespace, waitFor, timeoutMs } = options;
  const seconds = Math.round(timeoutMs / 1000);
  const vain = triedInVain(follower.observations);
  const { suspicion } = follower;
  // A failure that never ends a wait has its own advice.
  const lasting = suspicion?.graceMs === Number.POSITIVE_INFINITY ? suspicion.cause.hint : undefined;
  const why = lasting ?? vain?.hint;
  const { message, hint } = withTrouble(follower.waitsForHub ? context : {}, {
    message: `${name} ${follower.sawAll ? `did not reach ${waitFor} in ${seconds} s` : `may have reached ${waitFor}, but ${seconds} s were too short to look at all of it`}: ${follower.lastSeen}${vain === undefined ? '' : `; ${vain.text}`}`,
    hint: `${why === undefined ? '' : `${why} `}The device continues by itself; wait again${follower.sawAll ? '' : ', for longer'}.`,
  });
  return { ...causeOf(new EdgeVmError('timed-out', message)), hint, advice: [{ do: 'wait', name, namespace, waitFor }] };
}

function interrupted(): Cause {
  return { code: 'interrupted', message: 'interrupted', hint: 'Applied objects stay. Do the same again to continue.' };
}
