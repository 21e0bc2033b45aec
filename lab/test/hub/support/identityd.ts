import { createHmac } from 'node:crypto';
import { HOSTNAME, type CallOptions, type HttpAnswer, type TestHub } from './test-hub.js';

/** The one version that aziot-identityd 1.6 speaks (`identity/aziot-cloud-client-async/src/hub/mod.rs`). */
export const DAEMON_VERSION = '2017-11-08-preview';

/** What the daemon percent-encodes in a path segment and in `sr`: a `%` is not among it. */
const encode = (text: string): string => text.replace(/[\x00-\x20\x7f"<>`#?{}=]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);

/** `SharedAccessSignature` as the daemon makes it: the whole resource in lower case, half a minute long, no policy. */
export function daemonToken(deviceId: string, key: string, seconds = 30): string {
  const resource = encode(`${HOSTNAME}/devices/${deviceId}`.toLowerCase());
  const expiry = Math.floor(Date.now() / 1000) + seconds;
  const signature = createHmac('sha256', Buffer.from(key, 'base64')).update(`${resource}\n${expiry}`).digest('base64');
  return `SharedAccessSignature sr=${resource}&sig=${encodeURIComponent(signature)}&se=${expiry}`;
}

export function modulesPath(deviceId: string, moduleId?: string): string {
  return `/devices/${encode(deviceId)}/modules${moduleId === undefined ? '' : `/${encode(moduleId)}`}?api-version=${DAEMON_VERSION}`;
}

/** The calls of one device's daemon, with the device's own key. */
export interface Daemon {
  call(method: string, moduleId?: string, options?: CallOptions): Promise<HttpAnswer>;
}

export function daemonOf(hub: TestHub, deviceId: string, key: string): Daemon {
  return { call: (method, moduleId, options = {}) => hub.call(method, modulesPath(deviceId, moduleId), { authorization: daemonToken(deviceId, key), ...options }) };
}
