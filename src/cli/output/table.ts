import { fitColumns } from './fit-columns.js';
import { wrapped } from './wrap.js';

/** One column of a table. */
export interface Column<Row> {
  title: string;
  value: (row: Row) => string | number | null | undefined;
  /** Only with `-o wide`. */
  wide?: boolean;
  /** Sentences: if the terminal is too narrow, they continue in the next line. */
  wrap?: boolean;
  /** A name: if the terminal is too narrow, its middle is left out. */
  shorten?: boolean;
  /** If the terminal is still too narrow, the column is left out; the highest number first. */
  leaveOut?: number;
}

const gap = '   ';

/**
 * kubectl's kind of table: titles in capitals, columns aligned, `-` for unknown values. `width` in columns; with `Infinity` (in
 * a pipe) and with `wide` it never cuts a text: scripts read it too, and people scroll.
 */
export function formatTable<Row>(rows: readonly Row[], columns: readonly Column<Row>[], options: { wide: boolean; width: number }): string {
  const asked = columns.filter((column) => options.wide || column.wide !== true);
  const cells = [asked.map((column) => column.title), ...rows.map((row) => asked.map((column) => cell(column.value(row))))];
  const natural = asked.map((column, index) => ({ column, index, width: Math.max(...cells.map((line) => line[index]!.length)) }));
  const shown = fitColumns(natural, options.wide ? Number.POSITIVE_INFINITY : options.width, gap.length);
  return cells.flatMap((line) => linesOf(shown.map(({ column, index, width }) => ({ column, width, text: line[index]! })))).join('\n');
}

/** A row: its first line, and the lines in which its sentences continue. */
function linesOf<Row>(row: readonly { column: Column<Row>; width: number; text: string }[]): string[] {
  const parts = row.map(({ column, width, text }) => (column.wrap === true ? wrapped(text, width) : [column.shorten === true ? cutMiddle(text, width) : text]));
  const height = Math.max(...parts.map((part) => part.length));
  return Array.from({ length: height }, (_, at) => parts.map((part, index) => (part[at] ?? '').padEnd(row[index]!.width)).join(gap).trimEnd());
}

function cell(value: string | number | null | undefined): string {
  if (value === null || value === undefined || value === '') return '-';
  return String(value).replaceAll(/\s+/g, ' ');
}

/** The text in at most `width` columns; an ellipsis says that some of it is missing. */
export function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}

/** The same, but it keeps begin and end: a line begins with the awaited thing, and ends with the reason. */
export function cutMiddle(text: string, width: number): string {
  if (text.length <= width) return text;
  const end = Math.floor((Math.max(1, width) - 1) / 2);
  return `${text.slice(0, Math.max(1, width) - 1 - end)}…${end === 0 ? '' : text.slice(-end)}`;
}
