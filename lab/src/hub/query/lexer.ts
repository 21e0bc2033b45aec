import { badRequest } from '../errors.js';

export type Token =
  | { kind: 'word'; text: string; at: number; quoted: boolean }
  | { kind: 'string'; text: string; at: number }
  | { kind: 'number'; text: string; at: number }
  | { kind: 'symbol'; text: string; at: number };

const SPACE = /\s+/y;
const NUMBER = /-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
const WORD = /[A-Za-z_$][\w$]*/y;
/** Names that are not plain words: `[[any name]]`. */
const QUOTED = /\[\[((?:[^\]]|\](?!\]))+)\]\]/y;
const STRING = /'((?:[^'\\]|\\.|'')*)'|"((?:[^"\\]|\\.|"")*)"/y;
const SYMBOL = /!=|<>|<=|>=|[=<>(),.*[\]]/y;

/** Cuts a query into tokens; 400 if something is not a token. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found !== null) at = pattern.lastIndex;
    return found;
  };
  while (at < text.length) {
    if (match(SPACE) !== null) continue;
    const start = at;
    const token = next(match, start, tokens.at(-1));
    if (token === undefined) throw syntaxError(text, start);
    tokens.push(token);
  }
  return tokens;
}

/** The error for every query that the lab does not understand. */
export function syntaxError(text: string, at: number, expected?: string): Error {
  const where = at >= text.length ? 'at the end' : `at position ${at}, near '${text.slice(at, at + 20)}'`;
  return badRequest(`Error in query: ${expected === undefined ? 'unexpected text' : `expected ${expected}`} ${where}`);
}

function next(match: (pattern: RegExp) => RegExpExecArray | null, at: number, before: Token | undefined): Token | undefined {
  const quoted = match(QUOTED);
  if (quoted !== null) return { kind: 'word', text: quoted[1]!, at, quoted: true };
  const word = match(WORD);
  if (word !== null) return { kind: 'word', text: word[0], at, quoted: false };
  const string = match(STRING);
  if (string !== null) return { kind: 'string', text: unescape(string), at };
  // `a.1` is not a number, and a path may not hold it either: the parser refuses it.
  const number = before?.text === '.' ? null : match(NUMBER);
  if (number !== null) return { kind: 'number', text: number[0], at };
  const symbol = match(SYMBOL);
  return symbol === null ? undefined : { kind: 'symbol', text: symbol[0] === '<>' ? '!=' : symbol[0], at };
}

function unescape(match: RegExpExecArray): string {
  const quote = match[0][0]!;
  return (match[1] ?? match[2] ?? '').replaceAll(quote + quote, quote).replace(/\\(.)/g, '$1');
}
