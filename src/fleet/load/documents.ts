import type { Problem } from '../../support/errors.js';
import { isMapping, type Mapping } from '../../support/plain.js';
import { parseYaml } from '../../support/yaml.js';
import { withPresentNames } from '../../spec/former-names.js';
import { notADevice } from '../../spec/not-a-device.js';
import { withoutServerFields } from '../../spec/server-fields.js';
import type { EdgeDeviceInput } from '../../spec/types.js';
import type { DeviceDocument } from '../types.js';
import type { SourceFile } from './files.js';

/** A document that may be a device, or why it is none. */
export type Found = { document: DeviceDocument } | { problem: Problem };

/**
 * The devices of a YAML or JSON file: any number of documents, each a device or a `List` of them; none of an empty file. The
 * problems stand between them, so that a person finds all of them in the order of the file.
 *
 * @param warn gets a line for each former name of a field that the file has, once; the devices have its present name.
 */
export function documentsOf({ name, text, folder }: Pick<SourceFile, 'name' | 'text' | 'folder'>, warn: (line: string) => void): Found[] {
  const parsed = parseYaml(text, name);
  if ('problem' in parsed) return [{ problem: parsed.problem }];
  const given = parsed.documents.map((value, index) => ({ value, place: parsed.documents.length === 1 ? name : `${name}, document ${index + 1}` }));
  const documents = given.filter(({ value }) => value !== null && value !== undefined).flatMap(itemsOf);
  const warnings = new Set<string>();
  const found = documents.flatMap(({ value, place }): Found[] => {
    const message = notADevice(value);
    if (message !== undefined) return [{ problem: { kind: 'invalid', field: place, message } }];
    const { input, problems, warnings: own } = withPresentNames(withoutServerFields(value as EdgeDeviceInput));
    for (const line of own) warnings.add(line);
    return problems.length === 0 ? [{ document: { place, folder, input } }] : problems.map((problem) => ({ problem: { ...problem, field: `${place}: ${problem.field}` } }));
  });
  for (const line of warnings) warn(`${name}: ${line}`);
  return found;
}

interface Given {
  value: unknown;
  place: string;
}

/** `kubectl get -o yaml` prints several objects as one List. */
function itemsOf({ value, place }: Given): Given[] {
  if (!isMapping(value) || !isList(value)) return [{ value, place }];
  const { items } = value;
  return Array.isArray(items) ? items.map((item: unknown, index) => ({ value: item, place: `${place}, item ${index + 1}` })) : [{ value: undefined, place: `${place}, items` }];
}

function isList({ kind }: Mapping): boolean {
  return kind === 'List' || kind === 'EdgeDeviceList';
}
