import type { Problem } from '../../support/errors.js';
import type { SourceFile } from './files.js';

/** One row of a CSV file, by column. */
export interface Row {
  /** `fleet.csv, row 3 (line 4)`. */
  place: string;
  cells: ReadonlyMap<string, string>;
}

interface Parsed {
  record: string[];
  info: { lines: number };
}

/** A name of a column, as a placeholder can hold it. */
const columnName = /^[^{}$\r\n]{1,100}$/;

/**
 * The rows of a CSV file whose first line names the columns. The separator is the one that this line has: comma, semicolon
 * (as some spreadsheets write) or tabulator; or that of a line `sep=;` before it. Rows and columns that are wholly empty do not
 * count. Spaces around a value do not count.
 */
export async function rowsOf({ name, text }: Pick<SourceFile, 'name' | 'text'>, problems: Problem[]): Promise<{ columns: string[]; rows: Row[] }> {
  const none = { columns: [], rows: [] };
  const { parse } = await import('csv-parse/sync');
  // Excel's own line about the separator. The empty line in its place keeps the numbers of the lines.
  const [, separator] = /^\uFEFF?"?sep=(.)"?(?=\r?\n)/i.exec(text) ?? [];
  const body = separator === undefined ? text : text.slice(text.search(/\r?\n/));
  const begin = body.slice(0, 10_000).trimStart().split(/\r?\n/, 1)[0]!;
  const delimiter = separator ?? [',', ';', '\t'].map((one) => ({ one, count: begin.split(one).length })).sort((a, b) => b.count - a.count)[0]!.one;
  let parsed: Parsed[];
  try {
    parsed = parse(body, { bom: true, delimiter, trim: true, info: true, skip_empty_lines: true, relax_column_count: true }) as unknown as Parsed[];
  } catch (error) {
    problems.push({ kind: 'unreadable', field: name, message: `is not valid CSV: ${reason(error)}` });
    return none;
  }
  const [head, ...rows] = parsed.filter(({ record }) => record.some((cell) => cell !== ''));
  if (head === undefined || rows.length === 0) {
    problems.push({ kind: 'invalid', field: name, message: 'holds no row; the first line names the columns, each further line is a device' });
    return none;
  }
  const used = usedColumns(head.record, rows);
  const wrong = columnProblems(name, used.map((at) => ({ at, column: head.record[at] ?? '' })));
  problems.push(...wrong);
  if (wrong.length > 0) return none;
  const columns = used.map((at) => head.record[at]!);
  const last = used.at(-1)!;
  return { columns, rows: rows.flatMap(({ record, info }, index): Row[] => {
    const place = `${name}, row ${index + 1} (line ${info.lines})`;
    if (record.length > last && record.slice(last + 1).every((cell) => cell === '')) return [{ place, cells: new Map(used.map((at) => [head.record[at]!, record[at]!])) }];
    problems.push({ kind: 'invalid', field: place, message: `has ${record.length} values for ${columns.length} columns; put a value with a ${delimiter === '\t' ? 'tabulator' : `"${delimiter}"`} in it into double quotes` });
    return [];
  }) };
}

/** Spreadsheets keep columns that are wholly empty, without a name and without a value. A value beyond the last name belongs to a row with too many. */
function usedColumns(head: readonly string[], rows: readonly Parsed[]): number[] {
  return head.flatMap((column, at) => (column !== '' || rows.some(({ record }) => (record[at] ?? '') !== '') ? [at] : []));
}

function columnProblems(name: string, columns: readonly { at: number; column: string }[]): Problem[] {
  const names = columns.map(({ column }) => column);
  const twice = [...new Set(names.filter((column, at) => names.indexOf(column) !== at))];
  return [
    ...columns.flatMap(({ at, column }): Problem[] => (columnName.test(column) ? [] : [{ kind: 'invalid', field: `${name}, column ${at + 1}`, message: column === '' ? 'has no name in the first line' : 'must have a name without "{", "}" and "$"' }])),
    ...twice.filter((column) => column !== '').map((column): Problem => ({ kind: 'conflict', field: `${name}, column ${column}`, message: 'is there twice' })),
  ];
}

/** The words of csv-parse may repeat the text of the file. */
function reason(error: unknown): string {
  const { code = '', lines } = error as { code?: string; lines?: number };
  const where = typeof lines === 'number' ? ` at line ${lines}` : '';
  return `${code.includes('QUOTE') ? 'double quotes that do not match' : 'it cannot be read'}${where}`;
}
