import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseRecords } from '../../src/readiness/records/parse.js';
import { theLab } from '../integration/harness/lab.js';
import type { RunningCli } from '../integration/harness/cli.js';
import { created, openGuest, type Guest } from './support/guest.js';
import { until } from './support/until.js';

// This guest gets its packages under another host name, so that only its mirror is down.
const mirror = 'mirror-of-gw-02.edge-vm.test';

describe('a first boot on which everything goes wrong', () => {
  let mirrorDown: string;
  let guest: Guest;
  let creation: RunningCli;

  before(async () => {
    mirrorDown = join(theLab().folder, 'real-node', 'mirror-down');
    guest = await openGuest('gw-02');
    await guest.remove();
    // It waits through seven boots, which take longer than a test may. The tests set their own limits.
    creation = guest.create(['--apt-mirror', `http://${mirror}/debian`, '--timeout', '90m'], 5_460_000);
  });
  after(async () => {
    rmSync(mirrorDown, { force: true });
    creation?.kill('SIGKILL');
    await guest.remove().finally(guest.close);
  });

  const atWork = (line: string, stage: string): boolean => parseRecords(line).some((record) => record.stage === stage && record.state === 'running');

  /** Cuts the guest's power; KubeVirt starts the next instance. */
  async function cutPower(): Promise<void> {
    const uid = (await guest.instance())?.metadata.uid;
    await guest.kill();
    await until('KubeVirt to start another instance', 180, async () => {
      const now = await guest.instance();
      return now !== undefined && now.metadata.uid !== uid && now.status?.['phase'] === 'Running';
    });
  }

  /** Cuts the power as soon as a step runs; fails if that was too late. */
  async function cutDuring(stage: string): Promise<void> {
    await guest.line(`step ${stage} to be at work`, 400, (line) => atWork(line, stage));
    await guest.pause();
    const last = (await guest.records()).at(-1);
    assert.deepEqual([last?.stage, last?.state], [stage, 'running']);
    await cutPower();
  }

  /** Cuts the power while dpkg unpacks or configures in a step. First it stops dpkg in the middle, so that dpkg cannot end. */
  async function cutDpkg(stage: string): Promise<void> {
    await guest.line(`step ${stage} to be at work`, 400, (line) => atWork(line, stage));
    // As apt calls it; the brackets keep the pattern from matching the shell that looks for it.
    const stop = 'timeout 120 sh -c "until pkill -STOP -f \\"[d]pkg .*--status-fd\\"; do sleep 0.2; done" && echo stopped || :';
    await until('dpkg to be at work', 400, async () => (await guest.shell(stop)) === 'stopped');
    await guest.pause();
    const last = (await guest.records()).at(-1);
    assert.deepEqual([last?.stage, last?.state], [stage, 'running']);
    await cutPower();
  }

  it('survives a power cut while cloud-init is at work', async () => {
    await guest.line('cloud-init to be at work', 300, (line) => /Cloud-init v\. \S+ running 'modules:config'/.test(line));
    await cutPower();
  });

  it('survives a power cut at step clock', () => cutDuring('clock'));

  it('reports that the mirror cannot be reached, and goes on by itself when it can', async () => {
    writeFileSync(mirrorDown, `${mirror}\n`);
    const told = await until('the guest to say what is wrong', 400, async () => {
      const last = (await guest.records()).at(-1);
      return last?.state === 'retrying' && last;
    });
    assert.equal(told.code, 'apt-unreachable');
    const status = await guest.status();
    assert.equal(status.ready, false);
    assert.match(JSON.stringify(status.conditions), /apt-unreachable|cannot be reached|503/);
    rmSync(mirrorDown);
  });

  it('survives a power cut while dpkg installs the engine', () => cutDpkg('engine'));
  it('survives a power cut while dpkg installs the runtime', () => cutDpkg('runtime'));
  it('survives a power cut at step files', () => cutDuring('files'));
  it('survives a power cut at step config', () => cutDuring('config'));

  it('is connected in the end, with all packages whole', async () => {
    const result = created(await creation.done);
    assert.equal(result.stage, 'connected');
    assert.equal(await guest.shell('dpkg --audit'), '');
    assert.equal(await guest.shell('docker inspect --format "{{.State.Running}}" edgeAgent'), 'true');
  });
});
