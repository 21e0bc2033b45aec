import { badRequest } from '../errors.js';
import type { Authentication, AuthType, JsonValue } from '../store/model.js';
import { newKey } from './ids.js';
import { asObject, optionalString } from './json.js';

const TYPES: readonly AuthType[] = ['sas', 'selfSigned', 'certificateAuthority', 'none'];

/**
 * Reads `authentication` of a request. If keys are absent, the hub makes them, on an update as well: a PUT replaces the
 * identity, it does not merge.
 */
export function readAuthentication(value: JsonValue | undefined): Authentication {
  const input = asObject(value ?? {}, 'authentication');
  const key = asObject(input['symmetricKey'] ?? {}, 'authentication.symmetricKey');
  const thumbprint = asObject(input['x509Thumbprint'] ?? {}, 'authentication.x509Thumbprint');
  const primaryThumbprint = readThumbprint(thumbprint['primaryThumbprint']);
  const secondaryThumbprint = readThumbprint(thumbprint['secondaryThumbprint']);
  const type = readType(input['type'], primaryThumbprint !== null || secondaryThumbprint !== null);
  const sas = type === 'sas';
  if (type === 'selfSigned' && primaryThumbprint === null && secondaryThumbprint === null) {
    throw badRequest('A self-signed device needs at least one thumbprint.');
  }
  return {
    type,
    symmetricKey: {
      primaryKey: sas ? readKey(key['primaryKey'], 'primaryKey') : null,
      secondaryKey: sas ? readKey(key['secondaryKey'], 'secondaryKey') : null,
    },
    x509Thumbprint: { primaryThumbprint, secondaryThumbprint },
  };
}

function readType(value: JsonValue | undefined, hasThumbprint: boolean): AuthType {
  const text = optionalString(value, 'authentication.type');
  if (text === null) return hasThumbprint ? 'selfSigned' : 'sas';
  const type = TYPES.find((t) => t.toLowerCase() === text.toLowerCase());
  if (type === undefined) throw badRequest(`authentication.type must be one of ${TYPES.join(', ')}.`);
  return type;
}

function readKey(value: JsonValue | undefined, name: string): string {
  const text = optionalString(value, `authentication.symmetricKey.${name}`);
  if (!text) return newKey();
  const bytes = Buffer.from(text, 'base64');
  const canonical = bytes.toString('base64').replace(/=+$/, '') === text.replace(/=+$/, '');
  if (!canonical || bytes.length < 16 || bytes.length > 64) throw badRequest(`authentication.symmetricKey.${name} must be base64 of 16 to 64 bytes.`);
  return text;
}

function readThumbprint(value: JsonValue | undefined): string | null {
  const text = optionalString(value, 'authentication.x509Thumbprint');
  if (!text) return null;
  const hex = text.replaceAll(':', '');
  if (!/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i.test(hex)) throw badRequest('A thumbprint is 40 (SHA-1) or 64 (SHA-256) hex digits.');
  return text;
}
