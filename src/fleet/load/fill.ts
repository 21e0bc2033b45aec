import { fieldAt } from '../../spec/schema/walk.js';
import type { Node } from '../../spec/schema/node.js';
import type { EdgeDeviceInput } from '../../spec/types.js';
import type { Problem } from '../../support/errors.js';
import { isMapping, type Mapping } from '../../support/plain.js';
import type { DeviceDocument } from '../types.js';
import type { Row } from './table.js';

const placeholder = /(\$?)\$\{([^{}]*)\}/g;

/** The columns that a text names. */
export const namesIn = (text: string): string[] => [...text.matchAll(placeholder)].filter(([, escape]) => escape === '').map(([, , column]) => column!.trim());

/**
 * The device of one row: its values replace `${column}` in the template's texts, so no value can change the structure of the
 * document. A field that is one placeholder alone becomes a number or true/false if the field is declared so; with an empty
 * value it is absent.
 */
export function fillTemplate(template: DeviceDocument, { place, cells }: Row, problems: Problem[]): DeviceDocument {
  const columns = new Map<string, string>();
  const fill = (value: unknown, path: string): unknown => {
    if (Array.isArray(value)) return value.map((entry, index) => fill(entry, `${path}[${index}]`)).filter((entry) => entry !== undefined);
    if (isMapping(value)) return filledMapping(value, path, fill);
    if (typeof value !== 'string') return value;
    const [whole] = /^\$\{[^{}]*\}$/.test(value) ? namesIn(value) : [];
    if (whole === undefined) return value.replaceAll(placeholder, (text, escape: string, column: string) => (escape === '' ? cells.get(column.trim()) ?? '' : text.slice(1)));
    columns.set(path, whole);
    const cell = cells.get(whole) ?? '';
    if (cell === '' && path === 'metadata.name') problems.push({ kind: 'missing', field: `${place}, column ${whole}`, message: 'is empty, but it is the name of the device' });
    return cell === '' ? undefined : converted(cell, path);
  };
  return { ...template, place, input: fill(template.input, '') as EdgeDeviceInput, columns };
}

function filledMapping(value: Mapping, path: string, fill: (value: unknown, path: string) => unknown): Mapping {
  const filled: Mapping = {};
  for (const [key, entry] of Object.entries(value)) {
    const result = fill(entry, path === '' ? key : `${path}.${key}`);
    if (result !== undefined) Object.defineProperty(filled, key, { value: result, enumerable: true, writable: true, configurable: true });
  }
  return filled;
}

/** A text of the wrong shape stays text: the validation then says what the field accepts. */
function converted(cell: string, path: string): unknown {
  const field = fieldAt(path);
  const node: Node | undefined = field?.node.type === 'list' && field.path !== path ? field.node.of : field?.node;
  if (node?.type === 'boolean') return /^true$/i.test(cell) ? true : /^false$/i.test(cell) ? false : cell;
  const wantsNumber = node?.type === 'integer' || (node?.type === 'choice' && typeof node.values[0] === 'number');
  return wantsNumber && /^-?\d+(?:\.\d+)?$/.test(cell) ? Number(cell) : cell;
}
