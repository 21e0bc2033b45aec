import type { Problem } from '../../support/errors.js';
import { shown } from '../../support/shown.js';
import { deviceName, isDeviceName } from '../../spec/names.js';
import type { Invocation } from '../run/action.js';

/** The argument NAME of a command for one device; a problem if no device can have that name. */
export function nameArgument({ args, session }: Invocation): string {
  const name = args[0] ?? '';
  if (args[0] !== undefined && !isDeviceName(name)) session.problems.push(notAName(name));
  return name;
}

function notAName(given: string): Problem {
  const message = 'must be the name of a device: lower-case letters, digits and "-", at most 52';
  const got = shown(given);
  if (got === undefined) return { kind: 'invalid', field: 'NAME', message };
  return { kind: 'invalid', field: 'NAME', message: `${message}; device id ${got} would have the name ${deviceName(given)}`, got };
}
