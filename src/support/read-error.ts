import { textAt } from './plain.js';

/** Why a file could not be read, in words for a person. */
export function describeError(error: unknown): string {
  const code = textAt(error, 'code');
  if (code === 'ENOENT') return 'it does not exist';
  if (code === 'EACCES') return 'permission denied';
  if (code === 'EISDIR') return 'it is a folder';
  return code ?? 'reading failed';
}
