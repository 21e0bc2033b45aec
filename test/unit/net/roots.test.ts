import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { trusted, trustedRoots } from '../../../src/net/roots.js';
import { certificateFor } from '../hub/tls.js';

describe('what is trusted where no CA is given', () => {
  let folder: string;
  const own = certificateFor('ca.corp.example').cert.trim();
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'edge-vm-roots-'));
    mkdirSync(join(folder, 'certs'));
    writeFileSync(join(folder, 'own.pem'), `# corp\n${own}\n`);
    writeFileSync(join(folder, 'public.pem'), tls.rootCertificates.slice(0, 3).join('\n'));
    writeFileSync(join(folder, 'certs', 'own.crt'), own);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));
  const added = (env: Record<string, string>, more?: string): unknown[] => {
    const ca = trustedRoots(env, more) ?? [];
    return ca.slice(tls.rootCertificates.length);
  };

  it('is what Node.js trusts, and what SSL_CERT_FILE, SSL_CERT_DIR and NODE_EXTRA_CA_CERTS add', () => {
    assert.deepEqual(added({ SSL_CERT_FILE: join(folder, 'own.pem') }), [own]);
    assert.deepEqual(added({ SSL_CERT_FILE: join(folder, 'public.pem'), SSL_CERT_DIR: join(folder, 'certs') }), [own]);
    assert.deepEqual(added({ SSL_CERT_FILE: join(folder, 'public.pem'), NODE_EXTRA_CA_CERTS: join(folder, 'own.pem') }), [own]);
    assert.deepEqual(added({ SSL_CERT_FILE: join(folder, 'public.pem') }, own), [own]);
  });

  it('costs nothing where nothing is added: Node.js has its own list ready', () => {
    assert.deepEqual(trusted({}, { SSL_CERT_FILE: join(folder, 'public.pem') }), {});
    assert.deepEqual(trusted({}, { SSL_CERT_FILE: join(folder, 'none'), SSL_CERT_DIR: join(folder, 'none') }), {});
  });

  it('is read once for all connections', () => {
    const env = { SSL_CERT_FILE: join(folder, 'own.pem') };
    const context = (): unknown => trusted<{ servername: string; secureContext?: tls.SecureContext }>({ servername: 'x' }, env).secureContext;
    assert.ok(context() !== undefined && context() === context());
  });

  it('is the CA that is given, where one is', () => {
    const given = { ca: 'PEM' };
    assert.equal(trusted(given, { SSL_CERT_FILE: join(folder, 'own.pem') }), given);
    const unchecked = { rejectUnauthorized: false };
    assert.equal(trusted(unchecked, { SSL_CERT_FILE: join(folder, 'own.pem') }), unchecked);
  });
});
