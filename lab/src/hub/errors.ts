import { randomUUID } from 'node:crypto';

/**
 * The service answers errors in three forms that are known from the field:
 * `plain` `{"Message":"ErrorCode:X;text","ExceptionMessage":"Tracking ID:…"}`,
 * `numbered` `{"errorCode":n,"trackingId":…,"message":…,"timestampUtc":…}`, and
 * `nested`, the second one as a string inside the first one's `Message`.
 */
export type Envelope = 'plain' | 'numbered' | 'nested';

export interface HubErrorOptions {
  envelope?: Envelope;
  /** The six-digit code; needed for `numbered` and `nested`. */
  number?: number;
  headers?: Record<string, string>;
  /** The reason, for the lab's user. It is in a header of the lab's own, so that the body stays as in the field. */
  reason?: string;
  info?: Record<string, unknown>;
}

/** An answer of the hub with a status of 400 or more. */
export class HubError extends Error {
  readonly status: number;
  readonly code: string;
  readonly options: HubErrorOptions;

  constructor(status: number, code: string, message: string, options: HubErrorOptions = {}) {
    super(message);
    this.name = 'HubError';
    this.status = status;
    this.code = code;
    this.options = options;
  }
}

/** The response of an error: headers and JSON text. */
export function errorReply(error: HubError, now: number): { status: number; headers: Record<string, string>; body: string } {
  const { reason, headers } = error.options;
  return {
    status: error.status,
    headers: {
      'iothub-errorcode': error.code,
      ...(reason === undefined ? {} : { 'x-lab-reason': reason.replace(/[^\x20-\x7e]/g, '?') }),
      ...headers,
    },
    body: JSON.stringify(errorBody(error, now)),
  };
}

/** The object that the body of an error holds. */
export function errorBody(error: HubError, now: number): Record<string, unknown> {
  const at = new Date(now);
  const tracking = `${randomUUID().replaceAll('-', '')}-G:0-TimeStamp:${usTime(at)}`;
  const { envelope = 'plain', number = error.status * 1000, info } = error.options;
  if (envelope === 'plain') return { Message: `ErrorCode:${error.code};${error.message}`, ExceptionMessage: `Tracking ID:${tracking}` };
  const numbered = {
    errorCode: number,
    trackingId: tracking,
    message: error.message,
    ...(info === undefined ? {} : { info }),
    timestampUtc: at.toISOString(),
  };
  return envelope === 'numbered' ? numbered : { Message: JSON.stringify(numbered), ExceptionMessage: '' };
}

/** `11/21/2026 09:05:00`, as in the service's tracking ids. */
function usTime(at: Date): string {
  const [date = '', time = ''] = at.toISOString().split('T');
  const [year, month, day] = date.split('-');
  return `${month}/${day}/${year} ${time.slice(0, 8)}`;
}

export function badRequest(message: string): HubError {
  return new HubError(400, 'ArgumentInvalid', message);
}

/** The same answer for every kind of wrong credential, as in the field. `reason` names the kind for the lab's user. */
export function unauthorized(reason: string): HubError {
  return new HubError(401, 'IotHubUnauthorizedAccess', 'Unauthorized', { reason });
}

/** The form of the registry. Twins, modules and methods answer with `identityNotFound`. */
export function deviceNotFound(deviceId: string): HubError {
  return new HubError(404, 'DeviceNotFound', deviceId);
}

export function identityNotFound(deviceId: string, moduleId?: string): HubError {
  if (moduleId === undefined) {
    return new HubError(404, 'DeviceNotFound', `Device ${deviceId} not registered`, { envelope: 'nested', number: 404001 });
  }
  return new HubError(404, 'ModuleNotFound', `Module ${moduleId} on device ${deviceId} not registered`, { envelope: 'nested', number: 404010 });
}

export function preconditionFailed(): HubError {
  return new HubError(412, 'PreconditionFailed', 'Precondition failed, ETag may be invalid.');
}
