import { connect, isIP, type Socket } from 'node:net';
import { once } from 'node:events';
import type { Proxy } from './proxy.js';
import { malformedProxy, ProxyError } from './proxy-error.js';

/** What the second byte of a reply means (RFC 1928, 6), and whether a later try may succeed. */
const replies: Readonly<Record<number, readonly [words: string, transient: boolean]>> = {
  1: ['fails to connect', true], 2: ['does not allow it', false], 3: ['finds no network to it', true], 4: ['finds no host there', true],
  5: ['finds nothing that listens there', true], 6: ['finds that it took too long', true], 7: ['does not know CONNECT', false], 8: ['does not know this kind of address', false],
};

/** A connection through a SOCKS5 proxy (RFC 1928, 1929). It sends a name unchanged: the proxy resolves it. */
export async function socksTunnel(proxy: Proxy, to: { host: string; port: number }, signal: AbortSignal): Promise<Socket> {
  const socket = connect({ host: proxy.host, port: proxy.port });
  const stop = (): void => void socket.destroy(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    await once(socket, 'connect');
    await logIn(socket, proxy);
    await ask(socket, proxy, to);
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

async function logIn(socket: Socket, proxy: Proxy): Promise<void> {
  const { login } = proxy;
  socket.write(Buffer.from(login === undefined ? [5, 1, 0] : [5, 2, 0, 2]));
  const [version, method] = await take(socket, 2, proxy);
  if (version !== 5) throw malformedProxy(proxy);
  if (method === 0) return;
  const hint = 'Give user and password in the URL of the proxy, socks5://USER:PASSWORD@HOST:PORT, with special characters percent-encoded';
  if (method !== 2 || login === undefined) throw new ProxyError(proxy, 'asks for a login', { code: 'login', hint });
  socket.write(Buffer.concat([Buffer.from([1]), short(login.user), short(login.password)]));
  const [, status] = await take(socket, 2, proxy);
  if (status !== 0) throw new ProxyError(proxy, 'refuses the login in its URL', { code: 'login', hint });
}

async function ask(socket: Socket, proxy: Proxy, { host, port }: { host: string; port: number }): Promise<void> {
  socket.write(Buffer.concat([Buffer.from([5, 1, 0]), addressOf(host), Buffer.from([port >> 8, port & 0xff])]));
  const [version, reply = 1, , type] = await take(socket, 4, proxy);
  if (version !== 5) throw malformedProxy(proxy);
  if (reply !== 0) {
    const [words, transient] = replies[reply] ?? [`answers with code ${reply}`, false];
    throw new ProxyError(proxy, `cannot connect to ${host}:${port}: it ${words}`, { code: `socks-${reply}`, transient, hint: 'Check the name and port of the server as the proxy sees it. Put hosts that you reach directly into NO_PROXY' });
  }
  // The proxy's own address: of no use here, but it must be read. The bytes after it are the server's.
  const length = type === 1 ? 4 : type === 4 ? 16 : (await take(socket, 1, proxy))[0]!;
  await take(socket, length + 2, proxy);
}

function addressOf(host: string): Buffer {
  const version = isIP(host);
  if (version === 4) return Buffer.from([1, ...host.split('.').map(Number)]);
  if (version === 6) return Buffer.from([4, ...bytesOf6(host)]);
  return Buffer.concat([Buffer.from([3]), short(host)]);
}

function bytesOf6(host: string): number[] {
  // The URL parser writes all forms (`::ffff:1.2.3.4`) as groups.
  const [before = '', after] = new URL(`http://[${host}]`).hostname.slice(1, -1).split('::');
  const groups = (text: string): number[] => (text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16)));
  const [head, tail] = [groups(before), after === undefined ? [] : groups(after)];
  const all = [...head, ...Array.from({ length: 8 - head.length - tail.length }, () => 0), ...tail];
  return all.flatMap((group) => [group >> 8, group & 0xff]);
}

/** A text with its length before it, at most 255 bytes. */
function short(text: string): Buffer {
  const bytes = Buffer.from(text).subarray(0, 255);
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
}

async function take(socket: Socket, count: number, proxy: Proxy): Promise<Buffer> {
  for (;;) {
    const chunk = socket.read(count) as Buffer | null;
    if (chunk !== null && chunk.length === count) return chunk;
    if (socket.readableEnded || socket.destroyed || chunk !== null) throw malformedProxy(proxy);
    await Promise.race([once(socket, 'readable'), once(socket, 'end'), once(socket, 'close')]);
  }
}
