import assert from 'node:assert/strict';
import { entryOf, objectOf } from '../../../../src/cluster/cached/entry.js';
import { sharedLines } from '../../../../src/cluster/cached/shared-lines.js';
import type { KubeObject } from '../../../../src/cluster/types.js';

const base64 = (value: string | Buffer): string => Buffer.from(value).toString('base64');
const secret = (data: Record<string, string>): KubeObject => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, type: 'Opaque', data });

describe('the large texts of Secrets in a cache', () => {
  const script = Array.from({ length: 50 }, (_, i) => `# line ${i}: ${'ä'.repeat(60)}`).join('\n');

  it('come back as they were', () => {
    const binary = Buffer.from(Array.from({ length: 3000 }, (_, i) => (i * 7) % 256));
    for (const value of [script, `${script}\n`, `\n\n${script}\r\n`, `${script}\nshort`, `short\n${script}\n\n`, 'x\n'.repeat(900), `\ufeff${script}`, 'x'.repeat(5000), binary, '']) {
      const object = secret({ userdata: base64(value), small: base64('x'), odd: 'not base64!'.repeat(200) });
      assert.deepEqual(objectOf(entryOf(object)), object);
    }
  });

  it('are kept once where their lines are the same, and short lines cost nothing of their own', () => {
    const before = sharedLines();
    const common = script.replaceAll('ä', 'ö');
    const entries = Array.from({ length: 20 }, (_, i) => entryOf(secret({ userdata: base64(`hostname: gw-${i}\n${common}`.replaceAll('\n', '\nshort\n')) })));
    assert.equal(sharedLines() - before, 20 + 49, 'of each only the first piece, with its name, is its own');
    assert.ok(entries.every(({ lines }) => lines?.['userdata']?.length === 50));
    assert.ok(entries.every(({ text }) => text.length < 200), 'nor are they in the text');
    assert.equal(Buffer.from((objectOf(entries[7]!)['data'] as { userdata: string }).userdata, 'base64').toString(), `hostname: gw-7\n${common}`.replaceAll('\n', '\nshort\n'));
  });
});
