import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { sntpAnswer, startSntp } from '../../src/real-node/sntp.js';

const request = Buffer.alloc(48);
request[0] = 0x23;
request.write('12345678', 40, 'latin1');

describe('the time server for guests', () => {
  it('answers as a server in step, in the client\'s version, with the client\'s own time as origin', () => {
    const reply = sntpAnswer(request, Date.UTC(2026, 10, 21, 12, 0, 0, 500));
    assert.equal(reply[0], 0x24, 'no leap second, version 4, server');
    assert.ok(reply[1]! > 0 && reply[1]! < 16, 'a stratum that clients accept');
    assert.equal(reply.toString('latin1', 24, 32), '12345678');
    assert.equal(reply.readUInt32BE(40) - 2_208_988_800, Date.UTC(2026, 10, 21, 12) / 1000);
    assert.equal(reply.readUInt32BE(44), 2 ** 31, 'half a second');
  });

  it('gives this machine\'s time over UDP', async () => {
    const server = await startSntp({ address: '127.0.0.1', port: 0, log: () => {} });
    const client = createSocket('udp4');
    try {
      client.send(request, server.port, '127.0.0.1');
      const [reply] = (await once(client, 'message')) as [Buffer];
      assert.ok(Math.abs(reply.readUInt32BE(40) - 2_208_988_800 - Date.now() / 1000) < 2);
    } finally {
      client.close();
      server.close();
    }
  });
});
