import type { CelRule, TextRule } from './node.js';

/** The longest text of a field without a bound of its own; the API server's cost limits for CEL need one. */
const longest = { line: 4096, lines: 262_144 };

/** `maxLength` of a text in a cluster. */
export function maxLengthOf({ maxLength, lines }: TextRule): number {
  return maxLength ?? (lines === true ? longest.lines : longest.line);
}

/**
 * The form of a text as CEL rules. They are no `pattern`, because the API server's message for a pattern shows the value,
 * which may be a secret, and does not say what is accepted.
 *
 * @param self the value in CEL.
 */
export function textRules(rule: TextRule, self = 'self'): CelRule[] {
  const checks = [
    ...(rule.pattern === undefined || rule.inline !== undefined ? [] : matches(rule.pattern, self)),
    ...(rule.anyOf === undefined ? [] : [rule.anyOf.map((shape) => oneShape(shape, self)).join(' || ')]),
    ...(rule.not === undefined ? [] : matches(rule.not.pattern, self).map((check) => `!${check}`)),
    ...(rule.testCel === undefined ? [] : [rule.testCel.replaceAll(/\bself\b/g, self)]),
  ];
  const inline = rule.inline === undefined ? [] : [{ rule: matches(rule.inline.pattern, self).join(' && '), message: rule.inline.expect }];
  return [...(checks.length === 0 ? [] : [{ rule: checks.length === 1 ? checks[0]! : checks.map((check) => `(${check})`).join(' && '), message: rule.inline?.expect ?? rule.expect }]), ...inline];
}

function oneShape(shape: Readonly<Record<string, unknown>>, self: string): string {
  if (typeof shape['pattern'] === 'string') {
    const checks = [...matches(shape['pattern'], self), ...(typeof shape['maxLength'] === 'number' ? [`${self}.size() <= ${shape['maxLength']}`] : [])];
    return `(${checks.join(' && ')})`;
  }
  if (shape['format'] === 'ipv4') return `isIP(${self}) && ip(${self}).family() == 4`;
  if (shape['format'] === 'ipv6') return `isIP(${self}) && ip(${self}).family() == 6`;
  throw new Error(`CEL cannot say ${JSON.stringify(shape)}`);
}

/** RE2 has no lookaheads: those at the beginning of a pattern become checks of their own. A fixed text is cheaper to look for. */
function matches(pattern: string, self: string): string[] {
  if (/^[A-Za-z -]+$/.test(pattern)) return [`${self}.contains('${pattern}')`];
  const ahead = /^\^\(\?([=!])/.exec(pattern);
  if (ahead === null) return [`${self}.matches(${literal(pattern)})`];
  const end = closing(pattern, 1);
  const inner = pattern.slice(ahead[0].length, end);
  return [`${ahead[1] === '!' ? '!' : ''}${self}.matches(${literal(`^(${inner})`)})`, ...matches(`^${pattern.slice(end + 1)}`, self)];
}

/** The place of the bracket that closes the one at `open`. Patterns with lookaheads have no brackets in classes. */
function closing(pattern: string, open: number): number {
  let depth = 0;
  for (let at = open; at < pattern.length; at += 1) {
    if (pattern[at] === '\\') at += 1;
    else if (pattern[at] === '(') depth += 1;
    else if (pattern[at] === ')' && (depth -= 1) === 0) return at;
  }
  throw new Error(`no end of the bracket in ${pattern}`);
}

/** A pattern of ECMAScript as a literal of CEL with RE2. */
function literal(pattern: string): string {
  if (/\(\?[=!<]/.test(pattern)) throw new Error(`RE2 has no lookahead: ${pattern}`);
  return JSON.stringify(pattern.replaceAll(/\\u([0-9a-f]{4})/gi, '\\x{$1}'));
}
