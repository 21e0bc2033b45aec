import type { Server as HttpsServer } from 'node:https';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import { createWebSocketStream, WebSocketServer } from 'ws';
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

/** MQTT over WebSockets, on the HTTPS port at `/$iothub/websocket`. */
export function acceptWebSockets(hub: HubContext, server: HttpsServer): WebSocketServer {
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: (offered) => (offered.has('mqtt') ? 'mqtt' : false) });
  server.on('upgrade', (request, socket, head) => {
    if (new URL(request.url ?? '/', 'https://hub').pathname !== '/$iothub/websocket') {
      socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, socket, head, (client) => {
      serveMqtt(hub, createWebSocketStream(client), clientCertificate(socket as TLSSocket));
    });
  });
  return sockets;
}
