import { defaultConcurrency } from '../../cluster/gate.js';
import type { Problem } from '../../support/errors.js';
import { gotOf } from '../../support/shown.js';
import type { EdgeCommand } from '../run/command.js';
import { addFlags, text, type FlagValues } from './group.js';

/** `-f` for many files, and `--template`. */
export function addFilesFlags(command: EdgeCommand, heading: string): void {
  addFlags(command, heading, [
    { flags: '-f, --filename <file>', help: 'file or folder of EdgeDevices, CSV file, - for stdin; can be repeated', repeat: true },
    { flags: '--template <file>', help: 'EdgeDevice with ${COLUMN} for the values of the CSV rows' },
  ]);
}

/** The files; a problem if there are none. */
export function filenames(values: FlagValues, problems: Problem[]): string[] {
  const given = values['filename'];
  const files = Array.isArray(given) ? given : [];
  const told = problems.some(({ field }) => field === '-f' || field === '--filename');
  if (files.length === 0 && !told) problems.push({ kind: 'missing', field: '-f', message: 'is missing: the EdgeDevice files, a folder of them, or -' });
  return files;
}

const most = 256;
const usual = String(defaultConcurrency);

export function addConcurrencyFlag(command: EdgeCommand, heading: string, what: string): void {
  addFlags(command, heading, [{ flags: '--concurrency <n>', help: `devices ${what} at a time`, default: usual }]);
}

/** The number of devices at a time. */
export function concurrency(values: FlagValues, problems: Problem[]): number {
  const given = text(values, 'concurrency') ?? usual;
  const count = Number(given);
  if (/^\d+$/.test(given) && count >= 1 && count <= most) return count;
  problems.push({ kind: 'invalid', field: '--concurrency', message: `must be a whole number from 1 to ${most}`, ...gotOf(given) });
  return 1;
}
