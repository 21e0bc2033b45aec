import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { Resolver } from 'node:dns/promises';
import { answer, nameserver, readQuestion, startDns } from '../../src/real-node/dns.js';
import { leaveOut } from '../support/leave-out.js';

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

  it('says that it failed when the machine has no resolv.conf, and goes on', async () => {
    const lines: string[] = [];
    const upstream = (): never => {
      throw new Error('ENOENT');
    };
    const server = await startDns({ address: '127.0.0.1', port: 0, domain: 'edge-vm.test', log: (line) => lines.push(line), upstream });
    try {
      const resolver = new Resolver({ timeout: 2000, tries: 1 });
      resolver.setServers([`127.0.0.1:${server.port}`]);
      await assert.rejects(resolver.resolve4('example.com'), { code: 'ESERVFAIL' });
      assert.match(lines[0]!, /ENOENT/);
      assert.deepEqual(await resolver.resolve4('lab-hub.edge-vm.test'), ['127.0.0.1']);
    } finally {
      server.close();
    }
  });

  for (const [version, address] of [['udp4', '127.0.0.1'], ['udp6', '::1']] as const) {
    it(`asks a resolver over ${version}`, async function () {
      const other = createSocket(version);
      other.on('message', (message, peer) => other.send(answer(message, readQuestion(message)!, '192.0.2.7'), peer.port, peer.address));
      other.bind(0, address);
      try {
        await once(other, 'listening');
      } catch {
        leaveOut(this, `this machine has no ${address}`);
      }
      const server = await startDns({ address: '127.0.0.1', port: 0, domain: 'edge-vm.test', log: () => {}, upstream: () => ({ address, port: other.address().port }) });
      try {
        const resolver = new Resolver({ timeout: 2000, tries: 1 });
        resolver.setServers([`127.0.0.1:${server.port}`]);
        assert.deepEqual(await resolver.resolve4('example.com'), ['192.0.2.7']);
      } finally {
        server.close();
        other.close();
      }
    });
  }

  it('finds the name server of either version of IP, else the local one', () => {
    assert.equal(nameserver('search x\nnameserver 2001:db8::1\nnameserver 10.0.0.1\n'), '2001:db8::1');
    assert.equal(nameserver('# nameserver 10.0.0.2\nnameserver fe80::1%eth0'), 'fe80::1%eth0');
    assert.equal(nameserver('nameserver\tnonsense\nnameserver 10.0.0.1'), '10.0.0.1');
    assert.equal(nameserver('search x\n'), '127.0.0.1');
  });
});
