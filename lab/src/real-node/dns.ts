import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';

/** The part of a DNS question that the lab needs for its own answers. */
export interface Question {
  /** Lower case, without the dot at the end. */
  name: string;
  type: number;
  /** Where the question ends in the message. */
  end: number;
}

const typeA = 1;

/** Reads the first question; undefined if the message has no readable question. */
export function readQuestion(message: Buffer): Question | undefined {
  if (message.length < 17 || message.readUInt16BE(4) < 1) return undefined;
  const labels: string[] = [];
  let at = 12;
  for (let length = message[at]!; length > 0; length = message[at] ?? 0) {
    if (length > 63 || at + length + 5 > message.length) return undefined;
    labels.push(message.toString('latin1', at + 1, at + 1 + length));
    at += length + 1;
  }
  if (at + 5 > message.length) return undefined;
  return { name: labels.join('.').toLowerCase(), type: message.readUInt16BE(at + 1), end: at + 5 };
}

/** The answer to a question: the address for type A; "no such record" for other types; "no such name" if no address is given. */
export function answer(query: Buffer, question: Question, address: string | undefined): Buffer {
  const hit = address !== undefined && question.type === typeA;
  const head = Buffer.alloc(12);
  query.copy(head, 0, 0, 2);
  // An authoritative answer; recursion is available, and desired as in the question. 3 is "no such name".
  head.writeUInt16BE(0x8480 | (query.readUInt16BE(2) & 0x0100) | (address === undefined ? 3 : 0), 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(hit ? 1 : 0, 6);
  const parts = [head, query.subarray(12, question.end)];
  if (hit) {
    const record = Buffer.alloc(12);
    record.writeUInt16BE(0xc00c, 0);
    record.writeUInt16BE(typeA, 2);
    record.writeUInt16BE(1, 4);
    record.writeUInt32BE(60, 6);
    record.writeUInt16BE(4, 10);
    parts.push(record, Buffer.from(address.split('.').map(Number)));
  }
  return Buffer.concat(parts);
}

export interface DnsOptions {
  address: string;
  port?: number;
  /** Each name below it has the address `address`. */
  domain: string;
  log: (line: string) => void;
  /** The resolver for all other names. Default: the machine's own resolver. */
  upstream?: () => Upstream;
}

export interface Upstream {
  address: string;
  port: number;
}

/**
 * A resolver for guests. It answers the lab's names itself, and asks the machine's own resolver for all others. So a guest
 * can reach other services of this machine (a proxy, a registry) without a new setting.
 */
export async function startDns({ address, port = 53, domain, log, upstream = hostResolver }: DnsOptions): Promise<{ port: number; close: () => void }> {
  const server = createSocket('udp4');
  server.on('error', (error) => log(`dns: ${error.message}`));
  server.on('message', (message, peer) => {
    const reply = (response: Buffer): void => server.send(response, peer.port, peer.address);
    const question = readQuestion(message);
    if (question === undefined) return;
    if (question.name.endsWith(`.${domain}`)) reply(answer(message, question, address));
    else if (question.name.endsWith('.cluster.local') || question.name.endsWith('.test')) reply(answer(message, question, undefined));
    else ask(message, upstream, (response) => reply(response ?? failure(message, question)), log);
  });
  server.bind(port, address);
  await once(server, 'listening');
  return { port: server.address().port, close: () => server.close() };
}

/** If there is no resolver, `done` gets undefined. If the resolver does not answer, `done` is not called; guests ask again by themselves. */
function ask(message: Buffer, upstream: () => Upstream, done: (response?: Buffer) => void, log: (line: string) => void): void {
  try {
    const { address, port } = upstream();
    const socket = createSocket(isIP(address.replace(/%.*/, '')) === 6 ? 'udp6' : 'udp4');
    const end = setTimeout(() => socket.close(), 10_000);
    const finish = (response?: Buffer): void => {
      socket.removeAllListeners('message');
      socket.close();
      done(response);
    };
    socket.on('close', () => clearTimeout(end));
    socket.once('message', finish);
    socket.once('error', (error) => {
      log(`dns: ${error.message}`);
      socket.on('error', () => {});
      finish();
    });
    socket.send(message, port, address);
  } catch (error) {
    // While a machine changes its network, it may have no resolv.conf for a moment.
    log(`dns: ${String(error)}`);
    done();
  }
}

/** "Server failure": the guest's resolver tries again. After "no such name" it would not. */
function failure(query: Buffer, question: Question): Buffer {
  const head = Buffer.alloc(12);
  query.copy(head, 0, 0, 2);
  head.writeUInt16BE(0x8082 | (query.readUInt16BE(2) & 0x0100), 2);
  head.writeUInt16BE(1, 4);
  return Buffer.concat([head, query.subarray(12, question.end)]);
}

// Read each time, because it changes with the machine's network.
function hostResolver(): Upstream {
  return { address: nameserver(readFileSync('/etc/resolv.conf', 'utf8')), port: 53 };
}

/** The first name server of a resolv.conf, IPv4 or IPv6. If there is none: the local one, as in the C library. */
export function nameserver(text: string): string {
  const addresses = [...text.matchAll(/^nameserver\s+(\S+)/gm)].map((match) => match[1]!);
  return addresses.find((one) => isIP(one.replace(/%.*/, '')) !== 0) ?? '127.0.0.1';
}
