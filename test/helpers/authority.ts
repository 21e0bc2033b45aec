import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Certificates and keys of a site, PEM. Made here: no key is kept in a file of this repository. */
export interface SiteCertificates {
  /** A root, and what it issued: an edge CA, and a certificate that is no CA. */
  root: string;
  edgeCa: string;
  edgeCaKey: string;
  leaf: string;
  leafKey: string;
  /** Of no certificate. */
  otherKey: string;
  /** The edge CA's key with a password, in both of its forms. */
  encryptedKeys: string[];
  /** The edge CA's key in the older form. */
  sec1Key: string;
  ed25519Key: string;
}

let made: SiteCertificates | undefined;

/** One set for all tests of a process, valid for ten days. */
export function siteCertificates(): SiteCertificates {
  made ??= make();
  return made;
}

function make(): SiteCertificates {
  const folder = mkdtempSync(join(tmpdir(), 'edge-vm-site-'));
  const file = (name: string): string => join(folder, name);
  const text = (name: string): string => readFileSync(file(name), 'utf8');
  const openssl = (...args: string[]): void => void execFileSync('openssl', args, { stdio: 'ignore' });
  const key = (name: string, algorithm = 'EC'): void => openssl('genpkey', '-algorithm', algorithm, ...(algorithm === 'EC' ? ['-pkeyopt', 'ec_paramgen_curve:P-256'] : []), '-out', file(`${name}.key`));
  const issue = (name: string, basic: string): void => {
    key(name);
    writeFileSync(file('extensions'), `basicConstraints=critical,${basic}\n`);
    openssl('req', '-new', '-key', file(`${name}.key`), '-subj', `/CN=edge-vm test ${name}`, '-out', file('csr'));
    openssl('x509', '-req', '-in', file('csr'), '-CA', file('root.pem'), '-CAkey', file('root.key'), '-CAcreateserial', '-days', '10', '-extfile', file('extensions'), '-out', file(`${name}.pem`));
  };
  try {
    key('root');
    openssl('req', '-x509', '-new', '-key', file('root.key'), '-subj', '/CN=edge-vm test root', '-days', '10', '-addext', 'basicConstraints=critical,CA:TRUE', '-out', file('root.pem'));
    issue('edge-ca', 'CA:TRUE');
    issue('leaf', 'CA:FALSE');
    key('other');
    key('odd', 'ED25519');
    openssl('pkcs8', '-topk8', '-in', file('edge-ca.key'), '-passout', 'pass:x', '-out', file('pkcs8'));
    openssl('ec', '-in', file('edge-ca.key'), '-aes128', '-passout', 'pass:x', '-out', file('old'));
    openssl('ec', '-in', file('edge-ca.key'), '-out', file('sec1'));
    return {
      root: text('root.pem'), edgeCa: text('edge-ca.pem'), edgeCaKey: text('edge-ca.key'), leaf: text('leaf.pem'), leafKey: text('leaf.key'), otherKey: text('other.key'),
      encryptedKeys: [text('pkcs8'), text('old')], sec1Key: text('sec1'), ed25519Key: text('odd.key'),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
