import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { theLab } from '../integration/harness/lab.js';
import type { RunningCli } from '../integration/harness/cli.js';
import { created, openGuest, until, type Guest } from './support/guest.js';

describe('a first boot on which everything goes wrong', () => {
  let mirrorDown: string;
  let guest: Guest;
  let creation: RunningCli;

  before(async () => {
    mirrorDown = join(theLab().folder, 'real-node', 'mirror-down');
    guest = await openGuest('gw-02');
    await guest.remove();
    writeFileSync(mirrorDown, '');
    creation = guest.create();
  });
  after(async () => {
    rmSync(mirrorDown, { force: true });
    creation.kill('SIGKILL');
    await guest.remove();
    guest.close();
  });

  /** Waits for a step to be at work, and for a moment more, so that it is cut in the middle. */
  async function killDuring(stage: string): Promise<void> {
    const { boot } = await until(`step ${stage} to be at work`, 600, async () => {
      const last = (await guest.records()).at(-1);
      return last?.stage === stage && last.state === 'running' && last;
    });
    const uid = (await guest.instance())?.metadata.uid;
    await guest.kill();
    await until('KubeVirt to start another instance', 180, async () => {
      const now = await guest.instance();
      return now !== undefined && now.metadata.uid !== uid && now.status?.['phase'] === 'Running';
    });
    assert.notEqual(boot, '');
  }

  it('tells that the mirror cannot be reached, and goes on by itself once it can', async () => {
    const told = await until('the guest to say what is wrong', 600, async () => {
      const last = (await guest.records()).at(-1);
      return last?.state === 'retrying' && last;
    });
    assert.equal(told.code, 'apt-unreachable');
    const status = await guest.status();
    assert.equal(status.ready, false);
    assert.match(JSON.stringify(status.conditions), /apt-unreachable|cannot be reached|503/);
    rmSync(mirrorDown);
  });

  it('survives a power cut while the engine is installed', () => killDuring('engine'));
  it('survives a power cut while the runtime is installed', () => killDuring('runtime'));

  it('is connected in the end, with all packages whole', async () => {
    const result = created(await creation.done);
    assert.equal(result.rung, 'connected');
    assert.equal(await guest.shell('dpkg --audit'), '');
    assert.equal(await guest.shell('docker inspect --format "{{.State.Running}}" edgeAgent'), 'true');
  });
});
