import { createHmac } from 'node:crypto';
import { SecretValue } from './secret.js';

/** What a shared access signature is for, until when, and its key. */
export interface SignatureRequest {
  /** The resource that the token is for, not yet URL-encoded: `<hub>`, `<hub>/devices/<id>`, `<hub>/devices/<id>/modules/<id>`. */
  resource: string;
  /** Base64. */
  key: SecretValue;
  /** Seconds since the epoch. */
  expiresAt: number;
  /** A service policy; absent for the keys of devices and modules. */
  policyName?: string;
}

/**
 * A shared access signature of IoT Hub: HMAC-SHA256, by the decoded key, over the URL-encoded resource and the
 * expiry. https://learn.microsoft.com/azure/iot-hub/authenticate-authorize-sas
 */
export function sharedAccessSignature({ resource, key, expiresAt, policyName }: SignatureRequest): SecretValue {
  const audience = encode(resource);
  const expiry = String(Math.ceil(expiresAt));
  const signature = createHmac('sha256', Buffer.from(key.reveal(), 'base64')).update(`${audience}\n${expiry}`).digest('base64');
  const policy = policyName === undefined ? '' : `&skn=${encode(policyName)}`;
  return new SecretValue(`SharedAccessSignature sr=${audience}&sig=${encode(signature)}&se=${expiry}${policy}`);
}

/** Percent-encodes all but RFC 3986's unreserved characters; `encodeURIComponent` leaves `!'()*`, the hub does not. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}
