import assert from 'node:assert/strict';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, get } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeKubeconfig } from '../../src/control-plane/kubeconfig.js';
import { ensureKubernetesPki, kubernetesPki } from '../../src/control-plane/kubernetes-pki.js';
import { Authority } from '../../src/control-plane/pki.js';

describe('certificates of the lab', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'edge-vm-pki-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('names user and groups as Kubernetes reads them, for ten years', async () => {
    const authority = await Authority.open(folder, 'ca', 'test authority');
    const { cert, key } = await authority.issue({ commonName: 'ann', organizations: ['devs', 'ops'], use: ['client'] });
    const parsed = new X509Certificate(cert);
    assert.equal(parsed.verify(new X509Certificate(authority.certPem).publicKey), true);
    assert.equal(parsed.checkPrivateKey(createPrivateKey(key)), true);
    assert.match(parsed.subject, /O=devs\nO=ops\nCN=ann/);
    assert.equal(parsed.ca, false);
    assert.ok(Date.parse(parsed.validTo) - Date.now() > 9 * 365 * 86_400_000);
  });

  it('is loaded again by a later run, and signs what the first one trusts', async () => {
    const first = await Authority.open(folder, 'ca', 'test authority');
    const again = await Authority.open(folder, 'ca', 'another name');
    assert.equal(again.certPem, first.certPem);
    const server = await again.issue({ commonName: 'hub', use: ['server'], names: [{ type: 'dns', value: 'lab-hub.edge-vm.test' }] });
    const listening = createServer(server, (_request, response) => response.end('ok')).listen(0, '127.0.0.1');
    await new Promise((resolve) => listening.once('listening', resolve));
    try {
      const call = (servername: string): Promise<number | undefined> => new Promise((resolve, reject) => {
        get({ host: '127.0.0.1', port: (listening.address() as AddressInfo).port, servername, ca: first.certPem, agent: false }, (response) => {
          response.resume();
          resolve(response.statusCode);
        }).on('error', reject);
      });
      assert.equal(await call('lab-hub.edge-vm.test'), 200);
      await assert.rejects(call('other.test'), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
    } finally {
      listening.close();
    }
  });

  it('makes all of the control plane once, readable by this user only', async () => {
    const pki = join(folder, 'kubernetes');
    await ensureKubernetesPki(pki);
    const files = kubernetesPki(pki);
    const before = readFileSync(files.server.cert, 'utf8');
    await ensureKubernetesPki(pki);
    assert.equal(readFileSync(files.server.cert, 'utf8'), before);
    assert.match(new X509Certificate(before).subjectAltName ?? '', /IP Address:127\.0\.0\.1/);
    for (const file of [files.ca.key, files.server.key, files.admin.key, files.tokens.key]) assert.equal(statSync(file).mode & 0o077, 0, file);
    assert.match(new X509Certificate(readFileSync(files.admin.cert)).subject, /O=system:masters/);
  });

  it('goes into a kubeconfig that holds everything, mode 0600', () => {
    const file = join(folder, 'configs', 'ann');
    writeKubeconfig(file, { server: 'https://127.0.0.1:1', ca: 'CA', user: { token: 't' }, namespace: 'edge' });
    const config = JSON.parse(readFileSync(file, 'utf8')) as { contexts: { context: object }[]; clusters: { cluster: object }[]; users: { user: object }[] };
    assert.deepEqual(config.clusters[0]!.cluster, { server: 'https://127.0.0.1:1', 'certificate-authority-data': 'Q0E=' });
    assert.deepEqual(config.contexts[0]!.context, { cluster: 'edge-vm-lab', user: 'edge-vm-lab', namespace: 'edge' });
    assert.deepEqual(config.users[0]!.user, { token: 't' });
    assert.equal(statSync(file).mode & 0o777, 0o600);
  });
});
