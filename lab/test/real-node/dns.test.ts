import assert from 'node:assert/strict';
import { Resolver } from 'node:dns/promises';
import { answer, readQuestion, startDns } from '../../src/real-node/dns.js';

const query = (name: string, type = 1): Buffer => Buffer.concat([
  Buffer.from([0x12, 0x34, 0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, 0]),
  ...name.split('.').map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)])),
  Buffer.from([0, 0, type, 0, 1]),
]);

describe('the resolver for guests', () => {
  it('reads a question in any case', () => {
    assert.deepEqual(readQuestion(query('Lab-Hub.edge-vm.TEST')), { name: 'lab-hub.edge-vm.test', type: 1, end: query('Lab-Hub.edge-vm.TEST').length });
  });

  for (const [what, message] of [
    ['no question', Buffer.alloc(12)],
    ['a label that goes past the end', Buffer.concat([query('a.b').subarray(0, 12), Buffer.from([60, 97, 0, 0, 1])])],
    ['a pointer in place of a name', Buffer.concat([query('a.b').subarray(0, 12), Buffer.from([0xc0, 0x0c, 0, 1, 0, 1])])],
  ] as const) it(`leaves ${what} alone`, () => assert.equal(readQuestion(message), undefined));

  it('keeps the query\'s number and the wish for recursion', () => {
    const message = query('x.test');
    const reply = answer(message, readQuestion(message)!, '10.1.2.3');
    assert.equal(reply.readUInt16BE(0), 0x1234);
    assert.equal(reply.readUInt16BE(2), 0x8580);
    assert.deepEqual([...reply.subarray(-4)], [10, 1, 2, 3]);
  });

  it('answers a real resolver: each name below its domain, no address of version 6, no other name that ends with .test', async () => {
    const server = await startDns({ address: '127.0.0.1', port: 0, domain: 'edge-vm.test', log: () => {} });
    try {
      const resolver = new Resolver({ timeout: 2000, tries: 1 });
      resolver.setServers([`127.0.0.1:${server.port}`]);
      assert.deepEqual(await resolver.resolve4('lab-hub.edge-vm.test'), ['127.0.0.1']);
      await assert.rejects(resolver.resolve6('lab-hub.edge-vm.test'), { code: 'ENODATA' });
      assert.deepEqual(await resolver.resolve4('anybody.at.edge-vm.test'), ['127.0.0.1']);
      for (const name of ['edge-vm.test', 'not-edge-vm.test', 'nobody.test']) await assert.rejects(resolver.resolve4(name), { code: 'ENOTFOUND' }, name);
    } finally {
      server.close();
    }
  });
});
