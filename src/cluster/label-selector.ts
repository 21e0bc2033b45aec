/** One requirement of a label selector; all of them must hold. */
export interface Requirement {
  key: string;
  operator: 'in' | 'notin' | 'exists' | 'absent';
  values: readonly string[];
  /** The same text for the same requirement: `site=north`, `site!=north`, `line in (1,2)`. */
  text: string;
}

/** A part of a selector that no API server accepts; the message says what is accepted. */
export class SelectorError extends Error {}

const part = /^[A-Za-z0-9](?:[-_.A-Za-z0-9]{0,61}[A-Za-z0-9])?$/;
const prefix = /^(?=.{1,253}\/)[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*\//;
const set = /^(\S+)\s+(in|notin)\s*\((.*)\)$/s;
const equality = /^([^=!]*?)\s*(==|=|!=)\s*(.*)$/s;

/**
 * Reads a label selector in kubectl's syntax: `site=north,line!=3,tier in (a, b),gpu,!old`. Rules:
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors. Throws `SelectorError`.
 */
export function parseSelector(text: string): Requirement[] {
  const pieces = split(text);
  if (pieces.length === 1 && pieces[0] === '') throw new SelectorError('must be a label selector such as site=north,line in (1, 2)');
  return pieces.map(requirement);
}

/** True if an object with these labels is selected. `!=` and `notin` also select objects without the label, as on the server. */
export function selects(requirements: readonly Requirement[], labels: Readonly<Record<string, string>> | undefined): boolean {
  return requirements.every(({ key, operator, values }) => {
    const has = labels !== undefined && Object.hasOwn(labels, key);
    if (operator === 'exists') return has;
    if (operator === 'absent') return !has;
    const within = has && values.includes(labels[key]!);
    return operator === 'in' ? within : !within;
  });
}

/** At commas outside of parentheses. */
function split(text: string): string[] {
  const pieces = [''];
  let depth = 0;
  for (const character of text) {
    if (character === '(') depth += 1;
    if (character === ')') depth -= 1;
    if (depth < 0 || depth > 1) throw new SelectorError('has parentheses that do not match');
    if (character === ',' && depth === 0) pieces.push('');
    else pieces[pieces.length - 1] += character;
  }
  if (depth !== 0) throw new SelectorError('has parentheses that do not match');
  return pieces.map((piece) => piece.trim());
}

function requirement(piece: string): Requirement {
  if (piece === '') throw new SelectorError('has a part without text between two commas');
  const [, listKey, word, list = ''] = set.exec(piece) ?? [];
  if (listKey !== undefined) {
    const values = list.split(',').map((value) => checkValue(value.trim()));
    return compared(checkKey(listKey), word as 'in' | 'notin', values);
  }
  const [, key, sign, value = ''] = equality.exec(piece) ?? [];
  if (key !== undefined && key !== '') return compared(checkKey(key), sign === '!=' ? 'notin' : 'in', [checkValue(value)]);
  if (piece.startsWith('!')) return present(checkKey(piece.slice(1).trim()), 'absent');
  return present(checkKey(piece), 'exists');
}

/** The requirement that a label exists, or that it does not. */
export function present(key: string, operator: 'exists' | 'absent'): Requirement {
  return { key, operator, values: [], text: operator === 'exists' ? key : `!${key}` };
}

/** The requirement of a label's value. */
export function compared(key: string, operator: 'in' | 'notin', list: readonly string[]): Requirement {
  const values = [...new Set(list)].toSorted();
  const text = values.length === 1 ? `${key}${operator === 'in' ? '=' : '!='}${values[0]}` : `${key} ${operator} (${values.join(',')})`;
  return { key, operator, values, text };
}

function checkKey(key: string): string {
  const name = key.replace(prefix, '');
  if (part.test(name)) return key;
  throw new SelectorError('needs label names of letters, digits, "-", "_" and "." (63 at most), perhaps with a domain and "/" before them; accepted are KEY=VALUE, KEY!=VALUE, KEY in (A, B), KEY notin (A, B), KEY, !KEY');
}

function checkValue(value: string): string {
  if (value === '' || part.test(value)) return value;
  throw new SelectorError('needs label values of letters, digits, "-", "_" and "." (63 at most) that begin and end with a letter or digit');
}
