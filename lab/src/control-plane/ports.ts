import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { randomInt } from 'node:crypto';

/** Free TCP ports on 127.0.0.1, all different. */
export async function freePorts<Name extends string>(names: readonly Name[]): Promise<Record<Name, number>> {
  const held: Server[] = [];
  try {
    const ports = {} as Record<Name, number>;
    for (const name of names) {
      const server = await listen(0, '127.0.0.1');
      held.push(server);
      ports[name] = (server.address() as { port: number }).port;
    }
    return ports;
  } finally {
    for (const server of held) server.close();
  }
}

/** Whether nobody listens on the port. */
export async function isFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  try {
    const server = await listen(port, host);
    server.close();
    await once(server, 'close');
    return true;
  } catch {
    return false;
  }
}

/** A loopback address (127.x.y.z) on which all these ports are free, for a program with a fixed port. */
export async function freeLoopbackAddress(ports: readonly number[]): Promise<string> {
  for (let tries = 0; tries < 100; tries++) {
    const address = `127.${randomInt(1, 255)}.${randomInt(0, 256)}.${randomInt(1, 255)}`;
    const free = await Promise.all(ports.map((port) => isFree(port, address)));
    if (free.every(Boolean)) return address;
  }
  throw new Error('no loopback address with free ports');
}

async function listen(port: number, host: string): Promise<Server> {
  const server = createServer();
  server.listen(port, host);
  await once(server, 'listening');
  return server;
}
