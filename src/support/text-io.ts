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
  /** Text of a file: UTF-8, or UTF-16 with a byte order mark. Rejects with code `NOT_UTF8` for other bytes. */
  readFile(path: string): Promise<string>;
  /** All of standard input; called at most once by a loader. */
  readStdin(): Promise<string>;
}

/** Reads files with Node.js, and standard input from the given stream. */
export function nodeTextIo(stdin: AsyncIterable<Uint8Array | string>): TextIo {
  return {
    readFile: (path) => read(path).then(textOf),
    async readStdin() {
      const chunks: Buffer[] = [];
      for await (const chunk of stdin) chunks.push(Buffer.from(chunk));
      return textOf(Buffer.concat(chunks));
    },
  };
}

/** Spreadsheets and Windows tools also write UTF-16. Bytes that are no UTF-8 are refused: replaced, they would damage names without a word. */
function textOf(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return bytes.toString('utf16le', 2);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw Object.assign(new Error('not UTF-8', { cause: error }), { code: 'NOT_UTF8' });
  }
}
