type Labels = Readonly<Record<string, string>>;

/** One condition of a label selector. */
export interface Requirement {
  /** The same text for the same condition. */
  text: string;
  fits: (labels: Labels) => boolean;
}

const label = String.raw`[A-Za-z0-9](?:[-A-Za-z0-9_./]*[A-Za-z0-9])?`;
const forms: { pattern: RegExp; read: (key: string, value: string) => Requirement }[] = [
  { pattern: new RegExp(String.raw`^(${label})\s*==?\s*(${label}|)$`), read: (key, value) => ({ text: `${key}=${value}`, fits: (labels) => labels[key] === value }) },
  { pattern: new RegExp(String.raw`^(${label})\s*!=\s*(${label}|)$`), read: (key, value) => ({ text: `${key}!=${value}`, fits: (labels) => labels[key] !== value }) },
  { pattern: new RegExp(String.raw`^(${label})\s+in\s*\(([^()]*)\)$`), read: (key, list) => oneOf(key, list, true) },
  { pattern: new RegExp(String.raw`^(${label})\s+notin\s*\(([^()]*)\)$`), read: (key, list) => oneOf(key, list, false) },
  { pattern: new RegExp(String.raw`^(${label})$`), read: (key) => ({ text: key, fits: (labels) => labels[key] !== undefined }) },
  { pattern: new RegExp(String.raw`^!\s*(${label})$`), read: (key) => ({ text: `!${key}`, fits: (labels) => labels[key] === undefined }) },
];

function oneOf(key: string, list: string, wanted: boolean): Requirement {
  const values = new Set(list.split(',').map((value) => value.trim()));
  // As the server: an object without the label is not in any list.
  return { text: `${key} ${wanted ? 'in' : 'notin'} (${[...values].sort().join(',')})`, fits: (labels) => (labels[key] !== undefined && values.has(labels[key])) === wanted };
}

/** The conditions of a label selector; `undefined` if this cannot read it, so that the server must answer. */
export function parseLabelSelector(selector = ''): Requirement[] | undefined {
  if (selector.trim() === '') return [];
  // A comma in parentheses is part of a list.
  const parts = selector.split(/,(?![^()]*\))/).map((part) => part.trim());
  const found = parts.map((part) => {
    for (const { pattern, read } of forms) {
      const match = pattern.exec(part);
      if (match) return read(match[1]!, match[2] ?? '');
    }
    return undefined;
  });
  return found.includes(undefined) ? undefined : (found as Requirement[]);
}

/** What a field selector asks of name and namespace; `undefined` if it asks for anything else. */
export function parseFieldSelector(selector = ''): { name?: string; namespace?: string } | undefined {
  const wanted: { name?: string; namespace?: string } = {};
  for (const part of selector.split(',').filter(Boolean)) {
    const match = /^metadata\.(name|namespace)==?([^=!,]+)$/.exec(part.trim());
    if (!match) return undefined;
    const field = match[1] as 'name' | 'namespace';
    // Two different names at the same time fit nothing; the server may say so.
    if (wanted[field] !== undefined && wanted[field] !== match[2]) return undefined;
    wanted[field] = match[2]!;
  }
  return wanted;
}
