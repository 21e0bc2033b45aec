// Markdown that the scripts beside it write.

/** Rows of a table; `|` in a cell is escaped. */
export function table(titles, rows) {
  const line = (cells) => `| ${cells.map((cell) => String(cell).replaceAll('|', String.raw`\|`)).join(' | ')} |`;
  return [line(titles), `|${titles.map(() => '---|').join('')}`, ...rows.map(line)].join('\n');
}

/** A whole page from its parts. */
export function page(title, ...parts) {
  return `# ${title}\n\n<!-- made by scripts/docs.mjs; do not edit -->\n\n${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

/** A fenced block. */
export function fence(language, text) {
  return `\`\`\`${language}\n${text.trimEnd()}\n\`\`\``;
}

/** A heading's anchor, as GitHub makes it. */
export function anchor(heading) {
  return heading.toLowerCase().replaceAll(/[^\p{L}\p{N}\s_-]/gu, '').trim().replaceAll(/\s/g, '-');
}
