import assert from 'node:assert/strict';
import { missingPackages, type HostLook } from '../../src/real-node/host-packages.js';

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

  it('are not the containerd and runc of Debian where another one is there, which they would put out', async () => {
    const missing = await missingPackages(machine([], ['containerd', 'ctr', 'runc']));
    assert.ok(!missing.includes('containerd') && !missing.includes('runc'));
    assert.ok((await missingPackages(machine([], ['containerd', 'runc']))).includes('containerd'), 'without ctr nothing can be imported');
  });

  it('include pip only where python has none', async () => {
    assert.deepEqual(await missingPackages(machine('all', [], false)), ['python3-pip']);
  });
});
