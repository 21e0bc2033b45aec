import './reflect-polyfill.js';
import { webcrypto } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const years = 10;
const crypto = webcrypto;

/** A certificate and its key, as PEM. */
export interface KeyPair {
  cert: string;
  key: string;
}

/** What a certificate says of its holder. */
export interface Subject {
  commonName: string;
  /** Kubernetes reads these as groups. */
  organizations?: readonly string[];
  /** DNS names and IP addresses. */
  names?: readonly { type: 'dns' | 'ip'; value: string }[];
  use: readonly ('server' | 'client')[];
}

/** A certificate authority kept as `<name>.crt` and `<name>.key` in a folder. */
export class Authority {
  readonly certPem: string;
  readonly #cert: x509.X509Certificate;
  readonly #key: webcrypto.CryptoKey;

  private constructor(cert: x509.X509Certificate, key: webcrypto.CryptoKey) {
    this.#cert = cert;
    this.#key = key;
    this.certPem = `${cert.toString('pem')}\n`;
  }

  /** Loads the authority from the folder; if the folder has none, makes it. */
  static async open(folder: string, name: string, commonName: string): Promise<Authority> {
    const files = pairFiles(folder, name);
    if (existsSync(files.cert) && existsSync(files.key)) {
      const der = pemToDer(readFileSync(files.key, 'utf8'));
      const key = await crypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign']);
      return new Authority(new x509.X509Certificate(readFileSync(files.cert, 'utf8')), key);
    }
    const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
    const cert = await x509.X509CertificateGenerator.createSelfSigned({
      ...validity(),
      serialNumber: serialNumber(),
      name: [{ CN: [commonName] }],
      keys,
      signingAlgorithm: algorithm,
      extensions: [
        new x509.BasicConstraintsExtension(true, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign | x509.KeyUsageFlags.digitalSignature, true),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey, false, crypto),
      ],
    }, crypto);
    const authority = new Authority(cert, keys.privateKey);
    writePair(folder, name, { cert: authority.certPem, key: await privatePem(keys.privateKey) });
    return authority;
  }

  /** A new key with a certificate signed by this authority. */
  async issue(subject: Subject): Promise<KeyPair> {
    const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
    const usages = subject.use.map((use) => x509.ExtendedKeyUsage[use === 'server' ? 'serverAuth' : 'clientAuth']);
    const extensions: x509.Extension[] = [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension(usages),
      await x509.AuthorityKeyIdentifierExtension.create(this.#cert.publicKey, false, crypto),
    ];
    if (subject.names?.length) extensions.push(new x509.SubjectAlternativeNameExtension([...subject.names]));
    const cert = await x509.X509CertificateGenerator.create({
      ...validity(),
      serialNumber: serialNumber(),
      subject: [...(subject.organizations ?? []).map((name) => ({ O: [name] })), { CN: [subject.commonName] }],
      issuer: this.#cert.subjectName,
      publicKey: keys.publicKey,
      signingKey: this.#key,
      signingAlgorithm: algorithm,
      extensions,
    }, crypto);
    return { cert: `${cert.toString('pem')}\n`, key: await privatePem(keys.privateKey) };
  }

  /** As `issue`, and keeps the pair in the folder. A pair that is there already stays. */
  async ensure(folder: string, name: string, subject: Subject): Promise<{ cert: string; key: string }> {
    const files = pairFiles(folder, name);
    if (!existsSync(files.cert) || !existsSync(files.key)) writePair(folder, name, await this.issue(subject));
    return files;
  }
}

/** Paths of a pair in a folder. */
export function pairFiles(folder: string, name: string): { cert: string; key: string } {
  return { cert: join(folder, `${name}.crt`), key: join(folder, `${name}.key`) };
}

/** The key that signs ServiceAccount tokens, and its public half in a file of its own, as kube-apiserver wants it. */
export async function ensureSigningKey(files: { key: string; publicKey: string }): Promise<void> {
  if (existsSync(files.key) && existsSync(files.publicKey)) return;
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  writeFileSync(files.key, await privatePem(keys.privateKey), { mode: 0o600 });
  const spki = await crypto.subtle.exportKey('spki', keys.publicKey);
  writeFileSync(files.publicKey, `${x509.PemConverter.encode(spki, 'PUBLIC KEY')}\n`, { mode: 0o600 });
}

function writePair(folder: string, name: string, pair: KeyPair): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const files = pairFiles(folder, name);
  writeFileSync(files.key, pair.key, { mode: 0o600 });
  writeFileSync(files.cert, pair.cert, { mode: 0o600 });
}

// An hour back, for clocks that disagree a little.
function validity(): { notBefore: Date; notAfter: Date } {
  const now = Date.now();
  return { notBefore: new Date(now - 3_600_000), notAfter: new Date(now + years * 365 * 86_400_000) };
}

// A leading 0 bit keeps it positive, as RFC 5280 wants it.
function serialNumber(): string {
  const bytes = Buffer.from(crypto.getRandomValues(new Uint8Array(16)));
  bytes[0] = (bytes[0]! & 0x7f) | 0x01;
  return bytes.toString('hex');
}

async function privatePem(key: webcrypto.CryptoKey): Promise<string> {
  return `${x509.PemConverter.encode(await crypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY')}\n`;
}

function pemToDer(pem: string): ArrayBuffer {
  return x509.PemConverter.decode(pem)[0]!;
}
