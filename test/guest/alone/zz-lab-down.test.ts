import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { isDeepStrictEqual } from 'node:util';
import { join } from 'node:path';
import { execa } from 'execa';
import { EDGE_VM } from '../../integration/harness/paths.js';
import { theLab } from '../../integration/harness/lab.js';
import { hostState, HOST_STATE_VARIABLE, type HostState } from '../support/host-state.js';
import { until } from '../support/until.js';
import { describeIfTime } from '../support/if-time.js';

interface Status {
  state: string;
  realNode?: { acceleration: { kind: string } };
}

// Loaded last by its name: it takes the lab of the other tests down.
describeIfTime(3, 'edge-vm lab down with a real node', () => {
  const before = (): HostState => JSON.parse(process.env[HOST_STATE_VARIABLE] ?? '{}') as HostState;

  /** What is to be the same; of processes and namespaces, those that were not there before: others' come and go. */
  async function compared(): Promise<{ now: HostState; earlier: HostState }> {
    const [now, earlier] = [await hostState(), before()];
    const fresh = (key: 'labs' | 'namespaces'): string[] => now[key].filter((one) => !earlier[key].includes(one));
    return { now: { ...now, labs: fresh('labs'), namespaces: fresh('namespaces') }, earlier: { ...earlier, labs: [], namespaces: [] } };
  }

  // The kernel takes the last namespaces down on its own time.
  async function assertGivenBack(): Promise<void> {
    const same = async (): Promise<boolean> => {
      const { now, earlier } = await compared();
      return isDeepStrictEqual(now, earlier);
    };
    await until('the machine to be as it was', 20, same).catch(() => undefined);
    const { now, earlier } = await compared();
    assert.deepEqual(now, earlier);
  }

  it('gives the machine back as it was', async () => {
    const { name, stateDir } = theLab();
    await execa(process.execPath, [EDGE_VM, 'lab', 'down', '--name', name], { env: { EDGE_VM_STATE_DIR: stateDir } });
    await assertGivenBack();
  });

  it('comes up a second time from its cache, and gives the machine back again', async () => {
    const stateDir = await mkdtemp(join(tmpdir(), 'edge-vm-guest-again-'));
    const lab = (...words: string[]): Promise<{ stdout: string }> => execa(process.execPath, [EDGE_VM, 'lab', ...words, '--name', 'again'], { env: { EDGE_VM_STATE_DIR: stateDir } });
    try {
      await lab('up', '--node', 'real');
      const status = JSON.parse((await lab('status', '-o', 'json')).stdout) as Status;
      assert.match(status.realNode?.acceleration.kind ?? '', /^(kvm|emulation)$/);
      const { now, earlier } = await compared();
      for (const key of ['labs', 'links', 'tables', 'cgroups', 'namespaces'] as const) assert.notDeepEqual(now[key], earlier[key], `what is compared sees a lab that is up: ${key}`);
    } finally {
      await lab('down');
      await rm(stateDir, { recursive: true, force: true });
    }
    await assertGivenBack();
  });
});
