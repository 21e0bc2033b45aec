import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect } from 'node:tls';
import type { Proxy } from './proxy.js';
import type { Env } from './proxy-env.js';
import { trusted } from './roots.js';
import { openTunnel } from './tunnel.js';

export interface AgentOptions {
  /** The connection goes through a tunnel of this proxy; if absent, directly to the server. */
  proxy?: Proxy | undefined;
  env: Env;
  /** PEM certificates to trust too, for connections that name no CA. */
  ca?: string | undefined;
  /** Connects to this address instead of the request's; the name in TLS stays that of the request. */
  to?: { host: string; port: number } | undefined;
}

/** Connections stay open, also through a proxy: a TLS handshake costs more than a request. */
const kept = { keepAlive: true, keepAliveMsecs: 15_000, scheduling: 'lifo' } as const;

type Callback = (error: Error | null, stream: Duplex) => void;
type Created = Duplex | null | undefined;

/** Opens tunnels for an agent. When the agent ends, tunnels that are not open yet end too. */
class Tunnels {
  readonly #ending = new AbortController();

  constructor(readonly how: AgentOptions) {}

  open(options: http.ClientRequestArgs, callback: Callback | undefined, wrap: (socket: Socket) => Duplex): undefined {
    void this.#open(options, wrap, callback as ((error: unknown, stream?: Duplex) => void) | undefined);
  }

  async #open({ host, port }: http.ClientRequestArgs, wrap: (socket: Socket) => Duplex, done?: (error: unknown, stream?: Duplex) => void): Promise<void> {
    let stream: Duplex;
    try {
      stream = wrap(await openTunnel(this.how.proxy!, { host: host ?? 'localhost', port: Number(port) }, { signal: this.#ending.signal, env: this.how.env }));
    } catch (error) {
      done?.(error);
      return;
    }
    done?.(null, stream);
  }

  end(): void {
    this.#ending.abort();
  }
}

/** TLS, directly or through a tunnel. Node.js puts the name of the Host header into `servername`. */
class SecureAgent extends https.Agent {
  readonly #tunnels: Tunnels;

  constructor(how: AgentOptions) {
    super({ ...kept, ...how.to });
    this.#tunnels = new Tunnels(how);
  }

  override createConnection(options: https.RequestOptions, callback?: Callback): Created {
    const { proxy, env, ca } = this.#tunnels.how;
    const full = trusted(options, env, ca);
    if (proxy === undefined) return super.createConnection(full);
    return this.#tunnels.open(full, callback, (socket) => connect({ ...(full as object), socket }));
  }

  override destroy(): void {
    this.#tunnels.end();
    super.destroy();
  }
}

/** The same without TLS. */
class PlainAgent extends http.Agent {
  readonly #tunnels: Tunnels;

  constructor(how: AgentOptions) {
    super({ ...kept, ...how.to });
    this.#tunnels = new Tunnels(how);
  }

  override createConnection(options: http.ClientRequestArgs, callback?: Callback): Created {
    if (this.#tunnels.how.proxy === undefined) return super.createConnection(options);
    return this.#tunnels.open(options, callback, (socket) => socket);
  }

  override destroy(): void {
    this.#tunnels.end();
    super.destroy();
  }
}

/** The agent for HTTPS requests to one server. */
export function secureAgent(options: AgentOptions): https.Agent {
  return new SecureAgent(options);
}

/** The agent for HTTP requests to one server. */
export function plainAgent(options: AgentOptions): http.Agent {
  return new PlainAgent(options);
}
