import { use } from '../../support/advice.js';
import type { DeviceRef } from '../../cluster/owned.js';
import type { KubeObject } from '../../cluster/types.js';
import type { Change, DeviceResult, ProvisionContext } from '../../readiness/types.js';
import { withTrouble } from '../../readiness/hub-trouble.js';
import { withResult } from '../../readiness/provision-error.js';
import { emptyResult } from '../../readiness/empty-result.js';
import { startDeadline, type Deadline } from '../../support/deadline.js';
import { EdgeVmError } from '../../support/errors.js';
import { refuseOwned } from '../common/edge-device.js';
import { runStep } from '../common/emit.js';
import { dryRunMark } from '../common/result.js';
import type { CreateRequest } from '../types.js';

/** One call of `prepare`, `apply` or both: its inputs, and the result so far. */
export interface Run {
  readonly context: ProvisionContext;
  readonly request: CreateRequest;
  deadline: Deadline;
  /** Milliseconds since the epoch; a question to the person does not count. */
  startedAt: number;
  readonly report: Report;
  /** The step that has begun last. */
  at?: string;
}

/** The content of the result. It only grows, so that an error shows how far the work came. */
export interface Report {
  name: string;
  namespace: string;
  device: DeviceRef;
  readonly changes: Change[];
  readonly warnings: string[];
}

/** Runs `work` under the request's time limit; an error gets the result as far as it is known. */
export async function withRun<T>(context: ProvisionContext, request: CreateRequest, work: (run: Run) => Promise<T>, warnings: readonly string[] = []): Promise<T> {
  const { metadata } = request.device;
  const run: Run = {
    context, request,
    deadline: startDeadline(context.clock, request.timeoutMs, context.signal),
    startedAt: context.clock.now(),
    report: { name: metadata.name, namespace: metadata.namespace ?? context.cluster.namespace, device: { hub: null, id: null }, changes: [], warnings: [...warnings] },
  };
  try {
    return await work(run);
  } catch (error) {
    throw explain(error, run);
  } finally {
    run.deadline.dispose();
  }
}

/** A question to a person: its time counts neither for the limit nor for the seconds of the result. */
export async function withoutClock(run: Run, work: () => Promise<void>): Promise<void> {
  const { clock, signal } = run.context;
  const begun = clock.now();
  run.deadline.dispose();
  try {
    await work();
  } finally {
    run.startedAt += clock.now() - begun;
    run.deadline = startDeadline(clock, Math.max(0, run.startedAt + run.request.timeoutMs - clock.now()), signal);
  }
}

/** The result of a step, and its words for the progress. */
export interface Done<T> {
  value: T;
  detail?: string;
  skipped?: boolean;
}

/** One named step between its two events. */
export async function step<T>(run: Run, name: string, work: () => Promise<Done<T>>): Promise<T> {
  run.at = name;
  run.deadline.signal.throwIfAborted();
  let done: Done<T> | undefined;
  await runStep(run.context, name, async () => (done = await work()));
  return done!.value;
}

/** Adds a warning to the result, and reports it at once. */
export function warn({ context, report }: Run, message: string): void {
  if (report.warnings.includes(message)) return;
  report.warnings.push(message);
  context.onEvent({ type: 'warning', message, at: context.clock.now() });
}

/** Refuses a device that an EdgeDevice in the cluster keeps, unless the request is from its operator, or only compares. */
export function checkOwner({ request, report }: Run, objects: readonly (KubeObject | undefined)[]): void {
  if (request.compareOnly !== true) refuseOwned(objects, report, request.owner);
}

/** The result without the readiness fields. */
export function resultSoFar({ report, request }: Run): DeviceResult {
  const { name, namespace, device, changes, warnings } = report;
  return { ...emptyResult(name, namespace), device, changes, warnings, ...dryRunMark(request) };
}

/** The error as it is, with the result so far; an abort becomes `interrupted` or `timed-out`. */
function explain(error: unknown, run: Run): unknown {
  const known = run.deadline.signal.aborted ? aborted(error, run) : error;
  return withResult(known, resultSoFar(run));
}

function aborted(error: unknown, { deadline, at, context }: Run): EdgeVmError {
  if (!deadline.expired) {
    return new EdgeVmError('interrupted', 'interrupted', { cause: error, hint: 'Applied objects stay. Do the same again to continue.' });
  }
  // The error of the deadline itself says nothing; others know what they have waited for.
  if (EdgeVmError.is(error) && error.code === 'timed-out' && error !== deadline.signal.reason) return error;
  const { message, hint } = withTrouble(context, {
    message: `the time was up before all objects were applied${at === undefined ? '' : `, at: ${at}`}`, hint: 'Do the same again to continue, or give it more time',
  });
  return new EdgeVmError('timed-out', message, { cause: error, hint, advice: use('timeoutMs') });
}
