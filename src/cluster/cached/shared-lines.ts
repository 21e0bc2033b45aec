import { isUtf8 } from 'node:buffer';
import { isMapping } from '../../support/plain.js';

/** A piece ends with a line of at least this many bytes: a short line alone would cost less than the bookkeeping. */
const shortest = 64;
/** Values of `data` below this many characters stay as they are. */
const smallest = 1024;

/**
 * Pieces that several values have are kept once: the user-data of all devices is the same, except for a few lines. So 1,000
 * Secrets need little more memory than one. A piece is a long line with the short lines before it, so that the same lines
 * make the same pieces wherever they stand. When nobody has a piece any more, it is forgotten.
 */
const pool = new Map<string, { piece: string; count: number }>();
const forget = new FinalizationRegistry<readonly string[]>((pieces) => {
  for (const piece of pieces) {
    const known = pool.get(piece);
    if (known !== undefined && (known.count -= 1) === 0) pool.delete(piece);
  }
});

/** The pieces of a base64 value of a Secret; `undefined` if it is small or no text. */
function piecesOf(value: unknown): readonly string[] | undefined {
  if (typeof value !== 'string' || value.length < smallest) return undefined;
  const bytes = Buffer.from(value, 'base64');
  if (!isUtf8(bytes) || bytes.toString('base64') !== value) return undefined;
  const pieces: string[] = [];
  for (let [start, from] = [0, 0]; start <= bytes.length;) {
    const found = bytes.indexOf(10, from);
    const end = found === -1 ? bytes.length : found;
    const isLast = found === -1;
    // A text of its own: a part of a large text would keep all of it in memory.
    if (isLast || end - from >= shortest) {
      pieces.push(shared(bytes.toString('utf8', start, end)));
      start = end + 1;
    }
    from = end + 1;
  }
  // The registry must not keep the array itself.
  forget.register(pieces, [...pieces]);
  return pieces;
}

function shared(piece: string): string {
  const known = pool.get(piece) ?? { piece, count: 0 };
  known.count += 1;
  pool.set(known.piece, known);
  return known.piece;
}

/** Takes the large values out of a Secret's `data`. */
export function takeLines(data: unknown): { rest: unknown; lines: Readonly<Record<string, readonly string[]>> | undefined } {
  if (!isMapping(data)) return { rest: data, lines: undefined };
  const [rest, lines]: [Record<string, unknown>, Record<string, readonly string[]>] = [{}, {}];
  for (const [key, value] of Object.entries(data)) {
    const found = piecesOf(value);
    if (found === undefined) rest[key] = value;
    else lines[key] = found;
  }
  return Object.keys(lines).length === 0 ? { rest: data, lines: undefined } : { rest, lines };
}

/** The opposite of `takeLines`. */
export function putLines(rest: unknown, lines: Readonly<Record<string, readonly string[]>>): Record<string, unknown> {
  const values = Object.entries(lines).map(([key, value]) => [key, Buffer.from(value.join('\n')).toString('base64')]);
  return { ...(rest as Record<string, unknown>), ...Object.fromEntries(values) };
}

/** Number of pieces that are kept; for a test. */
export function sharedLines(): number {
  return pool.size;
}
