import { isDeepStrictEqual } from 'node:util';
import type { Change } from '../../../readiness/types.js';
import type { ChangeEffect } from '../../../spec/schema/node.js';
import { changeEffect } from '../../../spec/schema/walk.js';
import { withDefaults } from '../../../spec/defaults.js';
import type { EdgeDeviceInput } from '../../../spec/types.js';
import { isMapping, type Mapping } from '../../../support/plain.js';
import { shown } from '../../../support/shown.js';
import type { Consequence } from '../prepared.js';
import { USER_DATA_CHANGED } from '../user-data.js';

/** Values that are never shown: a person's own documents may hold passwords. */
const hidden = /^spec\.(?:guest\.(?:cloudConfig|networkData)|vm\.templateFile|edge\.agentCreateOptions)$/;
/** Compared as a whole, not field by field. */
const whole = /^spec\.(?:identity|guest\.(?:cloudConfig|networkData)|edge\.agentCreateOptions)$/;

/**
 * The differences between two versions of a kept device, with their effects. A field that only the earlier version has
 * is removed, also if its default then applies.
 */
export function consequencesOf(before: EdgeDeviceInput, after: EdgeDeviceInput): Consequence[] {
  const shape = (input: EdgeDeviceInput): Mapping => {
    const { metadata: { labels, annotations }, spec } = withDefaults(input);
    const { hub: _hub, deviceId: _id, ...rest } = spec;
    // A device without a generation has the first one.
    return { metadata: { labels, annotations }, spec: { ...rest, firstBootGeneration: rest.firstBootGeneration ?? 1 } };
  };
  return compare(shape(before), shape(after), '').map(({ path, from, to }) => {
    const removed = path !== 'spec.identity' && (Array.isArray(from) ? losesEntries(from, to) : isGiven(before, path) && !isGiven(after, path));
    return { path, from: show(from, path), to: show(to, path), effect: changeEffect(path), removed };
  });
}

/** For a device of an older edge-vm, which kept no EdgeDevice: the differences of its objects. */
export function consequencesForObjects(changes: readonly Change[]): Consequence[] {
  return changes.flatMap(({ kind, name, outcome, fields = [], detail }): Consequence[] => {
    if (outcome === 'deleted') return [{ path: kind, from: name, to: null, effect: 'at-once', removed: true }];
    if (kind === 'Secret') return detail === USER_DATA_CHANGED ? [{ path: detail, from: null, to: null, effect: 'first-boot', removed: false }] : [];
    return fields.map((field) => ({ ...field, path: `${kind} ${field.path}`, effect: effectOfField(field.path), removed: field.to === null || (Array.isArray(field.from) && losesEntries(field.from, field.to)) }));
  });
}

function effectOfField(path: string): ChangeEffect {
  if (path.endsWith('.firmware.uuid')) return 'first-boot';
  if (path.startsWith('spec.dataVolumeTemplates')) return 'never';
  return path.startsWith('spec.template') ? 'restart' : 'at-once';
}

interface Difference {
  path: string;
  from: unknown;
  to: unknown;
}

function compare(from: unknown, to: unknown, path: string): Difference[] {
  // The order of keys has no meaning, and an API server sorts them.
  if (isDeepStrictEqual(from, to)) return [];
  if (!isMapping(from) || !isMapping(to) || whole.test(path)) return [{ path, from, to }];
  const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])];
  return keys.flatMap((key) => compare(from[key], to[key], path === '' ? key : `${path}.${key}`));
}

function losesEntries(from: readonly unknown[], to: unknown): boolean {
  const left: readonly unknown[] = Array.isArray(to) ? to : [];
  return from.some((entry) => !left.some((other) => isDeepStrictEqual(other, entry)));
}

/** Keys of maps may have dots, so this compares the path piece by piece. */
function isGiven(input: unknown, path: string): boolean {
  if (path === '') return input !== undefined;
  if (!isMapping(input)) return false;
  return Object.keys(input).some((key) => (path === key || path.startsWith(`${key}.`)) && isGiven(input[key], path.slice(key.length + 1)));
}

function show(value: unknown, path: string): unknown {
  if (value === undefined) return null;
  return hidden.test(path) || shown(value) === undefined ? '(not shown)' : value;
}
