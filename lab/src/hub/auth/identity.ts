import type { X509Certificate } from 'node:crypto';
import type { HubContext } from '../context.js';
import type { Identity } from '../store/model.js';
import { checkCertificate, checkIdentityToken } from './credentials.js';

/** The identity, or the reason of the refusal. `absent`: the identity is missing or disabled, with any credential. */
export type IdentityResult = { ok: true; identity: Identity; expiresAt: number | undefined } | { ok: false; reason: string; absent: boolean };

/** Checks the token of a device or module; without a token, its client certificate. */
export function authenticateIdentity(hub: HubContext, deviceId: string, moduleId: string | undefined, token: string | undefined, certificate: X509Certificate | undefined): IdentityResult {
  const device = hub.store.device(deviceId);
  const identity = hub.store.get(deviceId, moduleId);
  if (device === undefined || identity === undefined) return { ok: false, reason: 'no such identity', absent: true };
  if (device.status === 'disabled' || identity.status === 'disabled') return { ok: false, reason: 'the device is disabled', absent: true };
  const result = token === undefined ? checkCertificate(hub, certificate, identity) : checkIdentityToken(hub, token, identity);
  return result.ok ? { ok: true, identity, expiresAt: result.expiresAt } : { ok: false, reason: result.reason, absent: false };
}
