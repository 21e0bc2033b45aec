import { EdgeVmError } from '../../spec/errors.js';
import type { Cause, ProvisionContext } from '../types.js';

/** Runs one step of work between its `start` and `done` events. `skipped` says that there was nothing to do. */
export async function runStep(context: ProvisionContext, step: string, work: () => Promise<{ detail?: string; skipped?: boolean } | void>): Promise<void> {
  context.onEvent({ type: 'step', step, state: 'start', at: context.clock.now() });
  const outcome = (await work()) ?? {};
  const state = outcome.skipped === true ? 'skipped' : 'done';
  context.onEvent({ type: 'step', step, state, ...(outcome.detail === undefined ? {} : { detail: outcome.detail }), at: context.clock.now() });
}

/** An error as a result's `cause`. What is no EdgeVmError keeps only its name, for its text may hold anything. */
export function causeOf(error: unknown): Cause {
  if (!EdgeVmError.is(error)) return { code: 'unexpected', message: `unexpected ${error instanceof Error ? error.name : typeof error}` };
  return { code: error.code, message: error.message, ...(error.hint === undefined ? {} : { hint: error.hint }) };
}
