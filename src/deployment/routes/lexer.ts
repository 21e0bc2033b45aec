/** A token of a route, with its place in the text (from 0). */
export interface Token {
  kind: 'string' | 'unterminated' | 'number' | 'system' | 'word' | 'symbol' | 'unknown';
  text: string;
  at: number;
}

/**
 * The tokens of edgeHub's grammar (Routing.Core/grammar/GrammarLexer.g4). The longest match wins, and of two equally long
 * ones the first.
 */
const rules: readonly [Token['kind'], RegExp][] = [
  ['string', /"(?:\\(?:["'\\]|u[0-9a-fA-F]{4})|[^"\\])*"|'(?:\\(?:["'\\]|u[0-9a-fA-F]{4})|[^'\\])*'/y],
  ['unterminated', /["'][^]*/y],
  ['number', /0[xX][0-9a-fA-F]+|-?[0-9]*\.[0-9]+(?:[Ee][+-]?[0-9]+)?|-?[0-9]*[Ee][+-]?[0-9]+|-?[0-9]+/y],
  ['symbol', /!=|<>|<=|>=|\|\||\?\?|[()[\],+*/%=<>{}-]/y],
  ['system', /\$[^()<>@,;:\\"/?={} \t\n\r]+/y],
  ['word', /[^()<>@,;:\\"/[\]?={} \t\n\r]+/y],
];
const skipped = /\s+|\/\*[^]*?\*\//y;

/** Splits a route into tokens. */
export function tokens(text: string): Token[] {
  const found: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const gap = matchAt(skipped, text, at);
    if (gap !== undefined) {
      at += gap.length;
      continue;
    }
    const token = longest(text, at);
    found.push(token);
    at += token.text.length;
  }
  return found;
}

function longest(text: string, at: number): Token {
  let best: Token | undefined;
  for (const [kind, rule] of rules) {
    if (kind === 'unterminated' && best?.kind === 'string') continue;
    const match = matchAt(rule, text, at);
    if (match !== undefined && match.length > (best?.text.length ?? 0)) best = { kind, text: match, at };
  }
  return best ?? { kind: 'unknown', text: text[at]!, at };
}

function matchAt(rule: RegExp, text: string, at: number): string | undefined {
  rule.lastIndex = at;
  return rule.exec(text)?.[0];
}
