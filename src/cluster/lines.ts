import { StringDecoder } from 'node:string_decoder';

/**
 * Splits a byte stream into lines without their line end; the last one may lack it. Its cost is linear in the length of a line. A
 * line of more than `longest` characters comes in pieces of about that length, so that a line without an end does not
 * fill the memory.
 */
export async function* linesOf(stream: AsyncIterable<Buffer>, longest = Number.POSITIVE_INFINITY): AsyncGenerator<string, void, undefined> {
  const decoder = new StringDecoder('utf8');
  let parts: string[] = [];
  let length = 0;
  for await (const chunk of stream) {
    const pieces = decoder.write(chunk).split('\n');
    const last = pieces.pop() ?? '';
    for (const piece of pieces) {
      parts.push(piece);
      yield parts.join('').replace(/\r$/, '');
      parts = [];
      length = 0;
    }
    if (last !== '') parts.push(last);
    length += last.length;
    if (length > longest) {
      yield parts.join('');
      parts = [];
      length = 0;
    }
  }
  parts.push(decoder.end());
  const rest = parts.join('');
  if (rest !== '') yield rest;
}
