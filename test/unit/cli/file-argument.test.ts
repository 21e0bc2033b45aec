import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fakeRooms, readyResult, run } from './helpers/run.js';

describe('cli: a file where a name or nothing belongs', () => {
  let cwd: string;
  before(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'edge-vm-'));
    await writeFile(join(cwd, 'devices.yaml'), 'kind: EdgeDevice\nmetadata: {name: gw-01}\n---\nkind: EdgeDevice\nmetadata: {name: gw-02}\n');
    await writeFile(join(cwd, 'b c.yml'), 'kind: EdgeDevice\n');
    await writeFile(join(cwd, 'fleet'), 'kind: EdgeDevice\n');
    await mkdir(join(cwd, 'folder'));
  });
  after(() => rm(cwd, { recursive: true }));

  const cases: [args: string[], says: string][] = [
    [['apply', 'devices.yaml'], 'arguments: a file needs -f; did you mean -f devices.yaml?'],
    [['apply', 'folder'], 'arguments: a file needs -f; did you mean -f folder?'],
    [['apply', './fleet'], 'arguments: a file needs -f; did you mean -f ./fleet?'],
    [['apply', '-f', 'devices.yaml', 'b c.yml', 'x.csv'], "arguments: each file needs its own -f; did you mean -f 'b c.yml' -f x.csv? -f also takes a folder"],
    [['create', 'devices.yaml'], 'arguments: a file needs -f; did you mean -f devices.yaml?'],
    [['create', 'not-there.yaml', '--register'], 'arguments: a file needs -f; did you mean -f not-there.yaml?'],
    [['render', 'devices.yaml'], 'arguments: a file needs -f; did you mean -f devices.yaml?'],
    [['diff', 'devices.yaml'], 'arguments: a file needs -f; did you mean -f devices.yaml?'],
    [['diff', 'folder'], 'arguments: a file needs -f; did you mean -f folder?'],
    [['delete', 'devices.yaml'], 'NAME: delete takes the names of devices, not a file; did you mean edge-vm delete gw-01 gw-02?'],
    [['wait', './fleet'], 'NAME: wait takes the names of devices, not a file'],
    [['status', 'devices.yaml'], 'NAME: status takes the names of devices, not a file; did you mean edge-vm status gw-01 gw-02?'],
    [['set', 'devices.yaml', '--cpus', '2'], 'NAME: set takes the name of a device, not a file; did you mean edge-vm set gw-01?'],
  ];
  for (const [args, says] of cases) {
    it(`says how to give it: ${args.join(' ')}`, async () => {
      const { deps, calls } = fakeRooms(readyResult());
      const { code, stderr } = await run(args, { deps, cwd });
      assert.equal(code, 2);
      // The slip causes other problems; only those of flags are worth a line.
      const problems = stderr.split(/^cause:/m)[0]!.replaceAll(/\s+/g, ' ');
      assert.equal(problems, `error: ${says} `);
      assert.deepEqual([calls.create, calls.delete, calls.cluster], [[], [], []]);
    });
  }

  it('also names the wrong flags', async () => {
    const { stderr } = await run(['apply', 'devices.yaml', '--paln'], { cwd });
    assert.match(stderr, /2 problems:\n {2}arguments: a file needs -f; did you mean -f devices\.yaml\?\n {2}--paln: unknown flag; did you mean --plan\?/);
  });

  it('a folder with the name of a device does not stand in the way of the device', async () => {
    const { deps, calls } = fakeRooms(readyResult({ name: 'folder' }));
    const { code, stderr } = await run(['wait', 'folder'], { deps, cwd });
    assert.equal(code, 0, stderr);
    assert.deepEqual(calls.wait.map(({ name }) => name), ['folder']);
  });
});
