import type { Problem } from '../support/errors.js';

/** A hub accepts keys of 16 to 64 bytes. https://learn.microsoft.com/rest/api/iothub/service/devices/create-or-update-identity */
const [least, most] = [16, 64];

/**
 * A symmetric key as padded base64; else a problem, which does not show the value. It refuses base64 with unused last
 * bits that are set: then a character was changed, and strict decoders such as the daemons' refuse it too.
 */
export function normaliseKey(key: string, problems: Problem[], field: string): string | undefined {
  const bare = key.replace(/=+$/, '');
  const padding = key.length - bare.length;
  const bytes = Buffer.from(bare, 'base64');
  const padded = bytes.toString('base64');
  const message = keyProblem({ bare, padding, padded, bytes: bytes.length });
  if (message === undefined) return padded;
  problems.push({ field, message });
  return undefined;
}

function keyProblem(key: { bare: string; padding: number; padded: string; bytes: number }): string | undefined {
  if (/[-_]/.test(key.bare)) return 'must be base64 with "+" and "/", not the URL form';
  if (!/^[A-Za-z0-9+/]*$/.test(key.bare)) return 'must be base64';
  const needed = key.padded.length - key.padded.replace(/=+$/, '').length;
  if (key.padding !== 0 && key.padding !== needed) return 'must be base64; its padding ("=") does not fit, perhaps the end is missing';
  if (key.padded.replace(/=+$/, '') !== key.bare) return 'must be base64; the end is missing, or a character was changed';
  if (key.bytes < least || key.bytes > most) return `must be base64 of ${least} to ${most} bytes; it has ${key.bytes}`;
  return undefined;
}
