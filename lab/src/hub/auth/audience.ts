import { decodeLoosely, type SasToken } from './sas.js';

/**
 * The resource that a token covers, in segments, as it was sent. Some SDKs encode the ids in the resource before they
 * encode the whole, so each segment is decoded once more where that changes it.
 */
export function audienceSegments(token: SasToken): string[][] {
  const once = decodeLoosely(token.rawAudience);
  const plain = once.replace(/^[a-z]+:\/\//i, '').replace(/\/+$/, '').split('/');
  const twice = [plain[0] ?? '', ...plain.slice(1).map(decodeLoosely)];
  return twice.join('/') === plain.join('/') ? [plain] : [plain, twice];
}

/**
 * True when the token's resource is a prefix, by whole segments, of what is asked for. Case does not matter:
 * aziot-identityd signs for its resource in lower case, ids and all. Ids still differ by case, and by their keys.
 */
export function covers(token: SasToken, hostname: string, path: readonly string[]): boolean {
  const wanted = [hostname, ...path].map(lower);
  return audienceSegments(token).some((segments) => segments.every((segment, i) => lower(segment) === wanted[i]));
}

const lower = (text: string): string => text.toLowerCase();
