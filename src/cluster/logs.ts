import { EdgeVmError } from '../support/errors.js';
import type { Subject } from './classify.js';
import { linesOf } from './lines.js';
import { abortError, OVER } from '../support/abort.js';
import { networkError } from './network-error.js';
import { withQuery } from './paths.js';
import { openStream } from './stream.js';
import type { Transport } from './transport.js';
import type { LogOptions } from './types.js';

/** A guest can write anything to its console. The records have at most 1 KiB. */
const longestLine = 256 * 1024;

/**
 * A container's log, line by line. A container that has not started yet is `not-found` with `details.waiting`;
 * a connection that is lost in the middle is `no-cluster`: the caller continues with `sinceTime`, or reads the last lines again.
 */
export async function* logLines(transport: Transport, options: LogOptions): AsyncGenerator<string, void, undefined> {
  const { namespace, pod, container, follow, sinceTime, tailLines, signal } = options;
  const path = withQuery(`/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/log`, {
    container, sinceTime, tailLines, ...(follow ? { follow: true } : {}),
  });
  const subject: Subject = { verb: 'read the log of', what: `${pod}/${container}`, group: '', server: transport.server };
  const own = new AbortController();
  const stop = (): void => own.abort(signal?.reason);
  if (signal?.aborted) return;
  signal?.addEventListener('abort', stop, { once: true });
  try {
    yield* linesOf(await openStream(transport, path, subject, { signal: own.signal }), longestLine);
  } catch (error) {
    if (signal?.aborted) {
      if (follow) return;
      throw abortError(signal);
    }
    throw logError(error, transport);
  } finally {
    signal?.removeEventListener('abort', stop);
    own.abort(OVER);
  }
}

function logError(error: unknown, transport: Transport): EdgeVmError {
  if (!EdgeVmError.is(error)) return networkError(error, transport);
  // 400: `container "x" in pod "y" is waiting to start`, or the pod has no such container.
  if (error.details['status'] !== 400) return error;
  return new EdgeVmError('not-found', error.message, { details: { ...error.details, waiting: /waiting to start|is initializing|not available/i.test(error.message) } });
}
