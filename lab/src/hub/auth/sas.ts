import { createHmac, timingSafeEqual } from 'node:crypto';

/** A `SharedAccessSignature` as it came. */
export interface SasToken {
  /** `sr` as sent, still URL-encoded: the client signed it in this form. */
  rawAudience: string;
  /** Base64, URL-decoded. */
  signature: string;
  /** Seconds since the epoch, as sent: the client signed this too. */
  rawExpiry: string;
  expiry: number;
  /** `skn`, absent for tokens signed with a device's or module's own key. */
  policy: string | undefined;
}

const PREFIX = /^SharedAccessSignature\s+/i;

/** Parses a token; undefined if it is not a token. The order of the fields does not matter. */
export function parseSas(text: string): SasToken | undefined {
  if (!PREFIX.test(text)) return undefined;
  const fields = new Map<string, string>();
  for (const part of text.replace(PREFIX, '').trim().split('&')) {
    const equals = part.indexOf('=');
    if (equals > 0) fields.set(part.slice(0, equals), part.slice(equals + 1));
  }
  const rawAudience = fields.get('sr');
  const rawSignature = fields.get('sig');
  const rawExpiry = fields.get('se');
  if (!rawAudience || !rawSignature || !rawExpiry || !/^\d{1,15}$/.test(rawExpiry)) return undefined;
  const signature = decode(rawSignature);
  const policy = decode(fields.get('skn') ?? '');
  if (signature === undefined || policy === undefined) return undefined;
  return { rawAudience, signature, rawExpiry, expiry: Number(rawExpiry), policy: policy === '' ? undefined : policy };
}

/** Whether one of the keys (base64) made the token's signature. */
export function signedByOneOf(token: SasToken, keys: readonly (string | null | undefined)[]): boolean {
  const got = Buffer.from(token.signature, 'base64');
  return keys.some((key) => {
    if (!key) return false;
    const expected = createHmac('sha256', Buffer.from(key, 'base64')).update(`${token.rawAudience}\n${token.rawExpiry}`).digest();
    return got.length === expected.length && timingSafeEqual(got, expected);
  });
}

/**
 * Decodes what is percent-encoded and leaves every other `%` as it is. aziot-identityd never encodes a `%`, so an id with
 * `%` comes unencoded, in paths and audiences.
 */
export function decodeLoosely(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (run) => decode(run) ?? run);
}

/** Decodes percent-encoding; undefined when it is malformed. A `+` stays: keys and ids contain it. */
export function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
