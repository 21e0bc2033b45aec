import { createPrivateKey, type KeyObject } from 'node:crypto';
import type { Problem } from '../support/errors.js';
import { readCertificates } from '../spec/formats/pem.js';
import { SecretValue } from './secret.js';

const certificateField = 'spec.edge.edgeCa.certificate';
const keyField = 'spec.edge.edgeCa.key';

/** Stands for a key that was not read; it fits every certificate. */
export const UNREAD_KEY = new SecretValue('not read');

/**
 * Problems of an edge CA: key and certificate do not belong together, or the guest cannot use them. The daemon accepts a
 * wrong pair and reports nothing; downstream devices fail later, when it renews the first certificate. No problem shows the key.
 */
export function edgeCaProblems(certificate: string, key: SecretValue): Problem[] {
  if (key === UNREAD_KEY) return [];
  const read = readKey(key.reveal());
  if ('wrong' in read) return [{ kind: 'invalid', field: keyField, message: read.wrong }];
  const chain = readCertificates(certificate);
  if ('wrong' in chain) return [{ kind: 'invalid', field: certificateField, message: chain.wrong }];
  const [first, ...others] = chain.certificates;
  if (first!.checkPrivateKey(read.key)) return [];
  return others.some((one) => one.checkPrivateKey(read.key))
    ? [{ kind: 'conflict', field: certificateField, message: 'must begin with the certificate of the key; here that certificate comes later' }]
    : [{ kind: 'conflict', field: keyField, message: 'is not the key of spec.edge.edgeCa.certificate' }];
}

/** The identity service accepts RSA and EC keys in PEM (aziot-keys, key_pair.rs). It has no way to get a password. */
function readKey(text: string): { key: KeyObject } | { wrong: string } {
  if (/-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m.test(text)) return { wrong: 'is encrypted, and the guest has no password for it; decrypt it: openssl pkey -in FILE' };
  if (/-----BEGIN OPENSSH PRIVATE KEY-----/.test(text)) return { wrong: 'is a key of OpenSSH; a PEM private key is accepted' };
  if (/-----BEGIN (?:CERTIFICATE|PUBLIC KEY)-----/.test(text) && !/PRIVATE KEY-----/.test(text)) return { wrong: 'holds no private key; a PEM private key is accepted' };
  try {
    const key = createPrivateKey(text);
    if (key.asymmetricKeyType === 'rsa' || key.asymmetricKeyType === 'ec') return { key };
    return { wrong: `must be an RSA or EC key; the identity service does not accept ${key.asymmetricKeyType ?? 'others'}` };
  } catch {
    return { wrong: 'must be a private key in PEM, complete from its first to its last line' };
  }
}
