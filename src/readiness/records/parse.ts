import { createHash } from 'node:crypto';
import { cleanText } from '../../identity/index.js';
import { isMapping } from '../../support/plain.js';
import { GUEST_STEPS, type StageRecord } from './record.js';

/** Longest record, mark included. */
const maxBytes = 1024;
const mark = /@edge-vm1 (\d{1,4}) ([0-9a-f]{8}) /g;
const states: ReadonlySet<string> = new Set<StageRecord['state']>(['running', 'retrying', 'failed', 'ok']);

/**
 * All valid records in a line of the guest's console, in their order. It works for any
 * bytes, and drops records that are broken, too long, or have a wrong sum.
 */
export function parseRecords(line: string): StageRecord[] {
  if (!line.includes('@edge-vm1 ')) return [];
  const records: StageRecord[] = [];
  for (const match of line.matchAll(mark)) {
    const json = cut(line, match);
    const record = json === undefined ? undefined : readRecord(json);
    if (record !== undefined) records.push(record);
  }
  return records;
}

/** The JSON behind a mark, when length and sum agree. Records are ASCII, so characters are bytes. */
function cut(line: string, match: RegExpExecArray): string | undefined {
  const length = Number(match[1]);
  if (match[0].length + length > maxBytes) return undefined;
  const start = match.index + match[0].length;
  const json = line.slice(start, start + length);
  if (json.length !== length) return undefined;
  const sum = createHash('sha256').update(json, 'utf8').digest('hex').slice(0, 8);
  return sum === match[2] ? json : undefined;
}

function readRecord(json: string): StageRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return undefined;
  }
  if (!isMapping(value)) return undefined;
  const seq = integer(value['seq']);
  const boot = word(value['boot']);
  const stage = word(value['stage']);
  const state = value['state'];
  if (seq === undefined || boot === undefined || stage === undefined || !isState(state)) return undefined;
  return {
    seq, boot, stage, state,
    time: integer(value['time']) ?? 0,
    up: integer(value['up']) ?? 0,
    attempt: integer(value['attempt']) ?? 1,
    ...defined('code', word(value['code'])),
    ...defined('message', text(value['message'])),
    done: readDone(value['done']),
    ...defined('health', readWords(value['health'], ['engine', 'edged', 'agent'] as const)),
    ...defined('agent', readAgent(value['agent'])),
    ...defined('versions', readWords(value['versions'], ['engine', 'edge', 'identity'] as const)),
  };
}

function readDone(value: unknown): StageRecord['done'] {
  const done: StageRecord['done'] = {};
  if (!isMapping(value)) return done;
  for (const step of GUEST_STEPS) {
    const at = integer(value[step]);
    if (at !== undefined) done[step] = at;
  }
  return done;
}

function readAgent(value: unknown): StageRecord['agent'] {
  if (!isMapping(value)) return undefined;
  return { connected: value['connected'] === true, ...defined('code', word(value['code'])), ...defined('message', text(value['message'])) };
}

function readWords<K extends string>(value: unknown, keys: readonly K[]): Partial<Record<K, string>> | undefined {
  if (!isMapping(value)) return undefined;
  const words: Partial<Record<K, string>> = {};
  for (const key of keys) {
    const found = word(value[key]);
    if (found !== undefined) words[key] = found;
  }
  return words;
}

function defined<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return (value === undefined ? {} : { [key]: value }) as { [P in K]?: V };
}

function isState(value: unknown): value is StageRecord['state'] {
  return typeof value === 'string' && states.has(value);
}

/** Not negative, and a safe integer. */
function integer(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

/** A word from the guest, such as a code or a version. It cannot move a cursor or fake a line. */
function word(value: unknown): string | undefined {
  return typeof value === 'string' && /^[\w.:+~-]{1,80}$/.test(value) ? value : undefined;
}

function text(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const clean = cleanText(value, { max: 300 });
  return clean === '' ? undefined : clean;
}
