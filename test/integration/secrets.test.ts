import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { kinds } from '../../src/cluster/index.js';
import { recordChildren, type ChildRecord } from './harness/children.js';
import { assertCode, type CliOptions, type CliResult } from './harness/cli.js';
import { theLab } from './harness/lab.js';
import { kubectl } from './harness/programs.js';
import { openScene, type Scene } from './harness/scene.js';
import { filesWith, holds, watchArguments, whereIn } from './harness/search.js';

interface AnyObject {
  kind: string;
  metadata: { name: string; namespace?: string };
}

describe('a key in a connection string', () => {
  const key = randomBytes(32).toString('base64');
  let scene: Scene;
  let name: string;
  let home: string;
  let children: ChildRecord;
  let args: Awaited<ReturnType<ReturnType<typeof watchArguments>['stop']>>;
  const outputs: { what: string; run: CliResult }[] = [];

  before(async () => {
    scene = await openScene('canary');
    name = scene.name();
    home = join(scene.folder, 'home');
    await mkdir(home);
    const connectionString = await scene.hub.register(name, { key });
    children = await recordChildren(scene.folder);
    const watched = watchArguments(key);
    const run = async (what: string, words: string[], options: CliOptions = {}): Promise<CliResult> => {
      const result = await scene.run(words, { ...options, cwd: home, env: { ...children.env, HOME: home, TMPDIR: home, EDGE_VM_DEBUG: '1', EDGE_VM_CONNECTION_STRING: connectionString, ...options.env } });
      outputs.push({ what, run: result });
      return result;
    };
    assertCode(await run('create', ['create', name, '-o', 'json']), 0);
    await Promise.all([
      run('create again', ['create', name, '--gateway']),
      run('create by stdin', ['create', name, '--connection-string-file', '-', '-o', 'yaml', '--no-wait'], { input: connectionString }),
      run('status', ['status', name]), run('status yaml', ['status', name, '-o', 'yaml']),
      run('list', ['list', '-o', 'json']), run('wait', ['wait', name, '-o', 'wide']),
    ]);
    await Promise.all([
      run('dry run client', ['create', name, '--cpus', '3', '--dry-run', 'client', '-o', 'json']),
      run('dry run server', ['create', name, '--cpus', '3', '--dry-run', 'server', '-o', 'json']),
      run('render', ['render', name]), run('render placeholder', ['render', name, '--secret', 'placeholder', '-o', 'json']),
    ]);
    // Each way to fail: input, network, hub, admission, rights, conflict.
    await Promise.all([
      run('bad input', ['create', 'Not A Name', '--cpus', '0', '-o', 'json']),
      run('mangled string', ['create', name, '-o', 'json'], { env: { EDGE_VM_CONNECTION_STRING: connectionString.replace('DeviceId=', 'DeviceName=') } }),
      run('half a string', ['create', name, '-o', 'json'], { env: { EDGE_VM_CONNECTION_STRING: connectionString.slice(0, -9) } }),
      run('as an argument', ['create', name, '--connection-string', `HostName=x;SharedAccessKey=${key.slice(0, 12)}`, '-o', 'json']),
      run('no namespace', ['create', name, '-o', 'json', '--context', 'other']),
      run('hub away', ['create', name, '-o', 'json', '--no-wait'], { env: { EDGE_VM_HUB_ENDPOINT: 'https://127.0.0.1:1' } }),
      run('refused by admission', ['create', `${name}-b`, '-o', 'json', '--disk-size', '20Gi', '--label', `a=${'x'.repeat(63)}`, '--annotation', `b=${'y'.repeat(300_000 / 4)}`]),
      run('quoted by the API server', ['create', name, '-o', 'json', '--cloud-config', await scene.file('broken.yaml', 'runcmd: {')]),
    ]);
    args = await watched.stop();
  });
  after(() => scene.close());

  it('was used: every command ran as meant', () => {
    const codes = Object.fromEntries(outputs.map(({ what, run }) => [what, run.code]));
    for (const what of ['create', 'create again', 'create by stdin', 'status', 'status yaml', 'list', 'wait', 'dry run client', 'dry run server', 'render', 'render placeholder']) {
      assert.equal(codes[what], 0, `${what}: ${outputs.find((one) => one.what === what)!.run.stderr}`);
    }
    for (const what of ['bad input', 'mangled string', 'as an argument']) assert.equal(codes[what], 2, what);
    assert.ok(args.looks > 20, `looked ${args.looks} times at the processes`);
  });

  it('is on no output, with EDGE_VM_DEBUG too', () => {
    assert.deepEqual(outputs.filter(({ run }) => holds(run.stdout, key) || holds(run.stderr, key)).map(({ what }) => what), []);
    assert.deepEqual(outputs.filter(({ run }) => `${run.stdout}${run.stderr}`.includes(key.slice(0, 12))).map(({ what }) => what), [], 'nor a part of it');
  });

  it('is in the Secret, and in no other object, event or managed field of the cluster', async () => {
    const types = (await kubectl(['api-resources', '--verbs=list', '-o', 'name'])).split('\n').filter((type) => type !== '' && !type.startsWith('componentstatuses'));
    const { items } = JSON.parse(await kubectl(['get', types.join(','), '-A', '-o', 'json', '--show-managed-fields', '--ignore-not-found'])) as { items: AnyObject[] };
    assert.ok(items.length > 200 && items.some((item) => item.kind === 'Event') && items.some((item) => item.kind === 'Pod'), 'all of the cluster was read');
    // Its beginning too: a shortened text may end in the middle of the key.
    const paths = (item: AnyObject): string[] => [...new Set([...whereIn(item, key), ...whereIn(item, key.slice(0, 16))])];
    const found = items.flatMap((item) => paths(item).map((path) => `${item.kind} ${item.metadata.namespace}/${item.metadata.name} ${path}`));
    assert.deepEqual(found, [`Secret ${scene.namespace}/${name}-cloud-init .data.userdata`]);
  });

  it('is not on the guest’s console', async () => {
    const pods = await scene.list(kinds.Pod, `vm.kubevirt.io/name=${name}`);
    const log = await kubectl(['logs', '-n', scene.namespace, pods[0]!.metadata.name, '-c', 'guest-console-log']);
    assert.match(log, /@edge-vm1/);
    assert.equal(holds(log, key), false);
  });

  it('was in no process’s arguments', async () => {
    assert.deepEqual(args.found, []);
    const { recorded, commands } = await children.read();
    assert.equal(recorded, outputs.length, 'each command recorded its children');
    assert.deepEqual(commands.filter((command) => holds(command, key)), []);
  });

  it('is in no file that the command wrote, nor in a log of the control plane', async () => {
    assert.deepEqual(await filesWith(home, key), []);
    assert.deepEqual(await filesWith(join(theLab().folder, 'logs'), key), []);
  });

  it('would be found by this search', async () => {
    const secret = await scene.get(kinds.Secret, `${name}-cloud-init`);
    assert.deepEqual(whereIn(secret, key), ['.data.userdata']);
    assert.ok(holds(`x ${Buffer.from(`ab ${Buffer.from(`c ${key}`).toString('base64')}`).toString('base64')} y`, key));
    assert.ok(!holds(randomBytes(2000).toString('base64'), key));
    const leak = await scene.file('leak.txt', `log: ${encodeURIComponent(key)}`);
    assert.ok((await filesWith(scene.folder, key)).includes(leak));
  });
});
