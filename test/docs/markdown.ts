import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A fenced block of a page. */
export interface Fence {
  language: string;
  text: string;
  /** Line of its first line of text, from 1. */
  line: number;
}

/** An HTML comment that stands in lines of its own, outside of fenced blocks. */
export interface Comment {
  text: string;
  /** Line of its first line, from 1. */
  line: number;
}

/** What a page has of lines: fenced blocks, comments, and the rest. */
export interface Parts {
  fences: Fence[];
  comments: Comment[];
}

/** README, CONTRIBUTING, SECURITY, CHANGELOG and all pages below docs/, by their path in the repository. */
export function pages(): string[] {
  const markdown = (file: string): boolean => file.endsWith('.md');
  const inDocs = readdirSync('docs', { recursive: true, encoding: 'utf8' }).filter(markdown);
  return [...readdirSync('.').filter(markdown).sort(), ...inDocs.map((file) => join('docs', file)).sort()];
}

export function read(path: string): string {
  return readFileSync(path, 'utf8');
}

/** Fenced blocks, also in lists, and comments. */
export function partsOf(markdown: string): Parts {
  const found: Parts = { fences: [], comments: [] };
  let fence: (Fence & { indent: string }) | undefined;
  let comment: Comment | undefined;
  for (const [index, line] of markdown.split('\n').entries()) {
    const mark = /^( *)```(\w*)/.exec(line);
    if (fence !== undefined) {
      if (mark === null) fence.text += `${line.startsWith(fence.indent) ? line.slice(fence.indent.length) : line.trimStart()}\n`;
      else {
        const { language, text, line: begin } = fence;
        found.fences.push({ language, text, line: begin });
        fence = undefined;
      }
      continue;
    }
    if (comment === undefined && mark !== null) {
      fence = { language: mark[2]!, text: '', line: index + 2, indent: mark[1]! };
      continue;
    }
    const begun = comment === undefined && /^ *<!--/.test(line);
    if (begun) comment = { text: line.replace(/^ *<!-- ?/, ''), line: index + 1 };
    else if (comment !== undefined) comment.text += `\n${line}`;
    if (comment !== undefined && /--> *$/.test(line)) {
      found.comments.push({ ...comment, text: comment.text.replace(/\s*--> *$/, '') });
      comment = undefined;
    }
  }
  return found;
}

export function fences(markdown: string): Fence[] {
  return partsOf(markdown).fences;
}

/** The page without its fenced blocks. */
export function prose(markdown: string): string {
  return markdown.replaceAll(/^ *```[\s\S]*?^ *```.*$/gm, '');
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
