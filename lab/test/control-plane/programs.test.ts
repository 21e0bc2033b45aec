import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildPrograms, groupKey } from '../../src/control-plane/build-programs.js';
import type { LabEvent } from '../../src/control-plane/events.js';
import { helmGroups, pinnedVersions, programGroups, toolGroups, type ProgramGroup } from '../../src/control-plane/program-groups.js';
import { compareVersions, requireGo, requireLinux } from '../../src/control-plane/toolchain.js';

describe('programs of the lab', () => {
  let folder: string;
  let group: ProgramGroup;
  let path: string | undefined;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'edge-vm-programs-'));
    mkdirSync(join(folder, 'module'));
    writeFileSync(join(folder, 'module', 'go.mod'), 'module example.test/m\n\ngo 1.25.3\n');
    writeFileSync(join(folder, 'module', 'main.go'), 'package main\n');
    group = { name: 'small', folder: join(folder, 'module'), packages: ['.'], programs: ['small'], flags: ['-buildvcs=false'], ldflags: '-s' };
    path = process.env.PATH;
  });
  afterEach(() => {
    process.env.PATH = path;
    rmSync(folder, { recursive: true, force: true });
  });

  /** A `go` that says its version, at `list` runs the one script, and at `build` the other with $out as the output folder. */
  function fakeGo(build: string, { version = '1.26.0', list = '' } = {}): void {
    const bin = join(folder, 'fake');
    mkdirSync(bin, { recursive: true });
    writeFileSync(join(bin, 'go'), `#!/bin/sh\nif [ "$1" = env ]; then echo go${version}; exit 0; fi\necho "$1" >> ${folder}/calls\nif [ "$1" = list ]; then ${list || ':'}; exit; fi\nwhile [ "$1" != -o ]; do shift; done; out=$2\n${build}\n`);
    chmodSync(join(bin, 'go'), 0o755);
    process.env.PATH = `${bin}:${path}`;
  }

  const build = async (): Promise<{ events: LabEvent[]; program: string }> => {
    const events: LabEvent[] = [];
    const programs = await buildPrograms({ cache: join(folder, 'cache'), onEvent: (event) => events.push(event), groups: [group] });
    return { events, program: programs.program('small') };
  };

  it('are built once, and the progress names what is fetched, and how many packages are compiled', async () => {
    fakeGo('echo example.test/m/inner >&2; echo "# example.test/m/inner" >&2; echo example.test/m >&2; echo made > ${out}small', {
      list: 'echo "go: downloading example.test/other v1.2.3" >&2; echo example.test/m/inner; echo; echo example.test/m',
    });
    const { events, program } = await build();
    assert.equal(readFileSync(program, 'utf8'), 'made\n');
    assert.deepEqual(events.map(({ step, state, detail }) => [step, state, detail].join(' ').trim()), [
      'build small started',
      'build small progress reading what it is made of',
      'build small progress 1 modules fetched, now example.test/other',
      'build small progress 1 of 2 packages compiled, now example.test/m/inner',
      'build small progress 2 of 2 packages compiled, now example.test/m',
      'build small done',
    ]);
    assert.deepEqual((await build()).events, []);
    assert.equal(readFileSync(join(folder, 'calls'), 'utf8'), 'list\nbuild\n');
  });

  it('are built once by two builders at the same time', async () => {
    fakeGo('sleep 0.3; echo made > ${out}small');
    const [one, two] = await Promise.all([build(), build()]);
    assert.equal(one.program, two.program);
    assert.equal(readFileSync(join(folder, 'calls'), 'utf8'), 'list\nbuild\n');
  });

  it('do not count as built after a failure, and the error has its last lines', async () => {
    fakeGo('echo made > ${out}half; echo "undefined: x" >&2; exit 1');
    await assert.rejects(build(), { message: /building small failed: undefined: x/ });
    fakeGo('exit 0', { list: 'echo "go: example.test/m: no such host" >&2; exit 1' });
    await assert.rejects(build(), { message: /building small failed: go: example\.test\/m: no such host/, hint: /GOPROXY/ });
    fakeGo('echo made > ${out}small');
    assert.equal(readFileSync((await build()).program, 'utf8'), 'made\n');
  });

  it('have a key of all that they depend on', () => {
    const key = groupKey(group, 'x64');
    assert.notEqual(groupKey(group, 'arm64'), key);
    assert.notEqual(groupKey({ ...group, ldflags: '-w' }, 'x64'), key);
    assert.notEqual(groupKey({ ...group, flags: [] }, 'x64'), key);
    writeFileSync(join(folder, 'module', 'notes.md'), 'x');
    assert.equal(groupKey(group, 'x64'), key);
    writeFileSync(join(folder, 'module', 'go.sum'), 'x');
    assert.notEqual(groupKey(group, 'x64'), key);
  });

  it('want Go, new enough unless it can fetch a newer one itself', async () => {
    process.env.PATH = folder;
    await assert.rejects(requireGo([group.folder]), { code: 'missing-prerequisite', message: /Go is not installed/, hint: /Go 1\.25\.3 or newer/ });
    fakeGo('exit 1', { version: '1.19.8' });
    await assert.rejects(requireGo([group.folder]), { code: 'missing-prerequisite', message: /Go 1\.19\.8 is too old/ });
    fakeGo('exit 1', { version: '1.22.0' });
    assert.equal(await requireGo([group.folder], { ...process.env, GOTOOLCHAIN: 'auto' }), '1.22.0');
    await assert.rejects(requireGo([group.folder], { ...process.env, GOTOOLCHAIN: 'local' }), { code: 'missing-prerequisite' });
  });

  it('want Linux', () => {
    requireLinux('linux', 'arm64');
    for (const [platform, arch] of [['darwin', 'arm64'], ['win32', 'x64'], ['linux', 'riscv64']] as const) {
      assert.throws(() => requireLinux(platform, arch), { code: 'missing-prerequisite', message: new RegExp(`not on ${platform} ${arch}`) });
    }
  });

  it('are pinned in go.mod alone', () => {
    const versions = pinnedVersions();
    for (const [name, version] of Object.entries(versions)) assert.match(version, /^v\d+\.\d+\.\d+$/, name);
    const core = programGroups(versions).find(({ name }) => name === 'core')!;
    assert.ok(core.ldflags.includes(`k8s.io/component-base/version.gitVersion=${versions.kubernetes}`));
    assert.ok(core.programs.includes('kube-apiserver') && core.programs.includes('kwok'));
  });

  it('are no more than a first start needs; kubectl and virtctl are a group of their own, of the same versions', () => {
    const core = programGroups().flatMap(({ programs }) => programs);
    const tools = toolGroups().flatMap(({ programs }) => programs);
    assert.deepEqual(tools, ['kubectl', 'virtctl']);
    assert.ok(!core.some((name) => tools.includes(name)));
    assert.equal(toolGroups()[0]!.folder, programGroups()[0]!.folder);
    assert.deepEqual([toolGroups()[0]!.flags, toolGroups()[0]!.ldflags], [programGroups()[0]!.flags, programGroups()[0]!.ldflags]);
  });

  it('include a helm of the version that its own go.mod pins', () => {
    const [helm] = helmGroups();
    assert.deepEqual([helm!.programs, helm!.folder === programGroups()[0]!.folder], [['helm'], false]);
    assert.match(helm!.ldflags, /version\.version=v4\.\d+\.\d+$/);
  });

  it('are compared by number, not by letter', () => {
    assert.ok(compareVersions('1.9', '1.26') < 0);
    assert.ok(compareVersions('1.26.1', '1.26') > 0);
    assert.equal(compareVersions('1.26.0', '1.26'), 0);
  });
});
