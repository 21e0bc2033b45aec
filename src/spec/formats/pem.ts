import { X509Certificate } from 'node:crypto';

const certificate = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;

/** True when the text holds a private key of any kind (PEM or OpenPGP). */
export function holdsPrivateKey(text: string): boolean {
  return /-----BEGIN [A-Z0-9 ]*PRIVATE KEY( BLOCK)?-----/.test(text);
}

/**
 * The certificates of a PEM text, or its problem. Text between the blocks is allowed (bundles have
 * comments); private keys and control characters are not.
 */
export function readCertificates(text: string): { certificates: X509Certificate[] } | { wrong: string } {
  if (holdsPrivateKey(text)) return { wrong: 'must hold certificates only; this text holds a private key' };
  if (/[^\t\r\n\u0020-\u007e]/.test(text.replace(/^\uFEFF/, ''))) return { wrong: 'must be PEM, which is ASCII text' };
  const blocks = text.match(certificate) ?? [];
  const begins = text.split('-----BEGIN ').length - 1;
  if (blocks.length === 0 || begins !== blocks.length) return { wrong: 'must be one or more PEM certificates (-----BEGIN CERTIFICATE-----)' };
  const certificates: X509Certificate[] = [];
  for (const [index, block] of blocks.entries()) {
    try {
      certificates.push(new X509Certificate(block));
    } catch {
      return { wrong: `must be PEM certificates, number ${index + 1} cannot be read` };
    }
  }
  return { certificates };
}
