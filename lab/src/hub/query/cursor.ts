import type { Path } from './ast.js';
import { syntaxError, tokenize, type Token } from './lexer.js';

/** Words that end a path; as a name they need `[[…]]`. */
const RESERVED = new Set(['SELECT', 'FROM', 'WHERE', 'AND', 'OR', 'NOT', 'IN', 'NIN', 'GROUP', 'ORDER', 'AS', 'TRUE', 'FALSE', 'NULL']);

/** Walks the tokens of a query. */
export class Cursor {
  readonly #text: string;
  readonly #tokens: Token[];
  #position = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokenize(text);
  }

  get atEnd(): boolean {
    return this.#position >= this.#tokens.length;
  }

  get current(): Token | undefined {
    return this.#tokens[this.#position];
  }

  fail(expected: string): never {
    throw syntaxError(this.#text, this.current?.at ?? this.#text.length, expected);
  }

  advance(): Token {
    const token = this.current;
    if (token === undefined) this.fail('more');
    this.#position += 1;
    return token;
  }

  takeWord(word: string): boolean {
    const token = this.current;
    if (token?.kind !== 'word' || token.quoted || token.text.toUpperCase() !== word) return false;
    this.#position += 1;
    return true;
  }

  expectWord(word: string): void {
    if (!this.takeWord(word)) this.fail(word);
  }

  takeSymbol(symbol: string): boolean {
    const token = this.current;
    if (token?.kind !== 'symbol' || token.text !== symbol) return false;
    this.#position += 1;
    return true;
  }

  expectSymbol(symbol: string): void {
    if (!this.takeSymbol(symbol)) this.fail(`'${symbol}'`);
  }

  /** `NAME(`: takes both tokens or none. */
  takeCall(name: string): boolean {
    const after = this.#tokens[this.#position + 1];
    if (after?.kind !== 'symbol' || after.text !== '(' || !this.takeWord(name)) return false;
    this.#position += 1;
    return true;
  }

  name(): string {
    const token = this.current;
    if (token?.kind !== 'word' || (!token.quoted && RESERVED.has(token.text.toUpperCase()))) this.fail('a name');
    this.#position += 1;
    return token.text;
  }

  number(): number {
    const token = this.current;
    if (token?.kind !== 'number') this.fail('a number');
    this.#position += 1;
    return Number(token.text);
  }

  path(): Path {
    const path = [this.name()];
    while (this.takeSymbol('.')) {
      const token = this.advance();
      if (token.kind !== 'word') this.fail('a property name');
      path.push(token.text);
    }
    return path;
  }

  list<T>(item: () => T): T[] {
    const items = [item()];
    while (this.takeSymbol(',')) items.push(item());
    return items;
  }
}
