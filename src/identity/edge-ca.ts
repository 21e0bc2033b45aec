import { createPrivateKey, type KeyObject } from 'node:crypto';
import type { Problem } from '../support/errors.js';
import { readCertificates } from '../spec/formats/pem.js';
import { SecretValue } from './secret.js';

const certificateField = 'spec.edge.edgeCa.certificate';
const keyField = 'spec.edge.edgeCa.key';

/** In the place of a key that nobody has read; it fits every certificate. */
export const UNREAD_KEY = new SecretValue('not read');

/**
 * Whether key and certificate of an edge CA belong together and can be used in the guest; empty where they do. The daemon takes a
 * wrong pair without a word, and downstream devices fail when the first certificate is renewed. No problem shows the key.
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
    ? [{ kind: 'conflict', field: certificateField, message: 'must begin with the certificate of the key; that one comes later' }]
    : [{ kind: 'conflict', field: keyField, message: 'is the key of another certificate than spec.edge.edgeCa.certificate' }];
}

/** The identity service takes RSA and EC keys in PEM (aziot-keys, key_pair.rs), and nobody can tell it a password. */
function readKey(text: string): { key: KeyObject } | { wrong: string } {
  if (/-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m.test(text)) return { wrong: 'is encrypted, and the guest has no password for it; decrypt it: openssl pkey -in FILE' };
  if (/-----BEGIN OPENSSH PRIVATE KEY-----/.test(text)) return { wrong: 'is a key of OpenSSH; a PEM private key is accepted' };
  if (/-----BEGIN (?:CERTIFICATE|PUBLIC KEY)-----/.test(text) && !/PRIVATE KEY-----/.test(text)) return { wrong: 'holds no private key; a PEM private key is accepted' };
  try {
    const key = createPrivateKey(text);
    if (key.asymmetricKeyType === 'rsa' || key.asymmetricKeyType === 'ec') return { key };
    return { wrong: `must be an RSA or EC key; the identity service takes no ${key.asymmetricKeyType ?? 'other one'}` };
  } catch {
    return { wrong: 'must be a private key in PEM, whole from its first to its last line' };
  }
}
