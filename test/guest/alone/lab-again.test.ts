import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { EDGE_VM } from '../../integration/harness/paths.js';
import { assertGivenBack, compared, takeLabDown } from '../support/given-back.js';

interface Status {
  state: string;
  realNode?: { acceleration: { kind: string } };
}

// Runs after all that need the lab: a machine has one real node.
describe('a second lab with a real node', () => {
  before(takeLabDown);

  it('comes up from the cache, and gives the machine back again', async () => {
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
