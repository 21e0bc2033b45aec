import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EdgeVmError, InvalidInputError } from '../support/errors.js';

/** Where a server listens. */
export interface Address {
  host: string;
  port: number;
}

/** Reads `HOST:PORT`; `:PORT` is every address. Throws InvalidInputError that names the flag. */
export function parseAddress(text: string, flag: string): Address {
  const match = /^(?:\[([0-9a-fA-F:]+)\]|([^:\s]*)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) throw new InvalidInputError([{ kind: 'invalid', field: flag, message: 'must be HOST:PORT, such as 0.0.0.0:8080', got: JSON.stringify(text) }]);
  return { host: match[1] ?? (match[2] || '0.0.0.0'), port };
}

export type Page = () => Promise<{ status: number; body: string; type?: string }>;

/** A small server of pages by path. Resolves when it listens; the port may be 0. */
export async function servePages(address: Address, pages: Readonly<Record<string, Page>>, what: string): Promise<{ port: number; close: () => Promise<void> }> {
  const server = createServer((request, response) => {
    const page = request.method === 'GET' || request.method === 'HEAD' ? pages[(request.url ?? '').split('?', 1)[0]!] : undefined;
    if (page === undefined) answer(response, 404, 'not found\n');
    else page().then(({ status, body, type }) => answer(response, status, body, type), () => answer(response, 500, 'failed\n'));
  });
  // A client that keeps its connection open must not hold the process up when it ends.
  server.keepAliveTimeout = 5_000;
  await listen(server, address, what);
  return {
    port: (server.address() as AddressInfo).port,
    close: () => new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }),
  };
}

function listen(server: Server, { host, port }: Address, what: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(new EdgeVmError('usage', `cannot listen on ${host}:${port} for ${what} (${error.code ?? error.name})`, { cause: error, hint: 'Give another address, or end the process that listens there.' })));
    server.listen(port, host, resolve);
  });
}

function answer(response: ServerResponse, status: number, body: string, type = 'text/plain; charset=utf-8'): void {
  response.writeHead(status, { 'content-type': type }).end(body);
}
