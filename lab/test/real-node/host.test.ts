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
      assert.deepEqual([group.flags, group.ldflags], [core?.flags, core?.ldflags]);
    }
  });

  it('tells real nodes and their addresses from others', () => {
    assert.ok(isRealNode('real-1'));
    assert.ok(!isRealNode('node-1'));
    assert.ok(!isOnRealNode('10.250.0.10:8443'));
  });
});
