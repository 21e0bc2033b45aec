import type { X509Certificate } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { createServer, type Server } from 'node:tls';
import type { HubContext } from '../context.js';
import { clientCertificate, type TlsFiles } from '../rest/server.js';
import { AmqpConnection } from './connection.js';

/** All AMQP connections of a hub, on any of its ports. */
export interface AmqpConnections {
  serve(stream: Duplex, certificate: X509Certificate | undefined): void;
  /** Includes connections on which no identity has a session. */
  endAll(): void;
}

export function amqpConnections(hub: HubContext): AmqpConnections {
  const live = new Set<AmqpConnection>();
  return {
    serve(stream, certificate) {
      const connection: AmqpConnection = new AmqpConnection(hub, stream, certificate, () => live.delete(connection));
      live.add(connection);
    },
    endAll() {
      for (const connection of live) connection.end();
    },
  };
}

/** AMQP over TLS. */
export function createAmqpServer(connections: AmqpConnections, tls: TlsFiles): Server {
  return createServer({ cert: tls.cert, key: tls.key, requestCert: true, rejectUnauthorized: false }, (socket) => {
    socket.setNoDelay(true);
    connections.serve(socket, clientCertificate(socket));
  });
}
