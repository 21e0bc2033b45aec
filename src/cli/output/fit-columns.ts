import type { Column } from './table.js';

/** A column of a table with the characters that it needs or gets. */
export interface Fitted<Row> {
  column: Column<Row>;
  /** Among all columns of the table. */
  index: number;
  width: number;
}

/** One after the other until the table fits: what gives way, down to which width. */
const steps = [['wrap', 40], ['shorten', 24], ['wrap', 20]] as const;
/** When nothing is left to leave out. */
const lastStep = ['shorten', 12] as const;

/**
 * Columns that fit into `width`: sentences are wrapped first, then names are shortened, then the least important columns are
 * left out. If even that does not help, the lines are longer than `width`: a terminal can break a line, but text that is cut
 * anywhere helps nobody.
 */
export function fitColumns<Row>(columns: readonly Fitted<Row>[], width: number, gap: number): Fitted<Row>[] {
  const fits = (tried: readonly Fitted<Row>[]): boolean => totalOf(tried, gap) <= width;
  if (fits(columns)) return [...columns];
  const optional = columns.filter(({ column }) => column.leaveOut !== undefined).sort((a, b) => b.column.leaveOut! - a.column.leaveOut!);
  let tried: Fitted<Row>[] = [];
  for (let out = 0; out <= optional.length; out += 1) {
    const left = columns.filter((one) => !optional.slice(0, out).includes(one));
    tried = narrowed(left, out === optional.length ? [...steps, lastStep] : steps, width, gap);
    if (fits(tried)) return tried;
  }
  return tried;
}

/** Takes what is too much from the columns of each step, each time from the widest one. */
function narrowed<Row>(columns: readonly Fitted<Row>[], order: readonly (readonly [kind: 'wrap' | 'shorten', least: number])[], width: number, gap: number): Fitted<Row>[] {
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
