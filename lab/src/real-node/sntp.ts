import { createSocket } from 'node:dgram';
import { once } from 'node:events';

// Seconds from NTP's epoch (1900) to that of Unix.
const epoch = 2_208_988_800;

/** Answer of a time server (RFC 5905) to a client's 48 bytes, with the time of this machine's clock. */
export function sntpAnswer(request: Buffer, now: number): Buffer {
  const answer = Buffer.alloc(48);
  const version = (request[0]! >> 3) & 7;
  answer[0] = (version << 3) | 4;
  // One step from a reference clock; as precise as a millisecond.
  answer[1] = 2;
  answer[2] = request[2]!;
  answer[3] = 0xf6;
  answer.writeUInt32BE(0x42, 4);
  answer.writeUInt32BE(0x42, 8);
  answer.write('LAB', 12, 'latin1');
  const time = timestamp(now);
  time.copy(answer, 16);
  request.copy(answer, 24, 40, 48);
  time.copy(answer, 32);
  time.copy(answer, 40);
  return answer;
}

function timestamp(milliseconds: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32BE(Math.floor(milliseconds / 1000) + epoch, 0);
  bytes.writeUInt32BE(Math.floor(((milliseconds % 1000) / 1000) * 2 ** 32), 4);
  return bytes;
}

/** The guests' time server. A guest sets its clock from it, as in the field. */
export async function startSntp({ address, port = 123, log }: { address: string; port?: number; log: (line: string) => void }): Promise<{ port: number; close: () => void }> {
  const server = createSocket('udp4');
  server.on('error', (error) => log(`sntp: ${error.message}`));
  server.on('message', (message, peer) => {
    if (message.length >= 48) server.send(sntpAnswer(message, Date.now()), peer.port, peer.address);
  });
  server.bind(port, address);
  await once(server, 'listening');
  return { port: server.address().port, close: () => server.close() };
}
