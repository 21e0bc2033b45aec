import type { X509Certificate } from 'node:crypto';
import type { IConnectPacket } from 'mqtt-packet';
import { authenticateIdentity } from '../auth/identity.js';
import type { HubContext } from '../context.js';
import type { Identity } from '../store/model.js';

/** MQTT 3.1.1 CONNACK return codes that the hub uses. */
export const ReturnCode = { accepted: 0, badProtocol: 1, unavailable: 3, notAuthorized: 5 } as const;

export type ConnectResult =
  | { ok: true; identity: Identity; expiresAt: number | undefined }
  | { ok: false; returnCode: number; reason: string };

const refuse = (reason: string, returnCode: number = ReturnCode.notAuthorized): ConnectResult => ({ ok: false, returnCode, reason });

/** Checks the client id, the user name, then password or certificate. Every wrong credential gets the same code 5. */
export function authenticateConnect(hub: HubContext, packet: IConnectPacket, certificate: X509Certificate | undefined): ConnectResult {
  if (packet.protocolVersion !== 4) return refuse('only MQTT 3.1.1', ReturnCode.badProtocol);
  const [deviceId = '', moduleId, ...rest] = packet.clientId.split('/');
  if (deviceId === '' || moduleId === '' || rest.length > 0) return refuse('the client id is neither {device} nor {device}/{module}');
  const wrongName = checkUsername(hub.hostname, packet);
  if (wrongName !== undefined) return refuse(wrongName);
  const password = packet.password?.toString('utf8') ?? '';
  const result = authenticateIdentity(hub, deviceId, moduleId, password === '' ? undefined : password, certificate);
  return result.ok ? result : refuse(result.reason);
}

/** `{hub}/{clientId}/?api-version=…`; ids are not encoded in it. */
function checkUsername(hostname: string, packet: IConnectPacket): string | undefined {
  const username = packet.username ?? '';
  const expected = `${hostname}/${packet.clientId}/`;
  const prefix = username.slice(0, expected.length);
  const slash = prefix.indexOf('/');
  const matches = prefix.slice(0, slash).toLowerCase() === hostname.toLowerCase() && prefix.slice(slash) === expected.slice(hostname.length);
  if (!matches) return 'the user name does not start with {hub}/{clientId}/';
  return /[?&]?api-version=\d{4}-\d{2}-\d{2}/.test(username.slice(expected.length)) ? undefined : 'the user name has no api-version';
}
