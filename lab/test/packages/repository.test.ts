import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeRepository } from '../../src/packages/repository.js';
import { leaveOut } from '../support/leave-out.js';

const missing = ['apt-ftparchive', 'gpg', 'dpkg-deb'].filter((name) => !existsSync(`/usr/bin/${name}`));

describe('the repository of aziot-edge', function () {
  this.timeout(60_000);
  const folder = mkdtempSync(join(tmpdir(), 'edge-vm-repository-'));
  const options = { packages: join(folder, 'debs'), folder: join(folder, 'repository'), keyFile: join(folder, 'key.asc'), secretKeyFile: join(folder, 'secret.asc') };

  before(function () {
    if (missing.length > 0) leaveOut(this, `not installed: ${missing.join(', ')}`);
  });
  after(() => rmSync(folder, { recursive: true }));

  function addPackage(version: string): void {
    const root = join(folder, 'root');
    mkdirSync(join(root, 'DEBIAN'), { recursive: true });
    mkdirSync(options.packages, { recursive: true });
    writeFileSync(join(root, 'DEBIAN/control'), `Package: aziot-edge\nVersion: ${version}\nArchitecture: all\nMaintainer: a <a@b.test>\nDescription: x\n`);
    execFileSync('dpkg-deb', ['--root-owner-group', '--build', root, join(options.packages, `aziot-edge_${version}_all.deb`)], { stdio: 'ignore' });
  }

  it('refuses a folder without packages', async () => {
    await assert.rejects(makeRepository(options), /holds no \.deb files/);
  });

  it('lists every version and keeps its key when it is made again', async () => {
    addPackage('1.0-1');
    await makeRepository(options);
    const key = readFileSync(options.keyFile, 'utf8');
    addPackage('1.1-1');
    await makeRepository(options);
    assert.equal(readFileSync(options.keyFile, 'utf8'), key);
    assert.deepEqual(readFileSync(join(options.folder, 'Packages'), 'utf8').match(/^Version: .*/gm)?.sort(), ['Version: 1.0-1', 'Version: 1.1-1']);
    const keyring = join(folder, 'ring.gpg');
    execFileSync('gpg', ['--batch', '--yes', '--dearmor', '-o', keyring, options.keyFile], { stdio: 'ignore' });
    execFileSync('gpgv', ['--keyring', keyring, join(options.folder, 'InRelease')], { stdio: 'ignore' });
  });
});
