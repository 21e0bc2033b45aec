import { InvalidInputError } from './errors.js';

/** The result, or `undefined` with its problems given to `take`, so that the caller goes on and reports all at once. Other errors are thrown. */
export async function collected<T>(work: () => T | Promise<T>, take: (error: InvalidInputError) => void): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    take(error);
    return undefined;
  }
}

/** The problems of a text name its parts; this adds where the text came from: `--connection-string-file (DeviceId)`. */
export function within<T>(place: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    throw new InvalidInputError(error.problems.map((problem) => ({ ...problem, field: `${place} (${problem.field})` })), error.hint === undefined ? {} : { hint: error.hint });
  }
}
