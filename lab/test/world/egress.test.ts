import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEgress } from '../../src/world/egress.js';
import { keepRunning } from '../../src/world/keep-running.js';

describe('the egress proxy', () => {
  let folder: string;
  let echo: Server;
  let proxy: Awaited<ReturnType<typeof startEgress>>;
  const log: string[] = [];

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'edge-vm-egress-'));
    echo = createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1');
    await new Promise((resolve) => echo.once('listening', resolve));
    proxy = await startEgress({
      socket: join(folder, 's'), log: (line) => log.push(line),
      routes: { '10.250.0.10:8443': `127.0.0.1:${(echo.address() as AddressInfo).port}`, '10.250.0.11:8443': '127.0.0.1:1' },
    });
  });
  after(() => {
    proxy.close();
    echo.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const ask = (request: string, until: (answer: string) => boolean = () => false): Promise<string> => new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(join(folder, 's'), () => socket.write(request));
    socket.on('data', (chunk) => {
      answer += String(chunk);
      if (until(answer)) socket.end();
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(answer));
  });

  it('maps a made-up address to its port, with the bytes that came with the request', async () => {
    const answer = await ask('CONNECT 10.250.0.10:8443 HTTP/1.1\r\nHost: 10.250.0.10:8443\r\n\r\nearly bird', (text) => text.endsWith('early bird'));
    assert.equal(answer, 'HTTP/1.1 200 OK\r\n\r\nearly bird');
  });

  it('refuses an address that it does not know, and says so in its log', async () => {
    assert.match(await ask('CONNECT 192.0.2.1:443 HTTP/1.1\r\nHost: x\r\n\r\n'), /^HTTP\/1\.1 502 /);
    assert.deepEqual(log, ['egress: no route to 192.0.2.1:443']);
  });

  it('says that nobody listens there, and that it is not a web server', async () => {
    assert.match(await ask('CONNECT 10.250.0.11:8443 HTTP/1.1\r\nHost: x\r\n\r\n'), /^HTTP\/1\.1 503 /);
    assert.match(await ask('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'), /^HTTP\/1\.1 405 /);
  });
});

describe('keepRunning', () => {
  it('starts again what fails or ends, reports a failure once, and stops when the signal aborts', async () => {
    const stop = new AbortController();
    const lines: string[] = [];
    let runs = 0;
    await keepRunning('player', async () => {
      runs++;
      if (runs === 4) stop.abort();
      else if (runs > 1) throw new Error('no server yet');
    }, { signal: stop.signal, log: (line) => lines.push(line), pause: 1 });
    assert.equal(runs, 4);
    assert.deepEqual(lines, ['player: ended, starts again', 'player: no server yet; tries again']);
  });
});
