import type { KubeObject } from '../../cluster/types.js';

/** Reads nested fields of objects whose shape the API server guarantees only loosely; `undefined` on any surprise. */
export function at(value: unknown, ...path: (string | number)[]): unknown {
  let current = value;
  for (const key of path) {
    if (typeof current !== 'object' || current === null) return undefined;
    current = (current as Record<string | number, unknown>)[key];
  }
  return current;
}

/** As `at`, only texts. */
export function textAt(value: unknown, ...path: (string | number)[]): string | undefined {
  const found = at(value, ...path);
  return typeof found === 'string' ? found : undefined;
}

/** As `at`, only lists; empty when there is none. */
export function listAt(value: unknown, ...path: (string | number)[]): unknown[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
}

export interface DataVolumeTemplate {
  name: string;
  spec: unknown;
}

/** `spec.dataVolumeTemplates` of a VirtualMachine. */
export function dataVolumeTemplates(vm: unknown): DataVolumeTemplate[] {
  return listAt(vm, 'spec', 'dataVolumeTemplates').flatMap((template) => {
    const name = textAt(template, 'metadata', 'name');
    return name === undefined ? [] : [{ name, spec: at(template, 'spec') }];
  });
}

/** The run strategy; `spec.running` is its deprecated form. */
export function runStrategyOf(vm: KubeObject | undefined): string | undefined {
  const strategy = textAt(vm?.spec, 'runStrategy');
  if (strategy !== undefined) return strategy;
  const running = at(vm?.spec, 'running');
  return typeof running === 'boolean' ? (running ? 'Always' : 'Halted') : undefined;
}

/** `firmware.uuid` of a VirtualMachine: NoCloud's instance id. */
export function firmwareUuidOf(vm: unknown): string | undefined {
  return textAt(vm, 'spec', 'template', 'spec', 'domain', 'firmware', 'uuid');
}

/** Reads a condition by its type. */
export function conditionOf(object: KubeObject | undefined, type: string): { status?: string; reason?: string; message?: string; lastTransitionTime?: string } | undefined {
  const found = (object?.status?.conditions ?? []).find((condition) => condition.type === type);
  return found;
}

/** True when every field of `wanted` is in `live` with the same value; lists are compared whole. */
export function isSubset(wanted: unknown, live: unknown): boolean {
  if (Array.isArray(wanted)) {
    return Array.isArray(live) && live.length === wanted.length && wanted.every((item, i) => isSubset(item, live[i]));
  }
  if (typeof wanted === 'object' && wanted !== null) {
    return Object.entries(wanted).every(([key, value]) => value === undefined || isSubset(value, at(live, key)));
  }
  return wanted === live;
}
