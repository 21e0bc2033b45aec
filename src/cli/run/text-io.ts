import { resolve } from 'node:path';
import type { SecretIo } from '../../identity/load-secret.js';
import { namesInFolder, nodeTextIo } from '../../support/text-io.js';
import type { CliIo } from './io.js';

/** The reader of a command; `stdinTaken` shows whether it has begun to read standard input. */
export interface CommandIo extends SecretIo {
  stdinTaken(): boolean;
  /** The names in a folder; `undefined` if the path is no folder. */
  readFolder(path: string): Promise<string[] | undefined>;
}

/** Files relative to the working folder, and standard input. That can be read only once, so this keeps its text. */
export function makeTextIo(io: CliIo): CommandIo {
  // Used only for a read: to open the process's stdin would cost time at each start.
  const text = nodeTextIo({ [Symbol.asyncIterator]: () => io.stdin[Symbol.asyncIterator]() });
  let stdin: Promise<string> | undefined;
  return { env: io.env, readFile: (path) => text.readFile(resolve(io.cwd, path)), readFolder: (path) => namesInFolder(resolve(io.cwd, path)), readStdin: () => (stdin ??= text.readStdin()), stdinTaken: () => stdin !== undefined };
}
