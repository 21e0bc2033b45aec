import assert from 'node:assert/strict';
import type { Guest } from './provisioned-guest.js';
import { KEY, provisioned, provisioning, STEPS } from './provisioning.js';

describe('edge-vm-provision in a Debian root', function () {
  this.timeout(120_000);
  const site = provisioning();
  const { open } = site;

  /** What a device must look like in the end, after any kill on the way. */
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

  it('does all steps, and then reports health, connection and versions', async () => {
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
    of.root.write('/etc/apt/sources.list', `deb [trusted=yes] ${site.repository.uri}/distribution ./\n`);
    of.boot();
    const report = await of.until('the first report', provisioned);
    assert.equal(report.versions['engine'], '20.10.24-1');
  });

  it('reports what the daemons say if the hub refuses the key', async () => {
    const of = open();
    of.root.write('/stub/journal', [
      '2026-01-01T00:00:00Z [INFO] - --> 404 {"content-type": "application/json"}',
      '2026-01-01T00:00:00Z [ERR!] - Failed to provision with IoT Hub, and no valid device backup was found: Hub client error',
      '2026-01-01T00:00:00Z [ERR!] - service encountered an error', '2026-01-01T00:00:00Z [ERR!] - caused by: Hub client error',
      '2026-01-01T00:00:00Z [ERR!] - caused by: ErrorCode:IotHubUnauthorizedAccess;Unauthorized', '2026-01-01T00:00:00Z [ERR!] -    0: <unknown>', '   1: <unknown>', '',
    ].join('\n'));
    of.boot();
    const report = await of.until('the first report', provisioned);
    assert.equal(report.agent?.connected, false);
    assert.equal(report.agent.code, 'unauthorized');
    assert.equal(report.agent.message, 'ErrorCode:IotHubUnauthorizedAccess;Unauthorized');
  });

  it('has the same result after a kill -9 at every point', async () => {
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
      // Each point stops only the first run that gets there. So each boot gets further, or is killed at a new point.
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
});
