import { parseSelector, SelectorError, type Requirement } from '../label-selector.js';

/** The requirements of a label selector; `undefined` if edge-vm cannot read it, so that the server must answer. */
export function parseLabelSelector(selector = ''): Requirement[] | undefined {
  if (selector.trim() === '') return [];
  try {
    return parseSelector(selector);
  } catch (error) {
    if (error instanceof SelectorError) return undefined;
    throw error;
  }
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
