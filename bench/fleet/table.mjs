/** Prints rows as a Markdown table, so that it can go into a page as it is. `columns` are pairs of title and text of a row. */
export function printTable(title, rows, columns) {
  const cells = [columns.map(([name]) => name), ...rows.map((row) => columns.map(([, text]) => String(text(row))))];
  const widths = columns.map((_, at) => Math.max(...cells.map((line) => line[at].length)));
  const line = (texts) => `| ${texts.map((text, at) => (at === 0 ? text.padEnd(widths[at]) : text.padStart(widths[at]))).join(' | ')} |`;
  console.log(`${title}\n`);
  console.log(line(cells[0]));
  console.log(`|${widths.map((width, at) => (at === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`);
  for (const texts of cells.slice(1)) console.log(line(texts));
  console.log('');
}
