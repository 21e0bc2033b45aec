import { resolve } from 'node:path';
import type { EdgeDeviceInput } from '../../spec/types.js';
import type { Problem } from '../../support/errors.js';
import { DEVICE_FLAGS, type DeviceFlag, type ValueKind } from './device-flags.js';
import { toOption, type FlagValues } from './group.js';

/** What the flags say: an EdgeDevice with only those fields, and which flag filled which field. */
export interface FlagInput {
  input: EdgeDeviceInput;
  /** Field → flag, e.g. `spec.vm.cpus` → `--cpus`. */
  origin: Map<string, string>;
  /** YAML files that are still to be read into their field. */
  yamlFiles: { field: string; flag: string; path: string }[];
  problems: Problem[];
}

/** A bad value: the message becomes a problem of the flag. */
class FlagError extends Error {}

type Convert = (value: string, cwd: string) => unknown;

const one = (convert: Convert) => (values: string[], cwd: string): unknown => convert(values.at(-1)!, cwd);
const commas = (values: string[]): string[] => values.flatMap((value) => value.split(',')).map((value) => value.trim()).filter((value) => value !== '');
/** The text stays where it is no number: the validation then says what the field accepts. */
const numeric = (value: string): number | string => (/^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value);

const convert: Readonly<Record<Exclude<ValueKind, 'yaml-file'>, (values: string[], cwd: string) => unknown>> = {
  text: one((value) => value),
  number: one(numeric),
  boolean: () => true,
  false: () => false,
  list: commas,
  numbers: (values) => commas(values).map(numeric),
  map: (values) => Object.fromEntries(commas(values).map(keyAndValue)),
  entries: (values) => Object.fromEntries(values.map(keyAndValue)),
  path: one((value, cwd) => resolve(cwd, value)),
  paths: (values, cwd) => values.map((value) => resolve(cwd, value)),
  tolerations: (values) => values.map(toleration),
  'secret-file': one((value, cwd) => ({ file: value === '-' ? '-' : resolve(cwd, value) })),
  instancetype: one(ofKind('VirtualMachineClusterInstancetype', 'VirtualMachineInstancetype')),
  preference: one(ofKind('VirtualMachineClusterPreference', 'VirtualMachinePreference')),
};

/** The flag that fills exactly this field (`--cpus` for `spec.vm.cpus`). */
export function deviceFlagOf(field: string): string | undefined {
  const flag = DEVICE_FLAGS.flatMap(([, flags]) => flags).find((one) => one.field === field);
  return flag === undefined ? undefined : toOption(flag).long;
}

/** Reads every device flag that was given. Nothing is read from disk here. */
export function deviceInputOfFlags(values: FlagValues, cwd: string): FlagInput {
  const result: FlagInput = { input: {}, origin: new Map(), yamlFiles: [], problems: [] };
  for (const flag of DEVICE_FLAGS.flatMap(([, flags]) => flags)) {
    const option = toOption(flag);
    const given = listOf(flag, values[option.attributeName()]);
    if (given !== undefined) take(flag, option.long!, given, cwd, result);
  }
  return result;
}

function listOf(flag: DeviceFlag, value: FlagValues[string]): string[] | undefined {
  if (flag.kind === 'false') return value === false ? [] : undefined;
  // commander's own default of a flag that begins with --no.
  if (value === undefined || value === false || (value === true && flag.kind !== 'boolean')) return undefined;
  const list = Array.isArray(value) ? value : [String(value)];
  // A wrong choice was told already; the field stays empty.
  return flag.choices === undefined || list.every((item) => flag.choices!.includes(item)) ? list : undefined;
}

function take(flag: DeviceFlag, long: string, given: string[], cwd: string, result: FlagInput): void {
  result.origin.set(flag.field, long);
  if (flag.kind === 'yaml-file') {
    result.yamlFiles.push({ field: flag.field, flag: long, path: resolve(cwd, given.at(-1)!) });
    return;
  }
  try {
    setField(result.input, flag.field, convert[flag.kind](given, cwd));
  } catch (error) {
    if (!(error instanceof FlagError)) throw error;
    result.problems.push({ field: long, message: error.message, got: JSON.stringify(given.join(',')) });
  }
}

/** Sets a field by its path, making the mappings on the way. */
export function setField(target: object, field: string, value: unknown): void {
  const keys = field.split('.');
  let place = target as Record<string, unknown>;
  for (const key of keys.slice(0, -1)) {
    const next = place[key];
    place = (typeof next === 'object' && next !== null ? next : (place[key] = {})) as Record<string, unknown>;
  }
  place[keys.at(-1)!] = value;
}

function keyAndValue(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at <= 0) throw new FlagError('must be KEY=VALUE');
  return [text.slice(0, at), text.slice(at + 1)];
}

/** `key[=value][:effect[:seconds]]`; without a key every taint of that effect is meant. */
function toleration(text: string): Record<string, unknown> {
  const [taint = '', effect, seconds, ...rest] = text.split(':');
  if (rest.length > 0) throw new FlagError('must be KEY[=VALUE][:EFFECT[:SECONDS]]');
  const [key = '', value] = taint.split('=', 2);
  return {
    ...(key === '' ? {} : { key }),
    ...(value === undefined ? { operator: 'Exists' } : { operator: 'Equal', value }),
    ...(effect === undefined || effect === '' ? {} : { effect }),
    ...(seconds === undefined ? {} : { tolerationSeconds: numeric(seconds) }),
  };
}

/** As virtctl has it: a bare name is the cluster-wide kind, `virtualmachineinstancetype/name` the namespaced one. */
function ofKind(clusterKind: string, namespacedKind: string): Convert {
  return (text) => {
    const [prefix, name, ...rest] = text.split('/');
    if (name === undefined) return { name: text, kind: clusterKind };
    const kind = [clusterKind, namespacedKind].find((known) => known.toLowerCase() === prefix!.toLowerCase());
    if (kind === undefined || rest.length > 0) {
      throw new FlagError(`must be NAME, ${clusterKind.toLowerCase()}/NAME or ${namespacedKind.toLowerCase()}/NAME`);
    }
    return { name, kind };
  };
}
