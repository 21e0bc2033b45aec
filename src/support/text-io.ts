import { readFile } from 'node:fs';
import { promisify } from 'node:util';

/** Not of `node:fs/promises`, which nothing else needs and which is slow to load. */
const read = promisify(readFile);

/** What the loaders read by; injected, so that tests and callers decide. */
export interface TextIo {
  /** UTF-8 text of a file. */
  readFile(path: string): Promise<string>;
  /** All of standard input; called at most once by a loader. */
  readStdin(): Promise<string>;
}

/** Files by Node, standard input from the given stream. */
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
