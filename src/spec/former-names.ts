import type { Problem } from '../support/errors.js';
import { isMapping } from '../support/plain.js';
import { shown } from '../support/shown.js';
import type { EdgeDeviceInput } from './types.js';

/** Fields of `spec` that had another name in an earlier edge-vm: former name → present name. */
export const FORMER_NAMES: Readonly<Record<string, string>> = { generation: 'firstBootGeneration' };

/** An input in which fields have their present names. */
export interface Renamed {
  input: EdgeDeviceInput;
  /** A line for the person for each former name that was read; empty if there was none. */
  warnings: string[];
  /** A field has both names, with different values. */
  problems: Problem[];
}

/** Gives fields that an earlier edge-vm called by another name their present name. The input does not change. */
export function withPresentNames(input: EdgeDeviceInput): Renamed {
  const spec: unknown = input.spec;
  const found = isMapping(spec) ? Object.entries(FORMER_NAMES).filter(([former]) => Object.hasOwn(spec, former)) : [];
  if (!isMapping(spec) || found.length === 0) return { input, warnings: [], problems: [] };
  const kept: Record<string, unknown> = { ...spec };
  const problems: Problem[] = [];
  for (const [former, present] of found) {
    const [old, now] = [spec[former] ?? undefined, spec[present] ?? undefined];
    delete kept[former];
    if (now === undefined && old !== undefined) kept[present] = old;
    if (now === undefined || old === undefined || old === now) continue;
    problems.push({ kind: 'conflict', field: `spec.${former}, spec.${present}`, message: 'are the former and the present name of one field, and have different values; give only the second', got: `${shown(old) ?? '…'} and ${shown(now) ?? '…'}` });
  }
  return { input: { ...input, spec: kept }, problems, warnings: found.map(([former, present]) => `spec.${former}: the name of this field is now spec.${present}; edge-vm still reads the former name`) };
}
