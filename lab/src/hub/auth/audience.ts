import { decodeLoosely, type SasToken } from './sas.js';

/**
 * The resource that a token covers, in segments. Some SDKs encode the ids in the resource before they encode the whole,
 * so each segment is decoded once more if that changes it.
 */
export function audienceSegments(token: SasToken): string[][] {
  const once = decodeLoosely(token.rawAudience);
  const plain = once.replace(/^[a-z]+:\/\//i, '').replace(/\/+$/, '').split('/');
  const twice = [plain[0] ?? '', ...plain.slice(1).map(decodeLoosely)];
  return twice.join('/') === plain.join('/') ? [plain] : [plain, twice];
}

/**
 * True if the token's resource is a prefix, by whole segments, of the requested path. Case does not matter, because
 * aziot-identityd signs for its resource, with the ids, in lower case. Ids still differ by case, and by their keys.
 */
export function covers(token: SasToken, hostname: string, path: readonly string[]): boolean {
  const wanted = [hostname, ...path].map(lower);
  return audienceSegments(token).some((segments) => segments.every((segment, i) => lower(segment) === wanted[i]));
}

const lower = (text: string): string => text.toLowerCase();
