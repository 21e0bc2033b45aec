import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';
import rhea from 'rhea';
import { openAmqp } from './support/raw-amqp.js';
import { HOSTNAME, startTestHub, type TestHub } from './support/test-hub.js';

/** Waits for any end of the connection. If a server leaves bytes unread, it resets the connection; `once` would count that as a failure. */
const closed = (socket: TLSSocket): Promise<void> => new Promise((resolve) => void socket.once('close', () => resolve()));

const header = (protocol: number): Buffer => Buffer.from([0x41, 0x4d, 0x51, 0x50, protocol, 1, 0, 0]);

describe('lab hub, bytes that are not AMQP', () => {
  let hub: TestHub;
  const problems: unknown[] = [];

  before(async () => {
    hub = await startTestHub({}, { onError: (error) => problems.push(error) });
  });
  after(() => hub.stop());

  async function dial(): Promise<TLSSocket> {
    const socket = connect({ host: '127.0.0.1', port: hub.hub.amqpPort, servername: HOSTNAME, ca: hub.ca });
    socket.on('error', () => undefined);
    await once(socket, 'secureConnect');
    return socket;
  }

  for (const [what, bytes] of [
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\nhost: hub\r\n\r\n')],
    ['another protocol of AMQP', header(7)],
    ['a frame that is too short', Buffer.concat([header(0), Buffer.from([0, 0, 0, 3, 2, 0, 0, 0])])],
    ['a frame of noise', Buffer.concat([header(0), Buffer.from([0, 0, 0, 16, 2, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8])])],
    ['frames so small that nothing fits in', Buffer.concat([header(0), Buffer.from('0000001402000000005310c00703a1017840520a', 'hex')])],
    ['a frame without end', Buffer.concat([header(0), Buffer.from('ffffffff02000000', 'hex'), Buffer.alloc(200_000)])],
    ['a second open', Buffer.concat([header(0), ...[1, 2].map(() => Buffer.from('0000001102000000005310c00401a10178', 'hex'))])],
  ] as const) {
    it(`ends the connection at ${what}, and goes on`, async () => {
      const socket = await dial();
      socket.resume();
      socket.write(bytes);
      await closed(socket);
      (await openAmqp(hub)).close();
      assert.deepEqual(problems, []);
    });
  }

  it('closes a WebSocket’s request for an invalid path', async () => {
    const socket = connect({ host: '127.0.0.1', port: hub.hub.httpsPort, servername: HOSTNAME, ca: hub.ca });
    socket.on('error', () => undefined);
    socket.resume();
    socket.write('GET // HTTP/1.1\r\nhost: hub\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n');
    await closed(socket);
    (await openAmqp(hub)).close();
  });

  it('lives through clients that go in the middle', async () => {
    for (const bytes of [Buffer.alloc(0), header(0), header(3), Buffer.concat([header(0), Buffer.from([0, 0, 1])])]) {
      const socket = await dial();
      socket.write(bytes);
      socket.destroy();
    }
    const connection = await openAmqp(hub);
    connection.create_session().open();
    connection['socket'].destroy();
    // Otherwise rhea's client does not notice the end, and its heartbeat keeps the process alive.
    connection['socket'].emit('end');
    (await openAmqp(hub)).close();
    assert.deepEqual(problems, []);
  });

  it('refuses a PLAIN answer without its parts, and a mechanism that it does not have', async () => {
    const start = (done: (error: undefined, response: Buffer) => void): void => done(undefined, Buffer.from('hello'));
    await assert.rejects(openAmqp(hub, { sasl_mechanisms: { PLAIN: () => ({ start }) } }));
    await assert.rejects(openAmqp(hub, { sasl_mechanisms: { OTHER: () => ({ start }) } }), /No suitable mechanism/);
  });

  it('ends the connection at a batch that holds no messages', async () => {
    const connection = await openAmqp(hub);
    const sender = connection.open_sender('$cbs');
    await once(sender, 'sendable');
    sender.send(rhea.message.encode({ body: rhea.message.data_section(Buffer.from([0xff, 0xff])) }), undefined, 0x80013700);
    await once(connection, 'disconnected');
    assert.deepEqual(problems, []);
  });
});
