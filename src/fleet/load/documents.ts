import type { Problem } from '../../support/errors.js';
import { isMapping, type Mapping } from '../../support/plain.js';
import { shown } from '../../support/shown.js';
import { suggest } from '../../support/suggest.js';
import { parseYaml } from '../../support/yaml.js';
import { noMapping } from '../../spec/load.js';
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
    const problem = refusalOf(value);
    if (problem === undefined) return [{ place, folder, input: value as EdgeDeviceInput }];
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

/** Another kind is no device with a mistake: its fields would only cause many problems. */
function refusalOf(value: unknown): string | undefined {
  if (!isMapping(value)) return noMapping(value);
  const { kind } = value;
  if (kind === 'EdgeDevice') return undefined;
  // Devices are also accepted without a kind; a file of another tool has none of these fields.
  if (kind === undefined || kind === null) return 'metadata' in value || 'spec' in value ? undefined : 'is not an EdgeDevice: it has no kind, metadata and spec';
  const name = typeof kind === 'string' && /^[A-Za-z]+$/.test(kind) ? shown(kind)?.slice(1, -1) : undefined;
  if (name !== undefined && suggest(name, ['EdgeDevice']) !== undefined) return `has kind ${name}; did you mean EdgeDevice?`;
  return `is ${name === undefined ? 'of another kind' : `${/^[AEIOU]/i.test(name) ? 'an' : 'a'} ${name}`}; only EdgeDevices are accepted here, use kubectl for other objects`;
}
