import { dirname, join } from 'node:path';
import type { Problem } from '../../support/errors.js';
import { textAt } from '../../support/plain.js';
import { describeError } from '../../support/read-error.js';
import { looksSecret } from '../../support/shown.js';
import type { FleetIo } from '../types.js';

/** A file of the person, with its text. */
export interface SourceFile {
  /** As in problems: its path, or `standard input`. */
  name: string;
  text: string;
  /** Paths in it are relative to this folder. */
  folder: string;
  isTable: boolean;
}

const largest = 16 * 1024 * 1024;
const deviceFile = /\.(?:ya?ml|json)$/i;

const spreadsheet = /\.(?:xls[xmb]?|ods)$/i;

/** By its name. */
export function isTable(path: string): boolean {
  return /\.(?:csv|tsv)$/i.test(path);
}

/**
 * Reads the files that the person names: `-` is standard input; a folder stands for its `*.yaml`, `*.yml` and `*.json`,
 * sorted by name, without folders in it.
 *
 * @param stdinIsTable what standard input holds, since it has no name.
 */
export async function readFiles(paths: readonly string[], io: FleetIo, stdinIsTable: boolean, problems: Problem[]): Promise<SourceFile[]> {
  const files: SourceFile[] = [];
  for (const path of await expand(paths, io, problems)) {
    const holdsTable = path === '-' ? stdinIsTable : isTable(path);
    const name = path === '-' ? 'standard input' : looksSecret(path) ? 'the file' : path;
    try {
      const text = path === '-' ? await io.readStdin() : await io.readFile(path);
      if (text.length > largest) problems.push({ kind: 'unreadable', field: name, message: `is larger than ${largest} bytes` });
      else files.push({ name, text, folder: path === '-' ? '.' : dirname(path), isTable: holdsTable });
    } catch (error) {
      problems.push({ kind: 'unreadable', field: name, message: `cannot be read: ${describeError(error)}${(holdsTable || spreadsheet.test(path)) && textAt(error, 'code') === 'NOT_UTF8' ? '; in Excel, save it as "CSV UTF-8"' : ''}` });
    }
  }
  return files;
}

async function expand(paths: readonly string[], io: FleetIo, problems: Problem[]): Promise<string[]> {
  const found: string[] = [];
  for (const path of paths) {
    const names = path === '-' ? undefined : await io.readFolder(path).catch(() => undefined);
    const inside = names?.filter((name) => deviceFile.test(name)).sort().map((name) => join(path, name));
    if (inside?.length === 0) problems.push({ kind: 'invalid', field: path, message: 'is a folder without *.yaml, *.yml and *.json files' });
    found.push(...(inside ?? [path]));
  }
  return [...new Set(found)];
}
