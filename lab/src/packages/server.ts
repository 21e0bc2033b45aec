import { once } from 'node:events';
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { join, normalize } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { keepCopy, MirrorError } from './mirror.js';

export interface PackagesOptions {
  host: string;
  /** 0 for any. */
  port: number;
  /** Folder served below `/edge/`. */
  repository: string;
  /** `debian` → `http://mirror.example/debian`. */
  mirrors: Readonly<Record<string, string>>;
  /** Folder for copies from mirrors. */
  cache: string;
  /** While this file exists, requests get a 503, as from a mirror that is down. If it names hosts, one on each line, only their requests do. */
  downFile: string;
  log: (line: string) => void;
}

/**
 * Serves packages to guests over HTTP, in apt's layout: the lab's own repository of aziot-edge, and Debian from this
 * machine's mirror. It fetches each file once and keeps it.
 */
export async function startPackages(options: PackagesOptions): Promise<Server> {
  const server = createServer((request, response) => {
    const path = pathOf(request.url ?? '/');
    serve(path, request.headers.host, options, response).then(
      (status) => options.log(`packages: ${status} ${path ?? request.url}`),
      (error: unknown) => {
        options.log(`packages: ${path}: ${error instanceof Error ? error.message : String(error)}`);
        if (response.headersSent) response.destroy();
        else response.writeHead(502).end();
      },
    );
  });
  server.listen(options.port, options.host);
  await once(server, 'listening');
  return server;
}

/** The path of a URL; undefined if it is outside of what is served. */
export function pathOf(url: string): string | undefined {
  let path: string;
  try {
    path = normalize(decodeURIComponent(url.split('?')[0]!)).replace(/^\/+/, '');
  } catch {
    return undefined;
  }
  return path.startsWith('..') || path.includes('\0') ? undefined : path;
}

async function serve(path: string | undefined, host: string | undefined, options: PackagesOptions, response: ServerResponse): Promise<number> {
  const refuse = (status: number): number => {
    response.writeHead(status).end();
    return status;
  };
  if (path === undefined) return refuse(400);
  if (isDown(options.downFile, host)) return refuse(503);
  let file: string;
  try {
    const found = await find(path, options);
    if (found === undefined || !existsSync(found) || !statSync(found).isFile()) return refuse(404);
    file = found;
  } catch (error) {
    if (!(error instanceof MirrorError)) throw error;
    // The message names the mirror's address, which may hold a login.
    if (error.status !== 404) options.log(`packages: ${error.message.replace(/\/\/[^/@\s]+@/g, '//')}`);
    return refuse(error.status);
  }
  const { size, mtime } = statSync(file);
  response.writeHead(200, { 'content-length': size, 'last-modified': mtime.toUTCString(), 'content-type': 'application/octet-stream' });
  await pipeline(createReadStream(file), response);
  return 200;
}

function isDown(file: string, host: string | undefined): boolean {
  if (!existsSync(file)) return false;
  const hosts = readFileSync(file, 'utf8').split('\n').map((line) => line.trim().toLowerCase()).filter((line) => line !== '');
  return hosts.length === 0 || hosts.includes((host ?? '').toLowerCase().replace(/:\d+$/, ''));
}

async function find(path: string, { repository, mirrors, cache }: PackagesOptions): Promise<string | undefined> {
  const [first, ...rest] = path.split('/');
  const inside = rest.join('/');
  if (first === 'edge') return join(repository, inside);
  const mirror = mirrors[first ?? ''];
  return mirror === undefined || inside === '' ? undefined : keepCopy({ url: `${mirror}/${inside}`, file: join(cache, path) });
}
