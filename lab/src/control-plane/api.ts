import { Agent, request } from 'node:https';
import { EdgeVmError } from 'edge-vm';
import { pathOf, type ApiObject } from './resources.js';
import type { KeyPair } from './pki.js';

/** An answer of the API server that is not a success. */
export class ApiError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
  }
}

export interface RequestOptions {
  body?: unknown;
  contentType?: string;
  signal?: AbortSignal | undefined;
  /** Milliseconds; default 30 s. */
  timeout?: number;
}

/**
 * The part of the Kubernetes API that the set-up of a control plane needs: raw paths, readiness, tokens, server-side
 * apply as `edge-vm-lab`. The parts of a running lab use the library's own cluster port.
 */
export class Api {
  readonly #server: URL;
  readonly #agent: Agent;

  constructor(server: string, ca: string, client: KeyPair) {
    this.#server = new URL(server);
    this.#agent = new Agent({ keepAlive: true, ca, cert: client.cert, key: client.key, maxSockets: 16 });
  }

  async text(method: string, path: string, options: RequestOptions = {}): Promise<string> {
    const payload = options.body === undefined ? undefined : JSON.stringify(options.body);
    const { status, text } = await new Promise<{ status: number; text: string }>((resolve, reject) => {
      const outgoing = request(new URL(path, this.#server), {
        method,
        agent: this.#agent,
        timeout: options.timeout ?? 30_000,
        ...(options.signal ? { signal: options.signal } : {}),
        headers: {
          accept: 'application/json, */*',
          ...(payload === undefined ? {} : { 'content-type': options.contentType ?? 'application/json', 'content-length': Buffer.byteLength(payload) }),
        },
      }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }));
        response.on('error', reject);
      });
      outgoing.on('timeout', () => outgoing.destroy(new Error(`${method} ${path}: no answer`)));
      outgoing.on('error', reject);
      outgoing.end(payload);
    });
    if (status < 200 || status > 299) throw new ApiError(status, `${method} ${path}: ${status} ${messageOf(text)}`);
    return text;
  }

  async json<T = ApiObject>(method: string, path: string, options: RequestOptions = {}): Promise<T> {
    return JSON.parse(await this.text(method, path, options)) as T;
  }

  /** Undefined when it does not exist. */
  async get<T = ApiObject>(path: string, options: RequestOptions = {}): Promise<T | undefined> {
    try {
      return await this.json<T>('GET', path, options);
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return undefined;
      throw error;
    }
  }

  async exists(path: string, options: RequestOptions = {}): Promise<boolean> {
    return (await this.get(path, options)) !== undefined;
  }

  /** Server-side apply that takes over every field; `subresource` e.g. `status`. */
  async apply(object: ApiObject, options: RequestOptions & { subresource?: string } = {}): Promise<ApiObject> {
    const path = pathOf(object) + (options.subresource === undefined ? '' : `/${options.subresource}`);
    return this.json('PATCH', `${path}?fieldManager=edge-vm-lab&force=true`, { ...options, body: object, contentType: 'application/apply-patch+yaml' });
  }

  async applyAll(objects: readonly ApiObject[], options: RequestOptions = {}): Promise<void> {
    for (const object of objects) await this.apply(object, options);
  }

  async mergePatch(path: string, patch: unknown, options: RequestOptions = {}): Promise<ApiObject> {
    return this.json('PATCH', path, { ...options, body: patch, contentType: 'application/merge-patch+json' });
  }

  /** Deletes an object; with a collection's path, all objects in it. It is no error if there is none. */
  async remove(path: string, options: RequestOptions = {}): Promise<void> {
    try {
      await this.text('DELETE', path, options);
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 404)) throw error;
    }
  }

  /** Whether the API server says that it is ready. */
  async ready(signal?: AbortSignal): Promise<boolean> {
    try {
      return (await this.text('GET', '/readyz', { signal, timeout: 5000 })) === 'ok';
    } catch (error) {
      if (EdgeVmError.is(error) || signal?.aborted) throw error;
      return false;
    }
  }

  close(): void {
    this.#agent.destroy();
  }
}

function messageOf(text: string): string {
  try {
    return (JSON.parse(text) as { message?: string }).message ?? '';
  } catch {
    return text.slice(0, 200);
  }
}
