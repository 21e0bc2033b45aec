import type { ProvisionContext } from '../../readiness/types.js';

/** Runs one step of work between its events `start` and `done`. `skipped` means that there was nothing to do. */
export async function runStep(context: ProvisionContext, step: string, work: () => Promise<{ detail?: string; skipped?: boolean } | void>): Promise<void> {
  context.onEvent({ type: 'step', step, state: 'start', at: context.clock.now() });
  const outcome = (await work()) ?? {};
  const state = outcome.skipped === true ? 'skipped' : 'done';
  context.onEvent({ type: 'step', step, state, ...(outcome.detail === undefined ? {} : { detail: outcome.detail }), at: context.clock.now() });
}
