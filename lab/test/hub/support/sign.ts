import { createHmac } from 'node:crypto';

export interface SignSasOptions {
  /** Base64 key of a policy, device or module. */
  key: string;
  /** Name of the service policy; leave out for a device's or module's key. */
  policy?: string;
  /** Seconds from now; may be negative. */
  ttlSeconds?: number;
}

/** Makes a token for `resource`, e.g. `hub/devices/id` or the hub's host name (URL-encoded here). */
export function signSas(resource: string, options: SignSasOptions): string {
  const audience = encodeURIComponent(resource);
  const expiry = Math.floor(Date.now() / 1000) + (options.ttlSeconds ?? 3600);
  const signature = createHmac('sha256', Buffer.from(options.key, 'base64')).update(`${audience}\n${expiry}`).digest('base64');
  const policy = options.policy === undefined ? '' : `&skn=${encodeURIComponent(options.policy)}`;
  return `SharedAccessSignature sr=${audience}&sig=${encodeURIComponent(signature)}&se=${expiry}${policy}`;
}
