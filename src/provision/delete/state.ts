import type { Advice } from '../../support/advice.js';
import type { Deadline } from '../../support/deadline.js';
import type { DeviceResult, ProvisionContext } from '../../readiness/types.js';
import type { Found } from './find.js';
import type { DecidedRequest } from './policy.js';

/** The shared state of the steps of `delete`. */
export interface DeleteState {
  readonly context: ProvisionContext;
  readonly request: DecidedRequest;
  readonly deadline: Deadline;
  readonly found: Found;
  readonly changes: DeviceResult['changes'];
  readonly warnings: string[];
}

export function warn(state: DeleteState, message: string, advice?: readonly Advice[]): void {
  state.warnings.push(message);
  state.context.onEvent({ type: 'warning', message, ...(advice === undefined ? {} : { advice }), at: state.context.clock.now() });
}
