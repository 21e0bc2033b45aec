import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SecretValue } from '../../src/identity/secret.js';
import { buildUserData } from '../../src/render/cloud-config/index.js';
import type { AptSource, EdgeSpec, GuestSpec } from '../../src/spec/types.js';
import { aptRepository } from './apt-repository.js';
import type { AptRepository } from './apt-repository.js';
import { openRoot, whyNoRoot } from './debian-root.js';
import { makeKey, stopAgent } from './gpg.js';
import type { GpgKey } from './gpg.js';
import { guestWith } from './provisioned-guest.js';
import type { Guest } from './provisioned-guest.js';
import type { StageRecord } from './stage-record.js';

const KEY = 'Y2FuYXJ5LWNhbmFyeS1jYW5hcnktY2FuYXJ5LWNhbmE=';
const STEPS = ['clock', 'engine', 'runtime', 'files', 'config'];

describe('edge-vm-provision in a Debian root', function () {
  this.timeout(120_000);
  let folder: string;
  let keys: { good: GpgKey; other: GpgKey };
  let repository: AptRepository;
  let guest: Guest | undefined;

  before(async function () {
    // Its first use makes the root.
    this.timeout(300_000);
    const reason = whyNoRoot();
    if (reason !== undefined) {
      console.error(`      skipped: ${reason}`);
      this.skip();
    }
    openRoot().dispose();
    folder = mkdtempSync(join(tmpdir(), 'edge-vm-apt-'));
    keys = { good: makeKey(folder, 'good', 'ed25519'), other: makeKey(folder, 'other', 'ed25519') };
    repository = await aptRepository(folder);
  });
  beforeEach(() => { repository.publish(keys.good); });
  afterEach(async () => {
    await guest?.dispose();
    guest = undefined;
  });
  after(async () => {
    if (folder === undefined) return;
    await repository.close();
    for (const key of Object.values(keys)) stopAgent(key);
    rmSync(folder, { recursive: true, force: true });
  });

  interface Options {
    source?: Partial<AptSource>;
    guest?: Partial<GuestSpec>;
    edge?: Partial<EdgeSpec>;
    toml?: string;
  }

  function open(options: Options = {}): Guest {
    const edgeSource: AptSource = { uri: repository.uri, suite: './', keyUrl: repository.keyUrl(keys.good), keyFingerprint: keys.good.fingerprint, ...options.source };
    guest = guestWith(buildUserData({
      apiVersion: 'edge-vm.io/v1alpha1',
      kind: 'EdgeDevice',
      metadata: { name: 'gw-01' },
      spec: {
        identity: {},
        vm: { template: 'debian-12', architecture: 'amd64', disk: { size: '20Gi' }, consoleLog: true, readinessProbe: 'exec' },
        guest: { engine: 'moby', user: 'edge', apt: { edgeSource }, docker: { mtu: 1450 }, ...options.guest },
        edge: { version: '1.6.0-1', identityServiceVersion: '1.6.0-1', ...options.edge },
      },
    }, {
      configToml: new SecretValue(options.toml ?? `[provisioning]\nconnection_string = "HostName=h;DeviceId=d;SharedAccessKey=${KEY}"\n`),
      files: [{ path: '/var/aziot/secrets/edge-ca.key.pem', owner: 'aziotks:aziotks', mode: '0600', content: new SecretValue('PRIVATE') }],
    }).reveal());
    return guest;
  }

  const provisioned = (record: StageRecord): boolean => record.stage === 'report';

  /** What a device must look like in the end, whatever happened on the way. */
  function assertProvisioned(of: Guest): void {
    const state = of.root.run(['sh', '-c', `
      dpkg-query -W -f '\${Package} \${Version} \${db:Status-Status}\\n' moby-engine moby-cli aziot-edge aziot-identity-service qemu-guest-agent
      apt-mark showhold
      stat -c '%n %a %U %G' /etc/aziot/config.toml /var/aziot/secrets/edge-ca.key.pem
      cmp /etc/edge-vm/config.toml /etc/aziot/config.toml && sort -u /stub/applied
      dpkg --audit; cat /stub/network`]);
    assert.equal(state.output, [
      'aziot-edge 1.6.0-1 installed', 'aziot-identity-service 1.6.0-1 installed', 'moby-cli 27.0.1-1 installed', 'moby-engine 27.0.1-1 installed', 'qemu-guest-agent 1:7.2-1 installed',
      'aziot-edge', 'aziot-identity-service', 'moby-cli', 'moby-engine',
      '/etc/aziot/config.toml 600 root root', '/var/aziot/secrets/edge-ca.key.pem 600 aziotks aziotks',
      'applied', 'network create --driver bridge --opt com.docker.network.driver.mtu=1450 azure-iot-edge', '',
    ].join('\n'));
    assert.match(of.root.read('/var/lib/edge-vm/provisioned'), /^\d{4}-/);
  }

  it('goes all the way, and then reports health, connection and versions', async () => {
    const of = open();
    of.root.write('/stub/agent.log', '<6> [INF] - Edge agent connected to IoT Hub via Amqp_Tcp_Only.\n');
    of.boot();
    const report = await of.until('the first report', provisioned);
    await of.kill();
    assertProvisioned(of);
    const steps = of.records().filter((record) => record.stage !== 'report');
    assert.deepEqual(steps.map((record) => `${record.stage} ${record.state}`), STEPS.flatMap((step) => [`${step} running`, `${step} ok`]));
    assert.deepEqual(Object.keys(report.done).sort(), STEPS.toSorted());
    assert.deepEqual(report.health, { engine: 'ok', edged: 'ok', agent: 'ok' });
    assert.deepEqual(report.agent, { connected: true });
    assert.deepEqual(report.versions, { engine: '27.0.1-1', edge: '1.6.0-1', identity: '1.6.0-1' });
    assert.ok(!of.root.read('/console').includes(KEY));
    assert.equal(of.root.run(['/usr/local/sbin/edge-vm-probe']).status, 0);
  });

  it("installs the distribution's engine with `docker`", async () => {
    const of = open({ guest: { engine: 'docker' } });
    // The stand-in for the distribution's own archive.
    of.root.write('/etc/apt/sources.list', `deb [trusted=yes] ${repository.uri}/distribution ./\n`);
    of.boot();
    const report = await of.until('the first report', provisioned);
    assert.equal(report.versions['engine'], '20.10.24-1');
  });

  it('tells what the daemons say when the hub refuses the key', async () => {
    const of = open();
    of.root.write('/stub/journal', '2026-01-01T00:00:00Z [INFO] - --> 404 {"content-type": "application/json"}\n2026-01-01T00:00:00Z [ERR!] - hub client error: HTTP 401 Unauthorized\n');
    of.boot();
    const report = await of.until('the first report', provisioned);
    assert.equal(report.agent?.connected, false);
    assert.equal(report.agent.code, 'unauthorized');
    assert.match(report.agent.message ?? '', /401 Unauthorized/);
  });

  it('comes to the same end after a kill -9 at every point', async () => {
    const of = open();
    const env = { STUB_SLOW: '1' };
    const inScripts = ['engine-preinst', 'engine-postinst', 'identity-postinst', 'edge-preinst', 'edge-postinst', 'apply'];
    for (const step of STEPS) {
      const seen = of.records().length;
      of.boot({ env });
      await of.untilTrue(`step ${step}`, () => of.records().slice(seen).some((record) => record.stage === step && record.state === 'running') || inScripts.some((name) => of.root.exists(`/stub/at-${name}`)));
      await of.kill();
    }
    const met: string[] = [];
    while (!of.root.exists('/var/lib/edge-vm/provisioned')) {
      of.boot({ env });
      // Each point stops its first visitor only, so each boot gets further, or is killed at a new one.
      await of.untilTrue('the next point', () => inScripts.some((name) => !met.includes(name) && of.root.exists(`/stub/at-${name}`)) || of.root.exists('/var/lib/edge-vm/provisioned'));
      met.push(...inScripts.filter((name) => !met.includes(name) && of.root.exists(`/stub/at-${name}`)));
      await of.kill();
    }
    assert.deepEqual(met.toSorted(), inScripts.toSorted());
    assertProvisioned(of);
    const numbers = of.records().map((record) => record.seq);
    assert.deepEqual(numbers, [...numbers].sort((a, b) => a - b), 'numbers count up over all boots');
    of.boot();
    await of.until('the first report', provisioned);
  });

  it('gives a missing version up after five tries, and mends itself once the source has it', async () => {
    repository.publish(keys.good, (_, version) => version !== '1.6.0-1');
    const of = open();
    of.boot();
    const failed = await of.until('the end of the tries', (record) => record.state === 'failed');
    assert.equal(failed.stage, 'runtime');
    assert.equal(failed.attempt, 5);
    assert.equal(failed.code, 'package-not-found');
    assert.match(failed.message ?? '', /Version '1\.6\.0-1' for 'aziot-(edge|identity-service)' was not found/);
    assert.ok(of.records().some((record) => record.state === 'retrying' && record.attempt === 4));
    repository.publish(keys.good);
    await of.until('the first report', provisioned);
  });

  const rejected: [name: string, options: () => Options, message: RegExp][] = [
    ['another key than the pinned one', () => ({ source: { keyUrl: repository.keyUrl(keys.other) } }), /fingerprint [0-9A-F]{40}, expected/],
    ['an inline key that did not sign', () => ({ source: { key: keys.other.armoured, keyUrl: '', keyFingerprint: keys.other.fingerprint } }), /NO_PUBKEY|not signed/],
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
    for (const source of [{ keyUrl: 'http://127.0.0.1:1/key.asc' }, { uri: 'http://127.0.0.1:1', key: keys.good.armoured }]) {
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
