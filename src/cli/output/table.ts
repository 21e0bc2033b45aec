import { wrapped } from './wrap.js';

/** One column of a table. */
export interface Column<Row> {
  title: string;
  value: (row: Row) => string | number | null | undefined;
  /** Only with `-o wide`. */
  wide?: boolean;
  /** Sentences: if the terminal is too narrow, they continue in the next line. */
  wrap?: boolean;
}

const gap = '   ';
/** The smallest width: a narrower column of sentences is harder to read than a line that the terminal breaks. */
const narrowest = 20;

/**
 * kubectl's kind of table: titles in capitals, columns aligned, `-` for unknown values. It never cuts a text: scripts
 * read it too. `width` in columns; `Infinity` in a pipe.
 */
export function formatTable<Row>(rows: readonly Row[], columns: readonly Column<Row>[], options: { wide: boolean; width: number }): string {
  const shown = columns.filter((column) => options.wide || column.wide !== true);
  const cells = [shown.map((column) => column.title), ...rows.map((row) => shown.map((column) => cell(column.value(row))))];
  const widths = shown.map((_, index) => Math.max(...cells.map((line) => line[index]!.length)));
  // With `wide`, people scroll.
  if (!options.wide) narrow(widths, shown, options.width);
  return cells.flatMap((line) => linesOf(line, shown, widths)).join('\n');
}

/** A row: its first line, and the lines in which its sentences continue. */
function linesOf<Row>(line: readonly string[], columns: readonly Column<Row>[], widths: readonly number[]): string[] {
  const parts = line.map((text, index) => (columns[index]!.wrap === true ? wrapped(text, widths[index]!) : [text]));
  const height = Math.max(...parts.map((part) => part.length));
  return Array.from({ length: height }, (_, at) => parts.map((part, index) => (part[at] ?? '').padEnd(widths[index]!)).join(gap).trimEnd());
}

function cell(value: string | number | null | undefined): string {
  if (value === null || value === undefined || value === '') return '-';
  return String(value).replaceAll(/\s+/g, ' ');
}

function narrow<Row>(widths: number[], columns: readonly Column<Row>[], width: number): void {
  const excess = widths.reduce((sum, one) => sum + one, 0) + gap.length * (widths.length - 1) - width;
  const index = columns.findIndex((column) => column.wrap === true);
  if (excess > 0 && index >= 0) widths[index] = Math.min(widths[index]!, Math.max(narrowest, widths[index]! - excess));
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
