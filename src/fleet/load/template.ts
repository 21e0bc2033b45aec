import type { EdgeDeviceInput } from '../../spec/types.js';
import type { Problem } from '../../support/errors.js';
import { isMapping, textAt } from '../../support/plain.js';
import { looksSecret } from '../../support/shown.js';
import { suggest } from '../../support/suggest.js';
import { namesIn } from './fill.js';

/** `${{a}}`, `{{ a }}`, `$(a)`, `$a`: as other tools write it. `$${a}` is the text `${a}`. */
const foreign = /^(?:\$?\{\{\s*([^{}]+?)\s*\}\}|\$\(([^()]+)\)|\$([A-Za-z_][\w-]*))$/;

/** Checks a template against the columns of its CSV file. Gives the columns that it names; adds its problems. */
export function checkTemplate(template: EdgeDeviceInput, name: string, columns: readonly string[], problems: Problem[]): ReadonlySet<string> {
  const used = new Set<string>();
  const unknown: Problem[] = [];
  const visit = (value: unknown, path: string): void => {
    if (Array.isArray(value)) value.forEach((entry, index) => visit(entry, `${path}[${index}]`));
    else if (isMapping(value)) {
      for (const [key, entry] of Object.entries(value)) {
        if (namesIn(key).length > 0) problems.push({ kind: 'invalid', field: `${name}: ${path}`, message: 'has a placeholder in the name of a field; only values are filled' });
        visit(entry, path === '' ? key : `${path}.${key}`);
      }
    } else if (typeof value === 'string') {
      for (const column of namesIn(value)) {
        used.add(column);
        if (!columns.includes(column)) unknown.push(unknownColumn(`${name}: ${path}`, column, columns));
      }
      const other = foreign.exec(value)?.slice(1).find((one) => one !== undefined);
      if (other !== undefined && columns.includes(other)) problems.push({ kind: 'invalid', field: `${name}: ${path}`, message: `must have the placeholder as \${${other}}`, got: JSON.stringify(value) });
    }
  };
  visit(template, '');
  // Not even the column of the names is there: the first line is most likely a device.
  if (unknown.length > 1 && namesIn(textAt(template, 'metadata', 'name') ?? '').length > 0 && [...used].every((column) => !columns.includes(column) && suggest(column, columns) === undefined)) {
    problems.push({ kind: 'unknown-field', field: name, message: `names columns ${[...used].join(', ')}, but the CSV file has ${listed(columns)}; its first line must have the names of the columns` });
  } else {
    // The first one tells the way out for all of them.
    problems.push(...unknown.map((problem, index) => (index > 0 ? problem : { ...problem, message: `${problem.message} (write $\${ for the text \${)` })));
  }
  return used;
}

function unknownColumn(field: string, column: string, columns: readonly string[]): Problem {
  const near = suggest(column, columns);
  return { kind: 'unknown-field', field, message: `names column ${column === '' ? 'without a name' : column}, which the CSV file does not have${near === undefined ? `; it has ${listed(columns)}` : `; did you mean ${near}?`}` };
}

/** A file without names has values in its first line, and one may be a secret. */
function listed(columns: readonly string[]): string {
  return columns.slice(0, 20).map((column) => (looksSecret(column) ? '…' : column)).join(', ');
}

/** The text of a template that is no YAML: `{cpus: ${cpus}}` opens a mapping there. */
export function needsQuotes(text: string): boolean {
  return /[[{,]\s*(?:[\w-]+:\s*)?\$\{/.test(text);
}
