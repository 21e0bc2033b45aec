import { textAt } from './plain.js';
import { shown } from './shown.js';

/** The end of a long path says more than its beginning. */
const most = 56;
/** People put a secret itself where its file should be named. A text with such an end is the name of a file. */
const fileEnd = /[^\\/]\.(?:txt|pem|key|crt|cer|pub|ya?ml|json|conf|env|secret)$/i;

/** The path of a file as part of a problem; nothing if it may be a secret. */
export function gotPath(path: string): { got?: string } {
  if (!fileEnd.test(path) || /[=;:\s]/.test(path) || shown(path) === undefined) return {};
  return { got: shown(path.length <= most ? path : `…${path.slice(-most)}`)! };
}

/** Why a file could not be read, in words for a person. */
export function describeError(error: unknown): string {
  const code = textAt(error, 'code');
  if (code === 'ENOENT') return 'it does not exist';
  if (code === 'EACCES') return 'permission denied';
  if (code === 'EISDIR') return 'it is a folder';
  if (code === 'NOT_UTF8') return 'it is not UTF-8';
  return code ?? 'reading failed';
}
