import assert from 'node:assert/strict';
import { STAGES, type DeviceResult } from '../../src/readiness/types.js';
import { openHub, type TestHub } from '../integration/harness/hub.js';
import { virtctl } from '../integration/harness/programs.js';
import { created, openGuest, type Guest } from './support/guest.js';
import { until } from './support/until.js';

interface Reported {
  lastDesiredStatus?: { code?: number };
  version?: { version?: string };
}

describe('a device whose guest really boots', () => {
  let guest: Guest;
  let hub: TestHub;
  let result: DeviceResult;

  before(async () => {
    guest = await openGuest('gw-01');
    hub = openHub();
    await guest.remove();
    result = created(await guest.create().done);
  });
  after(async () => {
    await hub.close();
    await guest.remove().finally(guest.close);
  });

  const reported = async (): Promise<Reported> => {
    const { body } = await hub.send('GET', '/twins/gw-01/modules/%24edgeAgent?api-version=2021-04-12');
    return ((body as { properties?: { reported?: Reported } }).properties?.reported ?? {});
  };

  it('comes up through every stage to connected', () => {
    assert.equal(result.ready, true);
    assert.deepEqual(Object.keys(result.seconds), STAGES.slice(0, STAGES.indexOf('connected') + 1));
    assert.equal(result.vm.node, 'real-1');
    assert.equal(result.edge.code, 417, 'connected without a deployment is healthy');
  });

  it('writes its stage records step by step', async () => {
    const records = await guest.records();
    const numbers = records.map(({ seq }) => seq);
    assert.deepEqual(numbers, numbers.toSorted((a, b) => a - b), 'the count goes up');
    const steps = [...new Set(records.filter(({ state }) => state === 'ok').map(({ stage }) => stage))];
    assert.deepEqual(steps.slice(0, 5), ['clock', 'engine', 'runtime', 'files', 'config']);
    assert.equal(records.at(-1)?.versions?.edge, '1.6.0-1');
  });

  it('has the lab hub\'s name, its certificate authority and the clock right', async () => {
    assert.equal(await guest.shell('curl -s -o /dev/null -w "%{ssl_verify_result} %{remote_port}" https://lab-hub.edge-vm.test/'), '0 443');
    for (const port of [8883, 5671]) {
      assert.match(await guest.shell(`openssl s_client -connect lab-hub.edge-vm.test:${port} -verify_return_error </dev/null 2>&1 || :`), /Verify return code: 0 \(ok\)/, `port ${port}`);
    }
    assert.equal(await guest.shell('timedatectl show -p NTPSynchronized --value'), 'yes');
    const off = Math.abs(Number(await guest.shell('date +%s')) - Date.now() / 1000);
    assert.ok(off < 30, `the guest's clock is ${off} s off`);
  });

  it('says everywhere that its runtime is a stand-in', async () => {
    assert.match(await guest.shell('iotedge version'), /stand-in/);
    assert.match((await reported()).version?.version ?? '', /stand-in/);
  });

  it('answers the commands of the runtime, as far as the stand-in has them', async () => {
    assert.match(await guest.shell('iotedge list'), /^edgeAgent\s+running\s/m);
    assert.match(await guest.shell('iotedge system status'), /^\s*aziot-edged\s+active$/m);
    const { checks } = JSON.parse(await guest.shell('iotedge check -o json')) as { checks: Record<string, { result: string }> };
    assert.ok(Object.keys(checks).length > 0 && Object.values(checks).every(({ result }) => result === 'ok'), JSON.stringify(checks));
    assert.match(await guest.shell('cd /tmp && iotedge support-bundle && tar tf support_bundle.tar'), /logs\/iotedged\.txt/);
  });

  it('holds the packages, and an unattended upgrade leaves them alone', async () => {
    const held = (await guest.shell('apt-mark showhold')).split('\n');
    for (const name of ['aziot-edge', 'aziot-identity-service', 'docker.io']) assert.ok(held.includes(name), `${name} is held`);
    const candidate = await guest.shell('apt-cache policy aziot-edge');
    assert.match(candidate, /1\.6\.1-1/, 'the repository offers a later version');
    const upgrade = await guest.shell('apt-get -s dist-upgrade');
    assert.doesNotMatch(upgrade, /^Inst (aziot|docker\.io)/m);
  });

  it('is ready only while the runtime runs', async () => {
    await until('the probe to succeed', 120, async () => (await guest.ready()) === 'True');
    await guest.shell('systemctl stop aziot-edged');
    // Eight failures, 15 s apart, before the instance counts as not ready.
    await until('the probe to fail', 240, async () => (await guest.ready()) === 'False');
    await guest.shell('systemctl start aziot-edged');
    await until('the probe to succeed again', 180, async () => (await guest.ready()) === 'True');
  });

  it('reports 406 when it is stopped in order, and comes back from its disk without a new install', async () => {
    const before = await guest.shell('cat /etc/machine-id; dpkg-query -W -f "\\${Package} \\${Version}\\n" | sha256sum; stat -c %Y /var/lib/dpkg/status');
    const boot = (await guest.records()).at(-1)?.boot;
    await virtctl(['stop', 'gw-01']);
    await until('the instance to be gone', 240, async () => (await guest.instance()) === undefined);
    assert.equal((await reported()).lastDesiredStatus?.code, 406, 'the runtime had the time to say good-bye');
    const stopped = await guest.status();
    assert.equal(stopped.ready, false);
    await virtctl(['start', 'gw-01']);
    const back = await until('the device to be connected again', 480, async () => {
      const now = await guest.status();
      return now.ready && now;
    });
    assert.equal(back.stage, 'connected');
    const records = await guest.records();
    assert.notEqual(records.at(-1)?.boot, boot);
    assert.ok(!records.some(({ stage, state }) => stage !== 'report' && state === 'running'), 'no step was done again');
    assert.equal(records.at(-1)?.done.config, 0, 'done in an earlier boot');
    assert.equal(await guest.shell('cat /etc/machine-id; dpkg-query -W -f "\\${Package} \\${Version}\\n" | sha256sum; stat -c %Y /var/lib/dpkg/status'), before);
  });
});
