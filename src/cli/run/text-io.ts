import { resolve } from 'node:path';
import type { SecretIo } from '../../identity/load-secret.js';
import { nodeTextIo } from '../../support/text-io.js';
import type { CliIo } from './io.js';

/** What a command reads by; `stdinTaken` tells whether it has begun to read standard input. */
export interface CommandIo extends SecretIo {
  stdinTaken(): boolean;
}

/** Files relative to the working folder, and standard input, which can be read only once and is remembered. */
export function makeTextIo(io: CliIo): CommandIo {
  // Asked for only when it is read: setting up the process's stdin takes part of each start.
  const text = nodeTextIo({ [Symbol.asyncIterator]: () => io.stdin[Symbol.asyncIterator]() });
  let stdin: Promise<string> | undefined;
  return { env: io.env, readFile: (path) => text.readFile(resolve(io.cwd, path)), readStdin: () => (stdin ??= text.readStdin()), stdinTaken: () => stdin !== undefined };
}
