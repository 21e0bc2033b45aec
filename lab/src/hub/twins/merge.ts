import { isObject } from '../registry/json.js';
import type { JsonObject, JsonValue, PropertyBag } from '../store/model.js';

/** Merges a patch into values: null deletes, objects merge, everything else (arrays too) replaces. */
export function mergePatch(target: JsonObject, patch: JsonObject): JsonObject {
  const result: JsonObject = { ...target };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else set(result, key, mergeValue(result[key], value));
  }
  return result;
}

/** The patch that turns `before` into `values`: all of `values`, changed or not, and null for each removed property. */
export function withRemoved(values: JsonObject, before: JsonObject): JsonObject {
  const result: JsonObject = {};
  for (const [key, value] of Object.entries(values)) {
    const old = Object.hasOwn(before, key) ? before[key] : undefined;
    set(result, key, isObject(value) && isObject(old) ? withRemoved(value, old) : value);
  }
  for (const key of Object.keys(before)) if (!Object.hasOwn(values, key)) set(result, key, null);
  return result;
}

function mergeValue(old: JsonValue | undefined, value: JsonValue): JsonValue {
  return isObject(value) ? mergePatch(isObject(old) ? old : {}, value) : value;
}

/** What a property's `$metadata` says of its last write. */
export interface Stamp {
  $lastUpdated: string;
  /** Desired properties only. */
  $lastUpdatedVersion?: number;
}

/** Applies a patch to a bag: values, `$metadata` of every touched level, version. */
export function patchBag(bag: PropertyBag, patch: JsonObject, now: string, withVersion: boolean): void {
  bag.version += 1;
  const stamp: Stamp = { $lastUpdated: now, ...(withVersion ? { $lastUpdatedVersion: bag.version } : {}) };
  bag.values = mergePatch(bag.values, patch);
  bag.metadata = patchMetadata(bag.metadata, patch, stamp);
}

function patchMetadata(metadata: JsonObject, patch: JsonObject, stamp: Stamp): JsonObject {
  const result: JsonObject = { ...metadata, ...stamp };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) {
      delete result[key];
      continue;
    }
    const old = result[key];
    set(result, key, isObject(value) ? patchMetadata(isObject(old) ? old : {}, value, stamp) : { ...stamp });
  }
  return result;
}

/** Makes an own property also for `__proto__`; an assignment would not. */
function set(target: JsonObject, key: string, value: JsonValue): void {
  Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
}
