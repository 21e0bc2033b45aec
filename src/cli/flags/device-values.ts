import { resolve } from 'node:path';
import type { EdgeDeviceInput } from '../../spec/types.js';
import type { Problem } from '../../support/errors.js';
import { gotOf } from '../../support/shown.js';
import { DEVICE_FLAGS, type DeviceFlag } from './device-flags.js';
import { toOption, type FlagValues } from './group.js';
import { convert, FlagError } from './syntax.js';

/** The result of the flags: an EdgeDevice with only their fields, and which flag filled which field. */
export interface FlagInput {
  input: EdgeDeviceInput;
  /** Field → flag, e.g. `spec.vm.cpus` → `--cpus`. */
  origin: Map<string, string>;
  /** YAML files that must still be read into their field. */
  yamlFiles: { field: string; flag: string; path: string }[];
  problems: Problem[];
}

const all = DEVICE_FLAGS.flatMap(([, flags]) => flags);

/** The flag that fills exactly this field (`--cpus` for `spec.vm.cpus`). */
export function deviceFlagOf(field: string): string | undefined {
  const flag = all.find((one) => one.field === field);
  return flag === undefined ? undefined : toOption(flag).long;
}

/** Reads every device flag that was given. It reads nothing from disk. */
export function deviceInputOfFlags(values: FlagValues, cwd: string): FlagInput {
  const result: FlagInput = { input: {}, origin: new Map(), yamlFiles: [], problems: [] };
  for (const flag of all) {
    const option = toOption(flag);
    const given = textsOf(flag, values[option.attributeName()]);
    if (given !== undefined) take(flag, option.long!, given, cwd, result);
  }
  return result;
}

/** The texts of a flag that was given; none for one without a value. A value of any other type counts as absent: the parser's own types never fill a field. */
function textsOf(flag: DeviceFlag, value: FlagValues[string]): string[] | undefined {
  if (flag.node.type === 'boolean') return value === !isNegation(flag) ? [] : undefined;
  const list = typeof value === 'string' ? [value] : Array.isArray(value) ? value : undefined;
  // A wrong choice is already a problem; the field stays empty.
  return list === undefined || flag.choices === undefined || list.flatMap((one) => one.split(',')).every((item) => flag.choices!.includes(item.trim())) ? list : undefined;
}

/** `--no-console-log` is a negation; `--no-proxy <hosts>` has a value. */
function isNegation({ flags }: DeviceFlag): boolean {
  return flags.startsWith('--no-') && !/[<[]/.test(flags);
}

function take(flag: DeviceFlag, long: string, given: string[], cwd: string, result: FlagInput): void {
  result.origin.set(flag.field, long);
  if (flag.node.type === 'document') {
    result.yamlFiles.push({ field: flag.field, flag: long, path: resolve(cwd, given.at(-1)!) });
    return;
  }
  try {
    setField(result.input, flag.field, flag.node.type === 'boolean' ? !isNegation(flag) : convert(flag.node, given, cwd));
  } catch (error) {
    if (!(error instanceof FlagError)) throw error;
    result.problems.push({ kind: 'invalid', field: long, message: error.message, ...(flag.secret ? {} : gotOf(given.join(','))) });
  }
}

/** Sets a field by its path, and makes missing mappings on the way. */
export function setField(target: object, field: string, value: unknown): void {
  const keys = field.split('.');
  let place = target as Record<string, unknown>;
  for (const key of keys.slice(0, -1)) {
    const next = place[key];
    place = (typeof next === 'object' && next !== null ? next : (place[key] = {})) as Record<string, unknown>;
  }
  place[keys.at(-1)!] = value;
}
