/** One column of a table. */
export interface Column<Row> {
  title: string;
  value: (row: Row) => string | number | null | undefined;
  /** Only with `-o wide`. */
  wide?: boolean;
  /** May be cut at the end when the terminal is too narrow. */
  shrink?: boolean;
}

const gap = '   ';
const smallest = 8;

/** kubectl's kind of table: titles in capitals, columns aligned, `-` for what is not known. */
export function formatTable<Row>(rows: readonly Row[], columns: readonly Column<Row>[], options: { wide: boolean; width: number }): string {
  const shown = columns.filter((column) => options.wide || column.wide !== true);
  const cells = [shown.map((column) => column.title), ...rows.map((row) => shown.map((column) => cell(column.value(row))))];
  const widths = shown.map((_, index) => Math.max(...cells.map((line) => line[index]!.length)));
  // `wide` is for those who scroll; everyone else gets lines that fit.
  if (!options.wide) shrink(widths, shown, options.width);
  return cells
    .map((line) => line.map((text, index) => cut(text, widths[index]!).padEnd(widths[index]!)).join(gap).trimEnd())
    .join('\n');
}

function cell(value: string | number | null | undefined): string {
  if (value === null || value === undefined || value === '') return '-';
  return String(value).replaceAll(/\s+/g, ' ');
}

function shrink<Row>(widths: number[], columns: readonly Column<Row>[], width: number): void {
  const total = (): number => widths.reduce((sum, one) => sum + one, 0) + gap.length * (widths.length - 1);
  for (;;) {
    const excess = total() - width;
    if (excess <= 0) return;
    const widest = columns
      .map((column, index) => ({ index, width: column.shrink === true ? widths[index]! : 0 }))
      .reduce((best, one) => (one.width > best.width ? one : best));
    if (widest.width <= smallest) return;
    widths[widest.index] = Math.max(smallest, widest.width - excess);
  }
}

/** The text in at most `width` columns; an ellipsis says that some of it is missing. */
export function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}
