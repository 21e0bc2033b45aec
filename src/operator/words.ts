/** In one line: a column of kubectl shows only the first line of a text. */
export function inOneLine(text: string): string {
  return text.trim().replace(/:\s*\n\s*/, ': ').replace(/\s*\n\s*/g, '; ');
}

/** Sentences after each other. Words of a hub or of a server may end with a point already. */
export function sentences(...texts: readonly string[]): string {
  return texts.map((text, index) => (index < texts.length - 1 ? text.replace(/[.\s]+$/, '') : text)).join('. ');
}
