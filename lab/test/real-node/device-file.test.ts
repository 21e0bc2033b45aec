import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { parseDevices, validateDevice, withDefaults } from 'edge-vm';
import { writeDeviceFile } from '../../src/real-node/device-file.js';

describe('writeDeviceFile', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'edge-vm-device-file-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('writes a device that edge-vm takes, with certificate and key in it', () => {
    const file = join(folder, 'device.yaml');
    const certificate = `${rootCertificates[0]}\n`;
    // The smallest packet of a public key, version 4.
    const key = '-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nxgIEAA==\n-----END PGP PUBLIC KEY BLOCK-----\n';
    writeFileSync(join(folder, 'ca.crt'), certificate);
    writeFileSync(join(folder, 'key.asc'), key);
    writeDeviceFile({ file, hubCa: join(folder, 'ca.crt'), repositoryKey: join(folder, 'key.asc') });
    rmSync(join(folder, 'ca.crt'));
    const [input] = parseDevices(readFileSync(file, 'utf8'), file);
    const device = withDefaults({ ...input!, metadata: { name: 'gw-01' } });
    assert.deepEqual(validateDevice(device), []);
    assert.deepEqual(device.spec.guest.caCertificates, [certificate]);
    assert.equal(device.spec.guest.apt?.edgeSource?.key, key);
    assert.deepEqual(device.spec.vm.nodeSelector, { 'edge-vm.io/real': 'true' });
  });
});
