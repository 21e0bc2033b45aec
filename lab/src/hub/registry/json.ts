import { badRequest } from '../errors.js';
import type { JsonObject, JsonValue } from '../store/model.js';

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** 400 naming the field, unless it is an object. */
export function asObject(value: JsonValue | undefined, field: string): JsonObject {
  if (value === null) return {};
  if (!isObject(value)) throw badRequest(`${field} must be an object.`);
  return value;
}

/** 400 naming the field, unless it is a string, null or absent. */
export function optionalString(value: JsonValue | undefined, field: string): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value !== 'string') throw badRequest(`${field} must be a string.`);
  return value;
}
