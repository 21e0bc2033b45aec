import { describeField, findField, type FieldDescription } from '../../spec/schema/describe.js';
import { declaredFields } from '../../spec/schema/walk.js';
import { InvalidInputError } from '../../support/errors.js';
import { gotOf } from '../../support/shown.js';
import { suggest } from '../../support/suggest.js';
import { deviceFlagOf } from '../flags/device-values.js';
import { addFlags, isOn } from '../flags/group.js';
import { addOutputFlag } from '../flags/output-flags.js';
import { isMachine } from '../output/format.js';
import { wrapped } from '../output/wrap.js';
import { setAction, type Invocation } from '../run/action.js';
import type { DeclareCommand } from '../run/catalog.js';

const description = `Explain a field of the EdgeDevice: its meaning, accepted values, default and
flag, and what a change does to an existing device.

Examples:
  edge-vm explain
  edge-vm explain spec.guest.proxy
  edge-vm explain vm.memory`;

export const declare: DeclareCommand = (command, session) => {
  command.description(description.replaceAll('edge-vm ', `${session.io.programName} `)).argument('[field]', 'path of a field, with or without spec. before it (default: the whole device)');
  addFlags(command, 'What to show', [{ flags: '--recursive', help: 'all fields below it too' }]);
  addOutputFlag(command, ['json', 'yaml']);
  setAction(command, session, run);
};

async function run({ session, args, values }: Invocation): Promise<void> {
  const { printer, format } = session;
  const path = args[0] ?? '';
  const found = findField(path);
  if (found === undefined) {
    const paths = [...declaredFields().keys()];
    const near = fieldsNamed(path, paths) ?? fieldsNamed(suggest(path, paths.flatMap((one) => one.split('.').at(-1)!)) ?? '', paths) ?? suggest(path, [...paths, ...paths.map((one) => one.replace(/^spec\./, ''))]);
    throw new InvalidInputError([{ kind: 'unknown-field', field: 'field', message: `there is no such field${near === undefined ? '' : `; did you mean ${near}?`}`, ...gotOf(path) }]);
  }
  const field = describeField(found, isOn(values, 'recursive'));
  if (isMachine(format)) return printer.object(field, format);
  printer.data(textOf(field, printer.width).trimEnd());
}

/** People know the last word of a path (`memory`), or the flag's. */
function fieldsNamed(word: string, paths: readonly string[]): string | undefined {
  const name = word.replace(/^-+/, '').toLowerCase();
  const found = paths.filter((path) => path.toLowerCase().endsWith(`.${name}`) || deviceFlagOf(path) === `--${name}`);
  return found.length === 0 || found.length > 3 ? undefined : found.join(' or ');
}

function textOf(field: FieldDescription, width: number): string {
  const facts: [string, string | undefined][] = [
    ['FIELD', field.path === '' ? 'EdgeDevice' : field.path], ['TYPE', field.type], ['REQUIRED', field.required ? 'yes' : undefined], ['DEFAULT', field.default],
    ['FLAG', field.flag], ['ACCEPTED', field.accepted], ['SECRET', field.secret ? 'may hold a secret; its value is never shown' : undefined], ['CHANGE', field.change], ['CLUSTER', field.inCluster],
  ];
  const lines = facts.flatMap(([name, value]) => (value === undefined ? [] : wrapped(value, width - 10).map((line, i) => `${(i === 0 ? `${name}:` : '').padEnd(10)}${line}`)));
  const words = wrapped(field.description, width - 2).map((line) => `  ${line}`);
  return [...lines, '', 'DESCRIPTION:', ...words, ...(field.fields === undefined ? [] : ['', 'FIELDS:', ...treeOf(field.fields, '  ', width)])].join('\n');
}

function treeOf(fields: readonly FieldDescription[], indent: string, width: number): string[] {
  return fields.flatMap((field) => [
    `${indent}${field.name}  <${field.type}>${field.required ? '  required' : ''}`,
    ...wrapped(field.sentence, width - indent.length - 4).map((line) => `${indent}    ${line}`),
    ...(field.fields === undefined ? [] : treeOf(field.fields, `${indent}  `, width)),
  ]);
}
