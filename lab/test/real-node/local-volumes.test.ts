import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubeObject } from 'edge-vm';
import { fillLocalDisk } from '../../src/real-node/local-volumes.js';

describe('a disk of class lab-local', () => {
  const folder = mkdtempSync(join(tmpdir(), 'edge-vm-volumes-'));
  const guestDisk = join(folder, 'guest.raw');
  const claim = (storageClassName: string): KubeObject => ({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'disk', uid: 'u1' }, spec: { storageClassName } });
  const fill = (url: string, bytes: number, storageClassName = 'lab-local'): ReturnType<typeof fillLocalDisk> => fillLocalDisk({ volumes: folder, guestDisk }, claim(storageClassName), { kind: 'registry', url }, bytes);

  before(() => {
    writeFileSync(guestDisk, '');
    truncateSync(guestDisk, 4096);
    mkdirSync(join(folder, 'u1'));
  });
  after(() => rmSync(folder, { recursive: true }));

  it('is refused if the image does not fit, rather than cut off', async () => {
    const problem = await fill('docker://quay.io/containerdisks/debian:12', 4095);
    assert.match(problem?.message ?? '', /Virtual image size 4096 is larger than the reported available storage 4095/);
    assert.deepEqual(readdirSync(join(folder, 'u1')), []);
  });

  it('is refused for an image that the lab does not have', async () => {
    assert.match((await fill('docker://quay.io/containerdisks/ubuntu:24.04', 1 << 30))?.message ?? '', /Debian 12 only/);
  });

  it('of another class is left alone', async () => {
    assert.equal(await fill('docker://x/debian:12', 1, 'lab-disk'), undefined);
    assert.deepEqual(readdirSync(join(folder, 'u1')), []);
  });
});
