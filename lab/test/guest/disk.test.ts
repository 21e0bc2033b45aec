import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cluster, KubeObject, WatchEvent } from 'edge-vm';
import { guestConsole } from '../../src/guest/console.js';
import { diskStore } from '../../src/guest/disk.js';
import { reclaimDisks } from '../../src/guest/reclaim-disks.js';

describe('disks of simulated guests', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'edge-vm-disks-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('keep their content between boots, readable by this user only', () => {
    const disks = diskStore(join(folder, 'disks'));
    const disk = disks.load('a');
    disk.files['/etc/x'] = 'key';
    disks.save('a', disk);
    assert.deepEqual(disks.load('a').files, { '/etc/x': 'key' });
    assert.equal(statSync(join(folder, 'disks', 'a.json')).mode & 0o777, 0o600);
    disks.save(undefined, disk);
    assert.deepEqual(disks.load(undefined).files, {}, 'a VM without a claim starts empty');
  });

  it('are removed with their claims, also if a claim was deleted while nobody watched', async () => {
    const disks = diskStore(folder);
    for (const uid of ['gone', 'kept', 'goes']) disks.save(uid, disks.load(uid));
    const claim = (uid: string): KubeObject => ({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: uid, uid } });
    const events: WatchEvent[] = [
      { type: 'added', object: claim('kept') }, { type: 'added', object: claim('goes') }, { type: 'synced' }, { type: 'deleted', object: claim('goes') },
    ];
    const cluster = { watch: async function* () { yield* events; } } as unknown as Cluster;
    await reclaimDisks(cluster, disks, new AbortController().signal);
    assert.deepEqual(readdirSync(folder), ['kept.json']);
  });

  it('hold the number of the last record, so that a boot after a crash goes on counting', () => {
    const disks = diskStore(folder);
    const seen: number[] = [];
    for (let boot = 0; boot < 2; boot++) {
      const disk = disks.load('a');
      const out = guestConsole((line) => seen.push((JSON.parse(line.slice(line.indexOf('{'))) as { seq: number }).seq), disk, () => disks.save('a', disk), Date.now());
      out.record({ stage: 'report', state: 'ok' });
      out.repeat();
    }
    assert.deepEqual(seen, [1, 2, 3, 4]);
  });
});
