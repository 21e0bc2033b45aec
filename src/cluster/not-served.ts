import { text } from 'node:stream/consumers';
import { EdgeVmError } from '../support/errors.js';
import { isMapping } from '../support/plain.js';
import { notAnApiServer } from './classify.js';
import type { Transport } from './transport.js';

/**
 * An API server answers 404 for a type that it does not serve, and so does any other server for any path. So before anything is
 * said to be missing in the cluster, its version is asked for, which every API server tells. Gives the error to throw.
 */
export async function sureOfNotServed(transport: Transport, error: unknown, signal: AbortSignal | undefined): Promise<unknown> {
  if (!EdgeVmError.is(error) || error.details['status'] !== 404 || error.details['reason'] !== undefined || error.details['name'] !== undefined) return error;
  return (await tellsVersion(transport, signal)) ? error : notAnApiServer(transport.server, 404);
}

async function tellsVersion(transport: Transport, signal: AbortSignal | undefined): Promise<boolean> {
  const limit = AbortSignal.timeout(5_000);
  try {
    const credentials = await transport.authorize(signal);
    const answer = await transport.send({ method: 'GET', path: '/version', signal: signal === undefined ? limit : AbortSignal.any([signal, limit]) }, credentials);
    const body: unknown = JSON.parse(await text(answer));
    // Whoever may not ask for it is told so by an API server's own kind of answer.
    return isMapping(body) && (typeof body['gitVersion'] === 'string' || body['kind'] === 'Status');
  } catch {
    return false;
  }
}
