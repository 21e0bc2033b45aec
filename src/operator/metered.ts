import type { Hub } from '../hub/types.js';
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
  return new Proxy(hub, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function' || name === 'close') return value;
      return (...args: unknown[]): unknown => {
        const result: unknown = (value as (...all: unknown[]) => unknown).apply(target, args);
        const count = (code: string): void => metrics.hubRequest(String(name), code);
        if (result instanceof Promise) return counted(result, count);
        return countedPages(result as AsyncIterable<unknown>, count);
      };
    },
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
