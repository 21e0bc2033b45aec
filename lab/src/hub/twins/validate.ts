import { badRequest } from '../errors.js';
import { isObject } from '../registry/json.js';
import type { JsonObject, JsonValue } from '../store/model.js';

// https://learn.microsoft.com/azure/iot-hub/iot-hub-devguide-device-twins#device-twin-size
const MAX_BYTES = { tags: 8 * 1024, desired: 32 * 1024, reported: 32 * 1024 };
const MAX_KEY_BYTES = 1024;
const MAX_STRING_BYTES = 4096;
const MAX_DEPTH = 10;
const MIN_INTEGER = -4_503_599_627_370_496;
const MAX_INTEGER = 4_503_599_627_370_495;

export type Section = keyof typeof MAX_BYTES;

/** Fields that the service writes itself. If callers send them back, the service ignores them, at the top level only. */
export function withoutReserved(patch: JsonObject): JsonObject {
  const { $version: _version, $metadata: _metadata, ...rest } = patch;
  return rest;
}

/** Refuses keys, values and depths that a twin cannot hold. */
export function checkValues(patch: JsonObject, section: Section): void {
  checkObject(patch, section, 1);
}

/** Refuses a section that is larger than its limit. */
export function checkSize(values: JsonObject, section: Section): void {
  const limit = MAX_BYTES[section];
  if (sizeOf(values) > limit) throw badRequest(`${section} may hold at most ${limit} bytes.`);
}

function checkObject(object: JsonObject, path: string, depth: number): void {
  if (depth > MAX_DEPTH) throw badRequest(`${path} is deeper than ${MAX_DEPTH} levels.`);
  for (const [key, value] of Object.entries(object)) {
    if (key === '' || Buffer.byteLength(key) > MAX_KEY_BYTES || /[\u0000-\u001f\u007f-\u009f.$ ]/.test(key)) {
      throw badRequest(`${path} has the key '${key.slice(0, 80)}': keys are 1 to ${MAX_KEY_BYTES} bytes without '.', '$', space or control characters.`);
    }
    checkValue(value, `${path}.${key}`, depth);
  }
}

function checkValue(value: JsonValue, path: string, depth: number): void {
  if (isObject(value)) checkObject(value, path, depth + 1);
  else if (Array.isArray(value)) checkArray(value, path, depth + 1);
  else if (typeof value === 'string' && Buffer.byteLength(value) > MAX_STRING_BYTES) throw badRequest(`${path} is longer than ${MAX_STRING_BYTES} bytes.`);
  else if (Number.isInteger(value) && ((value as number) < MIN_INTEGER || (value as number) > MAX_INTEGER)) throw badRequest(`${path} is out of the range of integers.`);
}

function checkArray(values: JsonValue[], path: string, depth: number): void {
  if (depth > MAX_DEPTH) throw badRequest(`${path} is deeper than ${MAX_DEPTH} levels.`);
  for (const [i, value] of values.entries()) {
    if (value === null) throw badRequest(`${path}[${i}] is null: arrays cannot hold null.`);
    checkValue(value, `${path}[${i}]`, depth);
  }
}

/** Bytes as the service counts them: keys and strings by length, numbers 8, booleans 4, no structure. */
function sizeOf(value: JsonValue): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value === 'number') return 8;
  if (typeof value === 'boolean') return 4;
  if (value === null) return 0;
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + sizeOf(item), 0);
  return Object.entries(value).reduce((sum, [key, item]) => sum + Buffer.byteLength(key) + sizeOf(item), 0);
}
