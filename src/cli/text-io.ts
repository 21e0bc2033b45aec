import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { SecretIo } from '../identity/load-secret.js';
import type { CliIo } from './io.js';

/** Files relative to the working folder, and standard input, which can be read only once. */
export function makeTextIo(io: CliIo): SecretIo {
  return {
    env: io.env,
    readFile: (path) => readFile(resolve(io.cwd, path), 'utf8'),
    async readStdin() {
      const chunks: Uint8Array[] = [];
      for await (const chunk of io.stdin) chunks.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
      return Buffer.concat(chunks).toString('utf8');
    },
  };
}
