import { at, listAt, record, textAt } from '../support/plain.js';
import type { KubeObject } from './types.js';

export interface DataVolumeTemplate {
  name: string;
  labels: Record<string, unknown>;
  spec: unknown;
}

/** `spec.dataVolumeTemplates` of a VirtualMachine. */
export function dataVolumeTemplates(vm: unknown): DataVolumeTemplate[] {
  return listAt(vm, 'spec', 'dataVolumeTemplates').flatMap((template) => {
    const name = textAt(template, 'metadata', 'name');
    return name === undefined ? [] : [{ name, labels: record(at(template, 'metadata', 'labels')) ?? {}, spec: at(template, 'spec') }];
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
