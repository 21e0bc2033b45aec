import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EdgeVmError, InvalidInputError, type Problem } from '../../support/errors.js';
import type { Session } from '../run/session.js';

/** The result of reading a person's file: its content, or its problems. */
export type Reading<T> = { value: T } | { problems: readonly Problem[] };

/** A valid edited document. */
export interface Edited<T> {
  value: T;
  /** Runs the work for which the document is. If the work does not succeed, the file stays on disk, and the person gets its path. */
  keepUnless: (work: () => Promise<number>) => Promise<number>;
}

const head = [
  '# The EdgeDevice that is kept with the device. Lines that begin with # do not count.',
  '# A field that you delete here is removed. To change nothing, leave the file as it is, or empty it.',
];

/**
 * Lets the person edit a text until `read` finds nothing wrong with it, as `kubectl edit` does: comments at the top have the
 * problems. `undefined` if nothing was changed. It ends if a wrong text comes back unchanged.
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

/** The comments at the top are ours. Comments further down are the person's, and may be part of a text. */
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
