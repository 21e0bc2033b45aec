import type { Hub } from '../hub/types.js';
import { aroundCalls } from '../support/decorated.js';
import { EdgeVmError } from '../support/errors.js';
import type { Metrics } from './metrics.js';

type Counts = Pick<Metrics, 'hubRequest'>;

/** Runs a call, and counts its end: `200`, the status of a refusal, or the word of an error without a status. */
async function counted<T>(work: Promise<T>, count: (code: string) => void): Promise<T> {
  try {
    const result = await work;
    count('200');
    return result;
  } catch (error) {
    count(codeOf(error));
    throw error;
  }
}

function codeOf(error: unknown): string {
  if (!EdgeVmError.is(error)) return error instanceof Error && error.name === 'AbortError' ? 'aborted' : 'unexpected';
  const { status } = error.details;
  return typeof status === 'number' ? String(status) : error.code;
}

/** A hub whose calls are counted by operation and answer. */
export function meteredHub<T extends Hub>(hub: T, metrics: Counts): T {
  return aroundCalls(hub, (name, call) => {
    const result = call();
    const count = (code: string): void => metrics.hubRequest(name, code);
    return result instanceof Promise ? counted(result, count) : countedPages(result as AsyncIterable<unknown>, count);
  });
}

async function* countedPages<T>(pages: AsyncIterable<T>, count: (code: string) => void): AsyncGenerator<T> {
  try {
    yield* pages;
    count('200');
  } catch (error) {
    count(codeOf(error));
    throw error;
  }
}
