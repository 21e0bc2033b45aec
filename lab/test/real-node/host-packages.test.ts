import assert from 'node:assert/strict';
import { missingPackages, requireVisibleFolders, type HostLook } from '../../src/real-node/host-packages.js';

describe('packages that a real node needs of its machine', () => {
  const machine = (packages: readonly string[] | 'all', programs: readonly string[] = [], pip = true): HostLook => ({
    isInstalled: (name) => Promise.resolve(packages === 'all' || packages.includes(name)),
    hasProgram: (name) => programs.includes(name),
    hasPip: () => Promise.resolve(pip),
  });

  it('are those that are not installed', async () => {
    assert.deepEqual(await missingPackages(machine('all')), []);
    const missing = await missingPackages(machine(['gcc']));
    assert.ok(missing.includes('containerd') && missing.includes('runc') && missing.includes('nftables'));
    assert.ok(!missing.includes('gcc'));
  });

  it('are not Debian’s containerd and runc if another one is installed, which they would replace', async () => {
    const missing = await missingPackages(machine([], ['containerd', 'ctr', 'runc']));
    assert.ok(!missing.includes('containerd') && !missing.includes('runc'));
    assert.ok((await missingPackages(machine([], ['containerd', 'runc']))).includes('containerd'), 'without ctr nothing can be imported');
  });

  it('include pip only where python has none', async () => {
    assert.deepEqual(await missingPackages(machine('all', [], false)), ['python3-pip']);
  });
});

describe('folders of a lab with a real node', () => {
  it('may be anywhere, except where the node has its own folders', () => {
    requireVisibleFolders({ EDGE_VM_CACHE_DIR: '/root/.cache/edge-vm', EDGE_VM_STATE_DIR: '/var/libexec/x' });
    for (const folder of ['/var/lib', '/var/lib/edge-vm/not/there', '/run/lab', '/var/log/../lib/x']) {
      assert.throws(() => requireVisibleFolders({ EDGE_VM_STATE_DIR: folder }), (error: { code?: string; message: string; hint?: string }) =>
        error.code === 'missing-prerequisite' && error.message.includes(folder) && /EDGE_VM_STATE_DIR/.test(error.hint ?? ''), folder);
    }
  });
});
