import { isMapping } from '../../support/plain.js';

/** Shorter lines cost less than the bookkeeping. */
const shortest = 64;
/** Values of `data` below this many characters stay as they are. */
const smallest = 1024;

/**
 * Long lines that several values have are kept once: the user-data of all devices is the same, except for a few lines. So 1,000
 * Secrets need little more memory than one. When nobody has the lines any more, they are forgotten.
 */
const pool = new Map<string, { line: string; count: number }>();
const forget = new FinalizationRegistry<readonly string[]>((lines) => {
  for (const line of lines) {
    const known = pool.get(line);
    if (known !== undefined && (known.count -= 1) === 0) pool.delete(line);
  }
});

/** The lines of a base64 value of a Secret; `undefined` if it is small or no text. */
function linesOf(value: unknown): readonly string[] | undefined {
  if (typeof value !== 'string' || value.length < smallest) return undefined;
  const bytes = Buffer.from(value, 'base64');
  if (bytes.toString('base64') !== value || !Buffer.from(bytes.toString('utf8')).equals(bytes)) return undefined;
  const lines: string[] = [];
  const long: string[] = [];
  for (let start = 0; start <= bytes.length;) {
    const found = bytes.indexOf(10, start);
    const end = found === -1 ? bytes.length : found;
    // A text of its own: a part of a large text would keep all of it in memory.
    const line = bytes.toString('utf8', start, end);
    lines.push(end - start < shortest ? line : shared(line, long));
    start = end + 1;
  }
  forget.register(lines, long);
  return lines;
}

function shared(line: string, long: string[]): string {
  const known = pool.get(line) ?? { line, count: 0 };
  known.count += 1;
  pool.set(known.line, known);
  long.push(known.line);
  return known.line;
}

/** Takes the large values out of a Secret's `data`. */
export function takeLines(data: unknown): { rest: unknown; lines: Readonly<Record<string, readonly string[]>> | undefined } {
  if (!isMapping(data)) return { rest: data, lines: undefined };
  const [rest, lines]: [Record<string, unknown>, Record<string, readonly string[]>] = [{}, {}];
  for (const [key, value] of Object.entries(data)) {
    const found = linesOf(value);
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

/** Number of lines that are kept; for a test. */
export function sharedLines(): number {
  return pool.size;
}
