import { decode, type SasToken } from './sas.js';

/**
 * The resource that a token covers, in segments: host first, lower-cased
 * (host names are), ids as they are. Some SDKs encode the ids in the resource
 * before they encode the whole, so each segment is decoded once more where
 * that changes it.
 */
export function audienceSegments(token: SasToken): string[][] {
  const once = decode(token.rawAudience);
  if (once === undefined) return [];
  const [host = '', ...rest] = once.replace(/^[a-z]+:\/\//i, '').replace(/\/+$/, '').split('/');
  const plain = [host.toLowerCase(), ...rest];
  const twice = [plain[0]!, ...rest.map((segment) => decode(segment) ?? segment)];
  return twice.join('/') === plain.join('/') ? [plain] : [plain, twice];
}

/** True when the token's resource is a prefix, by whole segments, of what is asked for. */
export function covers(token: SasToken, hostname: string, path: readonly string[]): boolean {
  const wanted = [hostname.toLowerCase(), ...path];
  return audienceSegments(token).some((segments) => segments.every((s, i) => s === wanted[i]));
}
