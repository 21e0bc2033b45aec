import { createServer, type Server } from 'node:tls';
import type { HubContext } from '../context.js';
import { clientCertificate, type TlsFiles } from '../rest/server.js';
import { serveMqtt } from './connection.js';

/** MQTT over TLS. */
export function createMqttServer(hub: HubContext, tls: TlsFiles): Server {
  return createServer({ cert: tls.cert, key: tls.key, requestCert: true, rejectUnauthorized: false }, (socket) => {
    socket.setNoDelay(true);
    serveMqtt(hub, socket, clientCertificate(socket));
  });
}
