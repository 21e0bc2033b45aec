import type { CommandNode, FlagNode } from './tree.js';

/** What the word at the cursor is. */
export type Position = {
  node: CommandNode;
  /** Values of the flags so far, by long name. */
  values: ReadonlyMap<string, readonly string[]>;
  /** The text to complete; for a value behind `=` only that value. */
  typed: string;
} & (
  | { kind: 'command' | 'flag' | 'nothing' }
  | { kind: 'value'; flag: FlagNode }
  | { kind: 'argument'; index: number }
);

/** Reads the words before the cursor as the parser would, and finds what comes next. The last word is the one at the cursor. */
export function positionOf(tree: CommandNode, words: readonly string[]): Position {
  const values = new Map<string, string[]>();
  const give = (flag: FlagNode, value: string): void => void values.set(flag.long, [...(values.get(flag.long) ?? []), value]);
  const typed = words.at(-1) ?? '';
  let node = tree;
  let waiting: FlagNode | undefined;
  let before: FlagNode | undefined;
  let onlyArguments = false;
  let index = 0;
  let unknown = false;
  for (const word of words.slice(0, -1)) {
    // The parser takes the word after `--gateway` as its value only if it is one of the choices.
    const optional = before;
    before = undefined;
    if (waiting !== undefined) {
      give(waiting, word);
      waiting = undefined;
    } else if (optional?.choices.includes(word) === true) give(optional, word);
    else if (word === '--') onlyArguments = true;
    else if (word.startsWith('-') && !onlyArguments) {
      const { flag, value } = flagIn(node, word);
      if (flag === undefined) continue;
      if (value === undefined && flag.takesValue) waiting = flag;
      else give(flag, value ?? '');
      if (value === undefined && flag.mayTakeValue) before = flag;
    } else if (node.commands.length > 0) {
      const child = node.commands.find(({ name }) => name === word);
      unknown ||= child === undefined && !(node === tree && word === 'help');
      node = child ?? node;
    } else index += 1;
  }
  const at = { node, values, typed };
  if (waiting !== undefined) return { ...at, kind: 'value', flag: waiting };
  if (unknown) return { ...at, kind: 'nothing' };
  if (typed.startsWith('-') && !onlyArguments) {
    if (!typed.includes('=')) return { ...at, kind: 'flag' };
    const { flag, value = '' } = flagIn(node, typed);
    return flag !== undefined && (flag.takesValue || flag.mayTakeValue) ? { ...at, typed: value, kind: 'value', flag } : { ...at, kind: 'nothing' };
  }
  return node.commands.length > 0 ? { ...at, kind: 'command' } : { ...at, kind: 'argument', index };
}

/** `--flag`, `--flag=value`, `-f`, `-fvalue`. */
function flagIn({ flags }: CommandNode, word: string): { flag?: FlagNode; value?: string } {
  const [name = '', ...rest] = word.split('=');
  const long = flags.find((one) => one.long === name);
  if (long !== undefined) return { flag: long, ...(rest.length > 0 ? { value: rest.join('=') } : {}) };
  const short = word.startsWith('--') ? undefined : flags.find((one) => one.short === word.slice(0, 2));
  if (short === undefined) return {};
  return { flag: short, ...(word.length > 2 ? { value: word.slice(2) } : {}) };
}
