import type { Column } from './table.js';

/** A column of a table with the characters that it needs or gets. */
export interface Fitted<Row> {
  column: Column<Row>;
  /** Among all columns of the table. */
  index: number;
  width: number;
}

type Steps = readonly (readonly [kind: 'wrap' | 'shorten', least: number])[];

/** One after the other until the table fits: what gives way, down to which width. */
const comfortable: Steps = [['wrap', 20]];
/** When nothing is left to leave out. People copy names, so they are shortened last. */
const tight: Steps = [['wrap', 40], ['shorten', 24], ['wrap', 20], ['shorten', 12]];

/**
 * Columns that fit into `width`: sentences are wrapped first, then the least important columns are left out, then names are
 * shortened. If even that does not help, the lines are longer than `width`: a terminal can break a line, but text that is cut
 * anywhere helps nobody.
 */
export function fitColumns<Row>(columns: readonly Fitted<Row>[], width: number, gap: number): Fitted<Row>[] {
  const optional = columns.filter(({ column }) => column.leaveOut !== undefined).sort((a, b) => b.column.leaveOut! - a.column.leaveOut!);
  for (let out = 0; out <= optional.length; out += 1) {
    const tried = narrowed(columns.filter((one) => !optional.slice(0, out).includes(one)), comfortable, width, gap);
    if (totalOf(tried, gap) <= width) return tried;
  }
  return narrowed(columns.filter((one) => !optional.includes(one)), tight, width, gap);
}

/** Takes what is too much from the columns of each step, each time from the widest one. */
function narrowed<Row>(columns: readonly Fitted<Row>[], order: Steps, width: number, gap: number): Fitted<Row>[] {
  const result = columns.map((one) => ({ ...one }));
  for (const [kind, least] of order) {
    const some = result.filter(({ column }) => column[kind] === true);
    for (let excess = totalOf(result, gap) - width; excess > 0 && some.length > 0; excess -= 1) {
      const widest = some.reduce((a, b) => (b.width > a.width ? b : a));
      if (widest.width <= Math.max(least, widest.column.title.length)) break;
      widest.width -= 1;
    }
  }
  return result;
}

function totalOf<Row>(columns: readonly Fitted<Row>[], gap: number): number {
  return columns.reduce((sum, { width }) => sum + width, 0) + gap * (columns.length - 1);
}
