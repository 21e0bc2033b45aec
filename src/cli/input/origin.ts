import { InvalidInputError, type Problem } from '../../support/errors.js';
import { deviceFlagOf } from '../flags/device-values.js';

/**
 * Problems of a device name fields. If a flag filled the field, the person never saw the field, so the flag's
 * name comes first: `--cpus (spec.vm.cpus)`.
 */
export function nameFields(problems: readonly Problem[], origin: ReadonlyMap<string, string>): Problem[] {
  return problems.map((problem) => {
    // No flag filled a missing field, so the person needs the name of the flag that can.
    const flag = flagOf(problem.field, origin) ?? (problem.kind === 'missing' ? deviceFlagOf(problem.field) : undefined);
    return flag === undefined ? problem : { ...problem, field: `${flag} (${problem.field})` };
  });
}

/** The flag of the field itself or of the nearest field around it (`spec.guest.sshKeys[0]`). */
function flagOf(field: string, origin: ReadonlyMap<string, string>): string | undefined {
  for (let path = field; path !== ''; path = path.replace(/(?:^|\.|\[)[^.[]*$/, '')) {
    const flag = origin.get(path);
    if (flag !== undefined) return flag;
  }
  return undefined;
}

/** The same for problems of the rendering. */
export async function withFlagNames<T>(origin: ReadonlyMap<string, string>, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    throw new InvalidInputError(nameFields(error.problems, origin), { details: error.details, ...(error.hint === undefined ? {} : { hint: error.hint }) });
  }
}
