import type { X509Certificate } from 'node:crypto';
import type { Server as HttpsServer } from 'node:https';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { createWebSocketStream, WebSocketServer } from 'ws';
import { clientCertificate } from './rest/server.js';

/** The handler of a WebSocket, by the subprotocol that the client offers. */
export type Protocols = Record<'mqtt' | 'AMQPWSB10', (stream: Duplex, certificate: X509Certificate | undefined) => void>;

/** MQTT and AMQP over WebSockets, on the HTTPS port at `/$iothub/websocket`. */
export function acceptWebSockets(server: HttpsServer, protocols: Protocols): WebSocketServer {
  const names = Object.keys(protocols) as (keyof Protocols)[];
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: (offered) => names.find((name) => offered.has(name)) ?? false });
  server.on('upgrade', (request, socket, head) => {
    // A path such as `//` is not a URL. An error here would end the hub.
    if (!URL.canParse(request.url ?? '/', 'https://hub') || new URL(request.url ?? '/', 'https://hub').pathname !== '/$iothub/websocket') {
      socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, socket, head, (client) => {
      const serve = protocols[client.protocol as keyof Protocols] ?? protocols.mqtt;
      serve(createWebSocketStream(client), clientCertificate(socket as TLSSocket));
    });
  });
  return sockets;
}
