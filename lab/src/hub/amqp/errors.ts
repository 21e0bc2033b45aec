import type { AmqpError } from 'rhea';
import type { IdentityResult } from '../auth/identity.js';
import { ConnectionRefused } from '../control/rules.js';
import { errorBody, HubError } from '../errors.js';
import { numbered } from '../sessions/operations.js';

const CONDITIONS: Record<number, string> = {
  400: 'com.microsoft:argument-error',
  401: 'amqp:unauthorized-access',
  404: 'amqp:not-found',
  412: 'amqp:precondition-failed',
  413: 'amqp:link:message-size-exceeded',
  429: 'com.microsoft:device-container-throttled',
};

/** The hub's error in AMQP: a condition, and the numbered error as its description. */
export function amqpError(error: HubError, now: number): AmqpError {
  return { condition: CONDITIONS[error.status] ?? 'amqp:internal-error', description: JSON.stringify(errorBody(numbered(error), now)) };
}

/** Why an identity may not come in. A missing identity and a disabled one get the same error, as the .NET SDK sees it in the field. */
export function refusal(hostname: string, deviceId: string, moduleId: string | undefined, result: Extract<IdentityResult, { ok: false }>): HubError {
  const name = moduleId === undefined ? deviceId : `${deviceId}/${moduleId}`;
  const { reason } = result;
  return result.absent
    ? new HubError(404, 'DeviceNotFound', `Device ${name} at IotHub ${hubName(hostname)} not registered.`, { number: 404001, reason })
    : new HubError(401, 'IotHubUnauthorizedAccess', `Unauthorized: ${reason}`, { number: 401002, reason });
}

/** The hub's name without its domain. */
export function hubName(hostname: string): string {
  return hostname.split('.')[0] ?? hostname;
}

/** Returns errors of the hub, for an answer; throws the errors of `refuse` rules and bugs again. */
export function asHubError(error: unknown): HubError {
  if (error instanceof HubError) return error;
  throw error instanceof Error ? error : new ConnectionRefused(String(error));
}
