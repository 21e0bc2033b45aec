import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { ConsoleLine, ConsoleStore } from './console-store.js';
import { formatLine, linesAfter, parseLogQuery, selectLines, type LogQuery } from './log-query.js';

export interface KubeletOptions {
  host: string;
  /** 0 for any. */
  port: number;
  /** PEM. Only clients with a certificate of `clientCa` get an answer. */
  cert: string;
  key: string;
  clientCa: string;
  consoles: ConsoleStore;
}

/** The container in which KubeVirt keeps a guest's serial console. */
const CONSOLE_CONTAINER = 'guest-console-log';

/**
 * The part of a kubelet that the lab's nodes have: container logs, read and followed. Only a guest's console has
 * lines, every other container's log is empty.
 */
export async function startKubelet(options: KubeletOptions): Promise<Server> {
  const server = createServer({ cert: options.cert, key: options.key, ca: options.clientCa, requestCert: true, rejectUnauthorized: true }, (request, response) => {
    handle(request, response, options.consoles);
  });
  server.listen(options.port, options.host);
  await once(server, 'listening');
  return server;
}

function handle(request: IncomingMessage, response: ServerResponse, consoles: ConsoleStore): void {
  const url = new URL(request.url ?? '/', 'https://kubelet');
  if (url.pathname === '/healthz') {
    response.end('ok');
    return;
  }
  const match = /^\/containerLogs\/([^/]+)\/([^/]+)\/([^/]+)$/.exec(url.pathname);
  if (request.method !== 'GET' || match === null) {
    response.writeHead(404).end('the lab\'s nodes serve container logs only\n');
    return;
  }
  const [namespace, pod, container] = match.slice(1).map(decodeURIComponent) as [string, string, string];
  let query: LogQuery;
  try {
    query = parseLogQuery(url.searchParams);
  } catch (error) {
    response.writeHead(400).end(`${(error as Error).message}\n`);
    return;
  }
  response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' });
  // Without this, a follower of a log that is still empty would wait for the head of the answer.
  response.flushHeaders();
  if (container !== CONSOLE_CONTAINER) {
    response.end();
    return;
  }
  sendLog(response, consoles, { namespace, pod }, query);
}

function sendLog(response: ServerResponse, consoles: ConsoleStore, { namespace, pod }: { namespace: string; pod: string }, query: LogQuery): void {
  let last: ConsoleLine | undefined;
  let left = query.limitBytes;
  /** False if the limit is reached. */
  const send = (lines: readonly ConsoleLine[]): boolean => {
    for (const line of lines) {
      const bytes = Buffer.from(formatLine(line, query));
      response.write(bytes.length > left ? bytes.subarray(0, left) : bytes);
      left -= bytes.length;
      if (left <= 0) return false;
    }
    return true;
  };
  const present = consoles.lines(namespace, pod);
  last = present.at(-1);
  if (!send(selectLines(present, query)) || !query.follow) {
    response.end();
    return;
  }
  const stop = consoles.subscribe(namespace, pod, () => {
    const lines = consoles.lines(namespace, pod);
    const fresh = linesAfter(lines, last);
    last = lines.at(-1);
    // After a change, a log without lines means that it was dropped: the pod is gone.
    if (lines.length === 0 || !send(fresh)) response.end();
  });
  response.on('close', stop);
}
