import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EdgeVmError, InvalidInputError, type Problem } from '../../support/errors.js';
import type { Session } from '../run/session.js';

/** What a file of the person's was read as: what it says, or what is wrong with it. */
export type Reading<T> = { value: T } | { problems: readonly Problem[] };

/** An edited document that is well. */
export interface Edited<T> {
  value: T;
  /** Runs the work that the document is for; it stays on disk, and the person is told where, unless that ends well. */
  keepUnless: (work: () => Promise<number>) => Promise<number>;
}

const head = [
  '# The EdgeDevice as it is kept with the device; lines that begin with # do not count.',
  '# What is deleted here goes. Leave it as it is, or empty it, to change nothing.',
];

/**
 * Lets the person edit a text until `read` finds nothing wrong with it, as `kubectl edit` does: what is wrong stands in comments at
 * the top. `undefined` when nothing was changed. A text that is wrong twice and not touched in between ends it.
 */
export async function editDocument<T>(session: Session, text: string, read: (path: string) => Promise<Reading<T>>): Promise<Edited<T> | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'edge-vm-edit-'));
  const path = join(folder, 'device.yaml');
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  let body = text;
  let problems: readonly Problem[] = [];
  for (;;) {
    await writeFile(path, [...head, ...commentsOf(problems), body, ''].join('\n'), { mode: 0o600 });
    await runEditor(session, path);
    const edited = withoutComments(await readFile(path, 'utf8'));
    if (edited.trim() === '' || edited.trim() === text.trim()) {
      await remove();
      return undefined;
    }
    const untouched = problems.length > 0 && edited === body;
    body = edited;
    const reading = await read(path);
    if ('value' in reading) return { value: reading.value, keepUnless: (work) => keepUnless(session, path, remove, work) };
    problems = reading.problems;
    if (untouched) throw new InvalidInputError(problems, { hint: `The file is kept: ${path}` });
  }
}

async function runEditor({ io }: Session, path: string): Promise<void> {
  const command = [io.env['KUBE_EDITOR'], io.env['EDITOR']].find((one) => one !== undefined && one !== '') ?? 'vi';
  const code = await io.edit(command, path);
  if (code !== 0) throw new EdgeVmError('usage', `the editor ended with code ${code}; nothing was changed`, { hint: `The file is kept: ${path}. Another editor: set KUBE_EDITOR or EDITOR.` });
}

function commentsOf(problems: readonly Problem[]): string[] {
  return problems.length === 0 ? [] : ['#', ...problems.map(({ field, message }) => `# ${field}: ${message}`.replaceAll(/\s+/g, ' '))];
}

/** The comments at the top are ours; a person's own further down may be part of a text. */
function withoutComments(text: string): string {
  const lines = text.split('\n');
  const first = lines.findIndex((line) => !line.startsWith('#') && line.trim() !== '');
  return first < 0 ? '' : lines.slice(first).join('\n').trimEnd();
}

async function keepUnless({ printer }: Session, path: string, remove: () => Promise<void>, work: () => Promise<number>): Promise<number> {
  try {
    const code = await work();
    await remove();
    return code;
  } catch (error) {
    printer.note(`your file is kept: ${path}`);
    throw error;
  }
}
