import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { EDGE_VM } from '../integration/harness/paths.js';
import { theLab } from '../integration/harness/lab.js';
import { hostState, HOST_STATE_VARIABLE, type HostState } from './support/host-state.js';

// Loaded last by its name: it takes the lab of the other tests down.
describe('edge-vm lab down with a real node', () => {
  it('gives the machine back as it was', async () => {
    const { name, stateDir } = theLab();
    await execa(process.execPath, [EDGE_VM, 'lab', 'down', '--name', name], { env: { EDGE_VM_STATE_DIR: stateDir } });
    const before = JSON.parse(process.env[HOST_STATE_VARIABLE] ?? '{}') as HostState;
    assert.deepEqual(await hostState(), before);
  });

  it('comes up again from its cache in less than a minute', async () => {
    const stateDir = await mkdtemp(join(tmpdir(), 'edge-vm-guest-again-'));
    const env = { EDGE_VM_STATE_DIR: stateDir };
    const begun = Date.now();
    try {
      await execa(process.execPath, [EDGE_VM, 'lab', 'up', '--name', 'again', '--node', 'real'], { env });
      assert.ok(Date.now() - begun < 60_000, `it took ${(Date.now() - begun) / 1000} s`);
      const status = JSON.parse((await execa(process.execPath, [EDGE_VM, 'lab', 'status', '--name', 'again', '-o', 'json'], { env })).stdout) as { realNode?: { acceleration: { kind: string } } };
      assert.match(status.realNode?.acceleration.kind ?? '', /^(kvm|emulation)$/);
    } finally {
      await execa(process.execPath, [EDGE_VM, 'lab', 'down', '--name', 'again'], { env });
      await rm(stateDir, { recursive: true, force: true });
    }
    assert.deepEqual(await hostState(), JSON.parse(process.env[HOST_STATE_VARIABLE] ?? '{}'));
  });
});
