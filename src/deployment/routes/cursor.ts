import { tokens, type Token } from './lexer.js';

/** A problem of a route, in words. */
export class RouteError extends Error {}

const reserved: ReadonlySet<string> = new Set(['select', 'from', 'where', 'into', 'and', 'or', 'not']);

/** Reads the tokens of a route one after the other. */
export class Cursor {
  readonly #text: string;
  readonly #tokens: Token[];
  #next = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokens(text);
  }

  peek(): Token | undefined {
    return this.#tokens[this.#next];
  }

  /** The next token, which is taken. Throws if there is none. */
  take(expected: string): Token {
    const token = this.peek();
    if (token === undefined) throw this.error(expected);
    this.#next += 1;
    return token;
  }

  /** Takes this keyword or symbol, if it is the next token; lower case. */
  takes(text: string): boolean {
    return this.takesOneOf(new Set([text]));
  }

  takesOneOf(texts: ReadonlySet<string>): boolean {
    const token = this.peek();
    if (token === undefined || token.kind === 'string' || !texts.has(token.text.toLowerCase())) return false;
    this.#next += 1;
    return true;
  }

  /** Takes this keyword or symbol, or throws; `expected` says in words what is missing. */
  need(text: string, expected: string): void {
    if (!this.takes(text)) throw this.error(expected);
  }

  /** What nobody took. */
  rest(): string {
    return this.#text.slice(this.peek()?.at ?? this.#text.length);
  }

  error(expected: string, token = this.peek()): RouteError {
    return new RouteError(`must have ${expected}${token === undefined ? ', but it ends before that' : `, not ${JSON.stringify(token.text.slice(0, 40))} at character ${token.at + 1}`}`);
  }
}

/** Keywords are no names. */
export function isName({ kind, text }: Token): boolean {
  return kind === 'word' && !reserved.has(text.toLowerCase());
}
