import assert from 'node:assert/strict';
import { KEY, provisioned, provisioning, type GuestOptions } from './provisioning.js';

describe('edge-vm-provision in a Debian root, when a step fails', function () {
  this.timeout(120_000);
  const site = provisioning();
  const { open } = site;

  it('gives up a missing version after five tries, and goes on by itself when the source has it', async () => {
    site.repository.publish(site.keys.good, (_, version) => version !== '1.6.0-1');
    const of = open();
    of.boot();
    const failed = await of.until('the end of the tries', (record) => record.state === 'failed');
    assert.equal(failed.stage, 'runtime');
    assert.equal(failed.attempt, 5);
    assert.equal(failed.code, 'package-not-found');
    assert.match(failed.message ?? '', /Version '1\.6\.0-1' for 'aziot-(edge|identity-service)' was not found/);
    assert.ok(of.records().some((record) => record.state === 'retrying' && record.attempt === 4));
    site.repository.publish(site.keys.good);
    await of.until('the first report', provisioned);
  });

  const rejected: [name: string, options: () => GuestOptions, message: RegExp][] = [
    ['another key than the pinned one', () => ({ source: { keyUrl: site.repository.keyUrl(site.keys.other) } }), /fingerprint [0-9A-F]{40}, expected/],
    ['an inline key that did not sign', () => ({ source: { key: site.keys.other.armoured, keyUrl: '', keyFingerprint: site.keys.other.fingerprint } }), /NO_PUBKEY|not signed/],
  ];
  for (const [name, options, message] of rejected) {
    it(`rejects ${name}`, async () => {
      const of = open(options());
      of.boot();
      const record = await of.until('a retry', ({ state }) => state === 'retrying' || state === 'failed');
      assert.equal(record.stage, 'engine');
      assert.equal(record.code, 'key-rejected');
      assert.match(record.message ?? '', message);
      assert.ok(!of.root.exists('/usr/bin/dockerd'), 'nothing from that source was installed');
    });
  }

  it('says that a source cannot be reached, for the key and for the packages', async () => {
    // Port 1: nobody listens.
    for (const source of [{ keyUrl: 'http://127.0.0.1:1/key.asc' }, { uri: 'http://127.0.0.1:1', key: site.keys.good.armoured }]) {
      const of = open({ source });
      of.boot();
      const record = await of.until('a retry', ({ state }) => state === 'retrying');
      assert.equal(record.code, 'apt-unreachable');
      assert.match(record.message ?? '', /127\.0\.0\.1:1/);
      await of.dispose();
    }
  });

  it('says that the disk is full', async () => {
    const of = open();
    of.boot({ prepare: 'mount -t tmpfs -o size=64k tmpfs $R/var/cache/apt/archives; mkdir $R/var/cache/apt/archives/partial' });
    const record = await of.until('a retry', ({ state }) => state === 'retrying');
    assert.equal(record.code, 'disk-full');
    assert.match(record.message ?? '', /space/);
  });

  it('says that the configuration is refused, without the key that is in it', async () => {
    const of = open({ toml: `# broken\nconnection_string = "HostName=h;SharedAccessKey=${KEY}"\n` });
    of.boot();
    const record = await of.until('the end of the tries', ({ state }) => state === 'failed');
    assert.equal(record.stage, 'config');
    assert.equal(record.code, 'config-rejected');
    assert.equal(record.message, 'error: invalid value for connection_string');
    assert.ok(!of.root.read('/console').includes(KEY));
  });
});
