import { X509Certificate } from 'node:crypto';
import type { HubConfig } from '../../layout.js';
import type { Identity } from '../store/model.js';
import { covers } from './audience.js';
import { parseSas, signedByOneOf, type SasToken } from './sas.js';

export type Right = HubConfig['policies'][number]['rights'][number];

export interface Policies {
  hostname: string;
  policies: HubConfig['policies'];
  /** PEM of the CAs for `certificateAuthority` devices. Such a device needs a leaf certificate of one of them. */
  caCertificates: readonly string[];
  now(): number;
}

/** Either the identity, or the reason of the refusal (for the lab's user only). */
export type AuthResult = { ok: true; expiresAt?: number } | { ok: false; reason: string };

const refused = (reason: string): AuthResult => ({ ok: false, reason });

/** A token of a service policy that must cover `path` and hold `right`. */
export function checkPolicyToken(hub: Policies, token: SasToken, path: readonly string[], right: Right): AuthResult {
  const policy = hub.policies.find((p) => p.name === token.policy);
  if (policy === undefined) return refused(`no policy '${token.policy}'`);
  if (!signedByOneOf(token, [policy.key])) return refused(`wrong key for policy '${policy.name}'`);
  const timely = checkExpiry(hub, token);
  if (!timely.ok) return timely;
  if (!covers(token, hub.hostname, path)) return refused('the audience does not cover the resource');
  // The right to write the registry includes the right to read it: the service has no policy with write only.
  const held = policy.rights.includes(right) || (right === 'RegistryRead' && policy.rights.includes('RegistryWrite'));
  return held ? timely : refused(`policy '${policy.name}' lacks ${right}`);
}

/** A token made with the identity's own key, or with a policy that holds DeviceConnect. */
export function checkIdentityToken(hub: Policies, text: string, identity: Identity): AuthResult {
  const token = parseSas(text);
  if (token === undefined) return refused('not a SharedAccessSignature');
  const path = identityPath(identity);
  if (token.policy !== undefined) return checkPolicyToken(hub, token, path, 'DeviceConnect');
  if (identity.authentication.type !== 'sas') return refused(`authentication type is ${identity.authentication.type}, not sas`);
  const { primaryKey, secondaryKey } = identity.authentication.symmetricKey;
  if (!signedByOneOf(token, [primaryKey, secondaryKey])) return refused('wrong key');
  const timely = checkExpiry(hub, token);
  if (!timely.ok) return timely;
  return covers(token, hub.hostname, path) ? timely : refused('the audience does not cover the identity');
}

/** The client certificate of the TLS connection, against thumbprints or registered CAs. */
export function checkCertificate(hub: Policies, certificate: X509Certificate | undefined, identity: Identity): AuthResult {
  if (certificate === undefined) return refused('neither a token nor a client certificate');
  const { type, x509Thumbprint } = identity.authentication;
  if (type === 'selfSigned') {
    const got = [certificate.fingerprint, certificate.fingerprint256].map(normalizeThumbprint);
    const wanted = [x509Thumbprint.primaryThumbprint, x509Thumbprint.secondaryThumbprint].filter((t) => t !== null);
    return wanted.some((t) => got.includes(normalizeThumbprint(t))) ? { ok: true } : refused('thumbprint does not match');
  }
  if (type !== 'certificateAuthority') return refused(`authentication type is ${type}, not a certificate`);
  return checkChain(hub, certificate, identity.deviceId);
}

function checkChain(hub: Policies, certificate: X509Certificate, deviceId: string): AuthResult {
  const name = /(?:^|\n)CN=(.*)(?:\n|$)/.exec(certificate.subject)?.[1];
  if (name !== deviceId) return refused("the certificate's common name is not the device id");
  const signed = hub.caCertificates.some((pem) => {
    const ca = new X509Certificate(pem);
    return certificate.checkIssued(ca) && certificate.verify(ca.publicKey);
  });
  if (!signed) return refused('no registered CA signed the certificate');
  const now = hub.now();
  const valid = Date.parse(certificate.validFrom) <= now && now <= Date.parse(certificate.validTo);
  return valid ? { ok: true } : refused('the certificate is out of its time');
}

function checkExpiry(hub: Policies, token: SasToken): AuthResult {
  const expiresAt = token.expiry * 1000;
  return expiresAt > hub.now() ? { ok: true, expiresAt } : refused('the token is expired');
}

function identityPath(identity: Identity): string[] {
  return ['devices', identity.deviceId, ...(identity.moduleId === undefined ? [] : ['modules', identity.moduleId])];
}

function normalizeThumbprint(text: string): string {
  return text.replaceAll(':', '').toUpperCase();
}
