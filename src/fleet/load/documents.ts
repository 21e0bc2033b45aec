import type { Problem } from '../../support/errors.js';
import { isMapping, type Mapping } from '../../support/plain.js';
import { parseYaml } from '../../support/yaml.js';
import { notADevice } from '../../spec/not-a-device.js';
import { withoutServerFields } from '../../spec/server-fields.js';
import type { EdgeDeviceInput } from '../../spec/types.js';
import type { DeviceDocument } from '../types.js';
import type { SourceFile } from './files.js';

/** The devices of a YAML or JSON file: any number of documents, each a device or a `List` of them; none of an empty file. */
export function documentsOf({ name, text, folder }: Pick<SourceFile, 'name' | 'text' | 'folder'>, problems: Problem[]): DeviceDocument[] {
  const parsed = parseYaml(text, name);
  if ('problem' in parsed) {
    problems.push(parsed.problem);
    return [];
  }
  const given = parsed.documents.map((value, index) => ({ value, place: parsed.documents.length === 1 ? name : `${name}, document ${index + 1}` }));
  const documents = given.filter(({ value }) => value !== null && value !== undefined).flatMap(itemsOf);
  return documents.flatMap(({ value, place }) => {
    const problem = notADevice(value);
    if (problem === undefined) return [{ place, folder, input: withoutServerFields(value as EdgeDeviceInput) }];
    problems.push({ kind: 'invalid', field: place, message: problem });
    return [];
  });
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
