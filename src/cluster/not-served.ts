import { text } from 'node:stream/consumers';
import { joined } from '../support/abort.js';
import { EdgeVmError } from '../support/errors.js';
import { isMapping } from '../support/plain.js';
import { notAnApiServer } from './classify.js';
import type { Transport } from './transport.js';

/**
 * An API server answers 404 for a type that it does not serve, but any other server does so for any path. So this asks for the
 * version first, which every API server has; only then it says that the cluster lacks the type. Gives the error to throw.
 */
export async function sureOfNotServed(transport: Transport, error: unknown, signal: AbortSignal | undefined): Promise<unknown> {
  if (!EdgeVmError.is(error) || error.details['status'] !== 404 || error.details['reason'] !== undefined || error.details['name'] !== undefined) return error;
  return (await tellsVersion(transport, signal)) ? error : notAnApiServer(transport.server, 404);
}

async function tellsVersion(transport: Transport, signal: AbortSignal | undefined): Promise<boolean> {
  const limit = joined(signal, AbortSignal.timeout(5_000));
  try {
    const credentials = await transport.authorize(signal);
    const answer = await transport.send({ method: 'GET', path: '/version', signal: limit.signal }, credentials);
    const body: unknown = JSON.parse(await text(answer));
    // If the caller may not ask for it, the answer still shows that it is an API server.
    return isMapping(body) && (typeof body['gitVersion'] === 'string' || body['kind'] === 'Status');
  } catch {
    return false;
  } finally {
    limit.release();
  }
}
