import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A fenced block of a page. */
export interface Fence {
  language: string;
  text: string;
  /** Line of its first line of text, from 1. */
  line: number;
}

/** README and all pages below docs/, by their path in the repository. */
export function pages(): string[] {
  const inDocs = readdirSync('docs', { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.md'));
  return ['README.md', ...inDocs.map((file) => join('docs', file)).sort()];
}

export function read(path: string): string {
  return readFileSync(path, 'utf8');
}

export function fences(markdown: string): Fence[] {
  const found: Fence[] = [];
  let open: Fence | undefined;
  for (const [index, line] of markdown.split('\n').entries()) {
    const mark = /^```(\w*)/.exec(line);
    if (open === undefined && mark !== null) open = { language: mark[1]!, text: '', line: index + 2 };
    else if (open !== undefined && mark !== null) {
      found.push(open);
      open = undefined;
    } else if (open !== undefined) open.text += `${line}\n`;
  }
  return found;
}

/** The page without its fenced blocks. */
export function prose(markdown: string): string {
  return markdown.replaceAll(/^```[\s\S]*?^```.*$/gm, '');
}

/** Cells of every table row, with the `|` that is escaped put back. */
export function tableRows(markdown: string): string[][] {
  return prose(markdown).split('\n').filter((line) => line.startsWith('|') && !/^\|[-| :]+\|$/.test(line))
    .map((line) => line.slice(1, -1).split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll(String.raw`\|`, '|')));
}

/** The one word in backticks that a cell consists of. */
export function codeOf(cell: string | undefined): string | undefined {
  return /^`([^`]+)`$/.exec(cell ?? '')?.[1];
}
