import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { makeAuthority } from './authority.js';
import { makeImage, type Blob, type Image } from './image.js';
import { isLogin, type Login } from './login.js';

export interface RegistryOptions {
  host: string;
  port: number;
  /** Names of its certificate. */
  names: readonly string[];
  login: Login;
  /** `path:tag` of the one image that it has. */
  image: string;
}

export interface RegistryRequest {
  method: string;
  path: string;
  /** Name and port in the client's request. */
  host: string;
  authorized: boolean;
}

/** A private, read-only registry with its own certificate authority. */
export interface Registry {
  port: number;
  /** PEM of the authority. */
  ca: string;
  image: Image;
  requests: RegistryRequest[];
  close: () => Promise<void>;
}

/** Answers the requests of a pull (https://github.com/opencontainers/distribution-spec). */
export async function startRegistry({ host, port, names, login, image: reference }: RegistryOptions): Promise<Registry> {
  const [image, { ca, cert, key }] = await Promise.all([makeImage(), makeAuthority(names)]);
  const requests: RegistryRequest[] = [];
  const found = contents(reference, image);

  function answer({ method = '', url = '', headers }: IncomingMessage, response: ServerResponse): void {
    const path = url.split('?')[0] ?? '';
    const authorized = isLogin(headers.authorization, login);
    requests.push({ method, path, host: headers.host ?? '', authorized });
    response.setHeader('docker-distribution-api-version', 'registry/2.0');
    if (!authorized) {
      response.setHeader('www-authenticate', 'Basic realm="lab"');
      return refuse(response, 401, 'UNAUTHORIZED', 'authentication required');
    }
    if (!['GET', 'HEAD'].includes(method)) return refuse(response, 405, 'UNSUPPORTED', 'the registry can only be read');
    if (path === '/v2/') return void response.writeHead(200, { 'content-length': 2, 'content-type': 'application/json' }).end('{}');
    const blob = found.get(path);
    if (blob === undefined) return path.includes('/manifests/') ? refuse(response, 404, 'MANIFEST_UNKNOWN', 'manifest unknown') : refuse(response, 404, 'BLOB_UNKNOWN', 'blob unknown');
    response.writeHead(200, { 'content-type': blob.mediaType, 'content-length': blob.bytes.length, 'docker-content-digest': blob.digest });
    response.end(method === 'HEAD' ? undefined : blob.bytes);
  }

  const server = createServer({ cert, key }, answer);
  server.listen(port, host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    ca, image, requests,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Its content by path. */
function contents(reference: string, { manifest, blobs }: Image): Map<string, Blob> {
  const [path = '', tag = ''] = reference.split(':');
  return new Map([
    ...[tag, manifest.digest].map((name): [string, Blob] => [`/v2/${path}/manifests/${name}`, manifest]),
    ...blobs.map((blob): [string, Blob] => [`/v2/${path}/blobs/${blob.digest}`, blob]),
  ]);
}

function refuse(response: ServerResponse, status: number, code: string, message: string): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ errors: [{ code, message }] }));
}
