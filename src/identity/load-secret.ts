import { InvalidInputError } from '../support/errors.js';
import type { TextIo } from '../support/text-io.js';
import { describeError, gotPath } from '../support/read-error.js';
import type { SecretSource } from '../spec/types.js';
import { SecretValue } from './secret.js';

/** What reading a secret needs: files, standard input and variables. */
export interface SecretIo extends TextIo {
  env: Readonly<Record<string, string | undefined>>;
}

const largest = 64 * 1024;

/**
 * Reads a secret from a file, standard input (`file: '-'`) or an environment variable. It drops line ends behind the
 * secret: `echo` and editors add one.
 *
 * @param field names the place in problems, e.g. `spec.identity.connectionString`.
 * @throws InvalidInputError that never shows the content, and a path only if it ends as the name of a file does. It refuses a `secretRef`, which needs the cluster.
 */
export async function readSecret(source: SecretSource, io: SecretIo, field: string): Promise<SecretValue> {
  if ('secretRef' in source) throw new InvalidInputError([{ field, message: 'names a Secret of the cluster, but edge-vm cannot read one here; accepted are file and env' }]);
  const place = 'env' in source ? describeVariable(source.env) : source.file === '-' ? 'standard input' : 'the file';
  const path = 'file' in source && source.file !== '-' ? gotPath(source.file) : {};
  const refuse = (message: string, cause?: unknown): never => {
    throw new InvalidInputError([{ kind: 'unreadable', field, message: `${place} ${message}`, ...path }], cause === undefined ? {} : { cause });
  };
  const text = 'env' in source ? io.env[source.env] : await readFrom(source.file, io).catch((error: unknown) => refuse(`cannot be read: ${describeError(error)}`, error));
  if (text === undefined) return refuse('is not set');
  if (text.length > largest) return refuse(`is larger than ${largest} bytes`);
  if (/[\0\uFFFD]/.test(text)) return refuse('is not UTF-8 text; save it as UTF-8 (PowerShell: -Encoding utf8)');
  const value = text.replace(/^\uFEFF/, '').replace(/[\r\n]+$/, '');
  if (value.trim() === '') return refuse('is empty');
  return new SecretValue(value);
}

/** People put the secret itself in place of a variable's name. So this repeats a text only if it looks like such a name. */
function describeVariable(name: string): string {
  return /^[A-Z][A-Z0-9_]*$/.test(name) ? `environment variable ${name}` : 'the environment variable';
}

async function readFrom(file: string, io: TextIo): Promise<string> {
  return file === '-' ? io.readStdin() : io.readFile(file);
}
