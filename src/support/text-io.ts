import { readdir, readFile } from 'node:fs';
import { promisify } from 'node:util';

/** Does not use `node:fs/promises`: nothing else needs it, and it is slow to load. */
const read = promisify(readFile);
const list = promisify(readdir);

/** The names in a folder; `undefined` if the path is no folder. */
export async function namesInFolder(path: string): Promise<string[] | undefined> {
  return list(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOTDIR' || error.code === 'ENOENT') return undefined;
    throw error;
  });
}

/** The loaders read through this. It is injected, so that tests and callers decide. */
export interface TextIo {
  /** UTF-8 text of a file. */
  readFile(path: string): Promise<string>;
  /** All of standard input; called at most once by a loader. */
  readStdin(): Promise<string>;
}

/** Reads files with Node.js, and standard input from the given stream. */
export function nodeTextIo(stdin: AsyncIterable<Uint8Array | string>): TextIo {
  return {
    readFile: (path) => read(path, 'utf8'),
    async readStdin() {
      const chunks: Buffer[] = [];
      for await (const chunk of stdin) chunks.push(Buffer.from(chunk));
      return Buffer.concat(chunks).toString('utf8');
    },
  };
}
