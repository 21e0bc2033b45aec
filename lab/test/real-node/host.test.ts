import assert from 'node:assert/strict';
import { mainArchive } from '../../src/real-node/debian-mirror.js';
import { isOnRealNode, isRealNode } from '../../src/real-node/constants.js';
import { nodeProgramGroups, pinnedVersions, programGroups } from '../../src/control-plane/program-groups.js';

describe('what a real node takes from its machine', () => {
  for (const [targets, found] of [
    ['http://m/debian/ Debian bookworm\nhttp://m/debian-security/ Debian bookworm-security', 'http://m/debian/'],
    ['http://m/debian-security/ Debian bookworm-security\nhttp://m/debian/ Debian bookworm-updates\nhttp://m/debian/ Debian trixie', 'http://m/debian/'],
    ['http://other/ Docker bookworm\nhttp://archive/ubuntu/ Ubuntu noble', undefined],
    ['', undefined],
  ] as const) it(`finds Debian's archive in ${JSON.stringify(targets)}`, () => assert.equal(mainArchive(targets), found));

  it('builds the node\'s programs in the versions of the control plane', () => {
    const core = programGroups().find(({ name }) => name === 'core');
    for (const group of nodeProgramGroups(pinnedVersions())) {
      assert.equal(group.folder, core?.folder);
      assert.equal(group.ldflags, core?.ldflags);
    }
  });

  it('lets the compiler inline only in those with libvirt, whose metrics need it', () => {
    const core = programGroups().find(({ name }) => name === 'core');
    const [node, libvirt] = nodeProgramGroups(pinnedVersions());
    assert.deepEqual(node?.flags, core?.flags);
    assert.ok(core?.flags.some((flag) => flag.startsWith('-gcflags=kubevirt.io/') && flag.endsWith(' -l')));
    assert.ok(libvirt?.programs.includes('virt-handler'));
    assert.deepEqual(libvirt?.flags, core?.flags.filter((flag) => !flag.startsWith('-gcflags=kubevirt.io/')));
  });

  it('distinguishes real nodes and their addresses from others', () => {
    assert.ok(isRealNode('real-1'));
    assert.ok(!isRealNode('node-1'));
    assert.ok(!isOnRealNode('10.250.0.10:8443'));
  });
});
