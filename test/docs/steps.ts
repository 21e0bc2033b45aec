import { partsOf, type Comment } from './markdown.js';

/**
 * What the tests do with a page, in the order of the page. Comments in the page decide on it:
 *
 * - `<!-- not run: REASON -->` before a block of shell: the tests do not run it.
 * - `<!-- exit: 5 -->` before a block: its commands succeed, and at least one of them ends with this code.
 * - `<!-- setup: COMMANDS -->`, also of several lines: commands that the reader does not see.
 * - `<!-- file: NAME -->` before a block of another language: its text becomes this file.
 */
export type Step =
  | { kind: 'setup'; text: string; line: number }
  | { kind: 'file'; name: string; text: string; line: number }
  | { kind: 'run'; text: string; line: number; exit: number }
  | { kind: 'not run'; text: string; line: number; reason: string };

export interface Plan {
  steps: Step[];
  /** What is wrong with the page, with the line. */
  problems: string[];
}

const shells = ['sh', 'bash', 'shell', 'zsh'];

/** A comment for the tests, and what people may write in place of one. */
const directive = /^(not run|exit|setup|file):\s*([\s\S]*)$/;
const mistaken = /^(?:not[-_ ]?run|no[-_ ]?run|exit|set-?up|file)s?(?![-\w])/i;

export function planOf(markdown: string): Plan {
  const { fences, comments } = partsOf(markdown);
  const problems: string[] = [];
  const wrong = (line: number, message: string): void => void problems.push(`line ${line}: ${message}`);
  const steps: Step[] = [];
  const said = comments.map((comment) => ({ ...read(comment, wrong), line: comment.line, end: comment.line + comment.text.split('\n').length, used: false }));

  for (const { language, text, line } of fences) {
    // The fence is one line before its text; comments stand directly before it.
    const before = new Map<string, string>();
    for (let next = line - 1; ;) {
      const comment = said.find(({ end }) => end === next);
      if (comment === undefined) break;
      if (comment.word !== undefined && comment.word !== 'setup') before.set(comment.word, comment.value);
      comment.used = true;
      next = comment.line;
    }
    if (shells.includes(language) && language !== 'sh') wrong(line, `write \`sh\` in place of \`${language}\``);
    if (language === 'sh') {
      const reason = before.get('not run');
      const exit = before.get('exit') ?? '0';
      if (!/^\d{1,3}$/.test(exit)) wrong(line, `exit code ${exit}`);
      if (before.has('file')) wrong(line, 'a block of shell is no file');
      if (reason === '') wrong(line, 'not run: without a reason');
      steps.push(reason === undefined ? { kind: 'run', text, line, exit: Number(exit) } : { kind: 'not run', text, line, reason });
      continue;
    }
    const name = before.get('file');
    if (name !== undefined && !/^(?!\.\.?(?:\/|$))[\w.-]+(?:\/(?!\.\.?(?:\/|$))[\w.-]+)*$/.test(name)) wrong(line, `name of a file: ${name}`);
    if (name !== undefined) steps.push({ kind: 'file', name, text, line });
    if (before.has('exit') || before.has('not run')) wrong(line, `only \`sh\` blocks run, this one is \`${language}\``);
  }
  for (const { word, value, line, used } of said) {
    if (word === 'setup') steps.push({ kind: 'setup', text: `${value}\n`, line });
    else if (word !== undefined && !used) wrong(line, `"${word}" stands before no block`);
  }
  return { steps: steps.sort((one, other) => one.line - other.line), problems };
}

function read({ text, line }: Comment, wrong: (line: number, message: string) => void): { word: string | undefined; value: string } {
  const [, word, value = ''] = directive.exec(text) ?? [];
  if (word === undefined && mistaken.test(text)) wrong(line, `not understood: ${text}`);
  return { word, value };
}
