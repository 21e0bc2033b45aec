import type { ObjectRef, ResourceType } from './types.js';

/** A reference to one object. */
export function ref(type: ResourceType, name: string, namespace?: string): ObjectRef {
  return namespace === undefined ? { type, name } : { type, name, namespace };
}
