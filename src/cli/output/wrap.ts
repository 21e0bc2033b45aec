/** The lines of a text, each of at most `width` characters if its words allow it. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).filter((one) => one !== '')) {
    if (line !== '' && line.length + 1 + word.length > Math.max(width, 20)) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return line === '' ? lines : [...lines, line];
}

/** Text behind something of `indent` columns: its next lines start in the same column. Unchanged if `width` is `Infinity`. */
export function hanging(text: string, indent: number, width: number): string {
  return Number.isFinite(width) ? wrapped(text, width - indent).join(`\n${' '.repeat(indent)}`) : text;
}
