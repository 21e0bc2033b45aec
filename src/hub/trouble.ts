import { EdgeVmError } from '../support/errors.js';
import type { HubTrouble, HubWait } from './types.js';

/** A wait for the hub's limits, or a failure after which the call is sent again; `undefined` for any other error. */
export function troubleOf(hostname: string, from: HubWait | EdgeVmError): HubTrouble | undefined {
  if (EdgeVmError.is(from)) {
    const { code, message, hint } = from;
    return code === 'hub-throttled' || code === 'hub-unreachable' ? { code, message, ...(hint === undefined ? {} : { hint }) } : undefined;
  }
  const { what, seconds, limit, throttled } = from;
  return throttled
    ? { code: 'hub-throttled', message: `hub ${hostname} throttles: cannot ${what} for ${seconds} s`, hint: 'Too many calls for the hub\'s tier and units; wait, use fewer clients, or add units' }
    : { code: 'limit', message: `hub ${hostname} allows ${limit}: waits ${seconds} s to ${what}`, hint: 'More units of the hub allow more calls; say how many it has' };
}
