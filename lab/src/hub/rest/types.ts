import type { X509Certificate } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Right } from '../auth/credentials.js';
import type { HubContext } from '../context.js';
import type { Operation } from '../control/rules.js';
import type { JsonValue } from '../store/model.js';

export interface HubRequest {
  method: string;
  /** Decoded segments. */
  path: readonly string[];
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  /** Parsed; null when the request has none. */
  body: JsonValue;
  certificate: X509Certificate | undefined;
}

export interface Reply {
  status: number;
  headers?: Record<string, string>;
  body?: unknown;
}

/** One operation of the service. */
export interface Route {
  method: string;
  /** `:name` segments become parameters. */
  path: readonly string[];
  operation: Operation;
  right: Right;
  /** The device itself may call it with its own credential, e.g. its identity service. */
  own?: boolean;
  handle(hub: HubContext, request: HubRequest, params: Readonly<Record<string, string>>): Reply | Promise<Reply>;
}
