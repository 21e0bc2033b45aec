import { once } from 'node:events';
import { connect, createServer, type Server } from 'node:net';

/** Forwards a TCP port of the bridge to a port on loopback, where the lab's own servers listen. */
export async function startForward(from: { host: string; port: number }, to: { host: string; port: number }): Promise<Server> {
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const upstream = connect({ ...to, allowHalfOpen: true, noDelay: true });
    client.pipe(upstream);
    upstream.pipe(client);
    const end = (): void => {
      client.destroy();
      upstream.destroy();
    };
    client.on('error', end);
    upstream.on('error', end);
  });
  server.listen(from.port, from.host);
  await once(server, 'listening');
  return server;
}
