import { rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { once } from 'node:events';

export interface EgressOptions {
  /** Path of the unix socket to listen on. */
  socket: string;
  /** `host:port` as the API server knows it → `host:port` on this machine. */
  routes: Readonly<Record<string, string>>;
  /** Whether to connect to an address as it is, e.g. a pod of a real node. */
  isDirect?: (target: string) => boolean;
  log: (line: string) => void;
}

/**
 * The HTTP CONNECT proxy through which kube-apiserver reaches the cluster's network: kubelets, webhooks, aggregated
 * APIs. It maps made-up pod addresses to loopback ports, so the lab needs neither root nor a bridge.
 */
export async function startEgress({ socket, routes, isDirect, log }: EgressOptions): Promise<Server> {
  const server = createServer((_request, response) => response.writeHead(405).end());
  server.on('connect', (request, client: Socket, head) => {
    client.on('error', () => client.destroy());
    const wanted = request.url ?? '';
    const target = routes[wanted] ?? (isDirect?.(wanted) ? wanted : undefined);
    if (target === undefined) {
      log(`egress: no route to ${wanted}`);
      client.end('HTTP/1.1 502 No Route\r\n\r\n');
      return;
    }
    tunnel(client, head, target);
  });
  rmSync(socket, { force: true });
  server.listen(socket);
  await once(server, 'listening');
  return server;
}

function tunnel(client: Socket, head: Buffer, target: string): void {
  const colon = target.lastIndexOf(':');
  const upstream = connect({ host: target.slice(0, colon), port: Number(target.slice(colon + 1)), noDelay: true });
  let open = false;
  upstream.on('connect', () => {
    open = true;
    client.write('HTTP/1.1 200 OK\r\n\r\n');
    if (head.length > 0) upstream.write(head);
    upstream.pipe(client);
    client.pipe(upstream);
  });
  upstream.on('error', () => {
    if (open) client.destroy();
    else client.end('HTTP/1.1 503 Refused\r\n\r\n');
  });
  client.on('close', () => upstream.destroy());
  upstream.on('close', () => client.destroySoon());
}
