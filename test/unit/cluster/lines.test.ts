import assert from 'node:assert/strict';
import { linesOf } from '../../../src/cluster/lines.js';

async function lines(chunks: string[], longest?: number): Promise<string[]> {
  async function* stream(): AsyncGenerator<Buffer> {
    for (const chunk of chunks) yield Buffer.from(chunk);
  }
  const found: string[] = [];
  for await (const line of linesOf(stream(), longest)) found.push(line);
  return found;
}

describe('linesOf', () => {
  it('joins what comes in pieces, and drops line ends', async () => {
    assert.deepEqual(await lines(['on', 'e\r\ntwo\n', '\nlast']), ['one', 'two', '', 'last']);
  });

  it('does not wait for the end of a line that never ends', async () => {
    const found = await lines([...Array.from({ length: 10 }, () => 'x'.repeat(400)), '\nnext\n'], 1000);
    assert.ok(found.every((line) => line.length <= 1400), String(found.map((line) => line.length)));
    assert.equal(found.filter((line) => line.startsWith('x')).join('').length, 4000);
    assert.equal(found.at(-1), 'next');
  });
});
