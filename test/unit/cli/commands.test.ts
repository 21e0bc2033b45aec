import assert from 'node:assert/strict';
import { load, loadAll } from 'js-yaml';
import { EdgeVmError } from '../../../src/support/errors.js';
import { canary, connectionString, fakeRooms, hubConnectionString, readyResult, run, type RunOptions } from './helpers/run.js';

type Manifest = { kind: string; metadata: { name: string; namespace?: string; annotations?: Record<string, string> }; data?: Record<string, string> };

/** The config.toml that the guest would write, out of a Secret. */
function configToml(secret: Manifest | undefined): string | undefined {
  const userData = secret?.data?.['userdata'];
  if (userData === undefined) return undefined;
  const { write_files: files } = load(Buffer.from(userData, 'base64').toString()) as { write_files: { path: string; content: string }[] };
  return Buffer.from(files.find((file) => file.path.endsWith('/config.toml'))?.content ?? '', 'base64').toString();
}

describe('cli/render', () => {
  const render = (args: string[], env: Record<string, string> = {}) => run(['render', ...args], { env });
  const manifests = (text: string): Manifest[] => loadAll(text) as Manifest[];

  it('needs no credential, only hub and device', async () => {
    const { code, stdout, stderr } = await render(['gw-01', '--hub', 'contoso', '-n', 'edge']);
    assert.equal(code, 0, stderr);
    const [vm, ...others] = manifests(stdout);
    assert.deepEqual([vm?.kind, vm?.metadata.name, vm?.metadata.namespace, others.length], ['VirtualMachine', 'gw-01', 'edge', 0]);
    assert.equal(vm?.metadata.annotations?.['edge-vm.io/hub'], 'contoso.azure-devices.net');
    assert.equal(vm?.metadata.annotations?.['edge-vm.io/user-data-hash'], undefined);
    assert.match(stderr, /Secret gw-01-cloud-init is left out/);
  });

  it('leaves the key out, and prints it only when asked', async () => {
    const env = { EDGE_VM_CONNECTION_STRING: connectionString };
    for (const secret of [[], ['--secret=omit'], ['--secret=placeholder']]) {
      const { code, stdout, stderr } = await render(secret, env);
      assert.equal(code, 0);
      assert.ok(!`${stdout}${stderr}`.includes(canary));
      assert.equal(configToml(manifests(stdout)[0]), undefined);
    }
    const included = manifests((await render(['--secret=include'], env)).stdout);
    assert.equal(included[0]?.kind, 'Secret');
    assert.ok(configToml(included[0])?.includes(canary));
    assert.match(included[1]?.metadata.annotations?.['edge-vm.io/user-data-hash'] ?? '', /^[0-9a-f]{64}$/);
  });

  it('refuses to include a secret that it did not get', async () => {
    const { code, stdout, stderr } = await render(['gw-01', '--hub', 'contoso', '--secret=include']);
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, /--secret: include needs the connection string/);
  });

  it('takes the hub of the service credential, unless a connection string says it', async () => {
    const env = { EDGE_VM_HUB_CONNECTION_STRING: hubConnectionString.replace('contoso', 'fabrikam') };
    const registered = await render(['gw-01', '--register'], env);
    assert.match(registered.stdout, /edge-vm\.io\/hub: fabrikam\.azure-devices\.net/);
    assert.match((await render([], { ...env, EDGE_VM_CONNECTION_STRING: connectionString })).stdout, /edge-vm\.io\/hub: contoso/);
  });

  it('says which of hub and device is missing', async () => {
    const { code, stderr } = await render(['gw-01', '--register']);
    assert.equal(code, 2);
    assert.match(stderr, /--hub: is missing/);
  });

  it('prints a List as JSON, and names', async () => {
    const list = JSON.parse((await render(['gw-01', '--hub', 'c', '--gateway', '-o', 'json'])).stdout) as { kind: string; items: Manifest[] };
    assert.deepEqual([list.kind, list.items.map((item) => item.kind)], ['List', ['VirtualMachine', 'Service']]);
    assert.equal((await render(['gw-01', '--hub', 'c', '--gateway', '-o', 'name'])).stdout, 'virtualmachine.kubevirt.io/gw-01\nservice/gw-01\n');
  });

  it('gives the same bytes each time', async () => {
    const args = ['gw-01', '--hub', 'c', '--label', 'b=2', '--label', 'a=1'];
    assert.equal((await render(args)).stdout, (await render(args)).stdout);
  });
});

describe('cli/status', () => {
  it('prints the device and its stages within 80 columns', async () => {
    const long = readyResult({ conditions: [{ type: 'Connected', status: 'True', reason: 'TwinFresh', message: 'word '.repeat(40), lastTransitionTime: '2026-11-21T10:00:00Z' }], vm: { phase: 'Running', status: 'Running', node: 'n', ip: '1' } });
    const { deps, calls } = fakeRooms(long);
    const { code, stdout } = await run(['status', 'gw-01', '-n', 'edge'], { deps, columns: 80, env: { NO_COLOR: '1' } });
    assert.equal(code, 0);
    const lines = stdout.split('\n');
    assert.deepEqual(lines.filter((line) => line.length > 80), []);
    assert.match(lines[0]!, /^NAME +READY +STAGE +AGENT +VM +CAUSE$/);
    assert.match(lines[1]!, /^gw-01 +True +connected +417 +Running +-$/);
    assert.match(lines[3]!, /^CONDITION +STATUS +REASON +MESSAGE$/);
    assert.match(lines[4]!, /^Connected +True +TwinFresh +word .* word$/);
    assert.match(lines[5]!, /^ {30,}word .* word$/);
    assert.equal(stdout.match(/word/g)?.length, 40, 'nothing is cut');
    assert.deepEqual(calls.status, [{ name: 'gw-01', namespace: 'edge', waitFor: 'connected', timeoutMs: 10_000 }]);
    for (const args of [[], ['-o', 'wide']]) assert.ok((await run(['status', 'gw-01', ...args], { deps })).stdout.includes('word '.repeat(39)), 'whole lines in a pipe');
  });

  it('ends with 5 and the cause for a terminal failure', async () => {
    const { deps } = fakeRooms(readyResult({ ready: false, cause: { code: 'unschedulable', message: 'no node has KVM', hint: 'add one' } }));
    const { code, stdout, stderr } = await run(['status', 'gw-01'], { deps });
    assert.equal(code, 5);
    assert.match(stdout, /unschedulable/);
    assert.match(stderr, /^error: no node has KVM\ncause: unschedulable\nhint: {2}add one\n$/);
  });

  it('ends with 3 for a device that is not there', async () => {
    const { deps } = fakeRooms(readyResult(), () => {
      throw new EdgeVmError('not-found', 'no device gw-01 in namespace edge');
    });
    const { code, stdout } = await run(['status', 'gw-01', '-o', 'json'], { deps });
    assert.equal(code, 3);
    const { name, namespace, ready, stage, conditions, cause } = JSON.parse(stdout) as Record<string, unknown>;
    assert.deepEqual({ name, namespace, ready, stage, conditions, cause }, { name: 'gw-01', namespace: 'edge', ready: false, stage: null, conditions: [], cause: { code: 'not-found', message: 'no device gw-01 in namespace edge' } });
  });

  it('has the object of an error in the command line, too', async () => {
    const { code, stdout } = await run(['create', 'gw-01', '-n', 'plant', '-o', 'json', '--cpus', 'x']);
    assert.equal(code, 2);
    const { name, namespace, ready, cause } = JSON.parse(stdout) as { cause: { code: string } } & Record<string, unknown>;
    assert.deepEqual([name, namespace, ready, cause.code], ['gw-01', 'plant', false, 'invalid-input']);
  });
});

describe('cli/list', () => {
  it('says on a terminal that it waits, if the answer takes more than two seconds', async () => {
    const { deps } = fakeRooms(readyResult());
    const never: RunOptions['sleep'] = (_ms, signal) => new Promise((done) => signal?.addEventListener('abort', () => done(), { once: true }));
    const said = async (options: RunOptions): Promise<string> => (await run(['list'], { deps, ...options })).stderr;
    assert.deepEqual([await said({ columns: 80 }), await said({ columns: 80, sleep: never }), await said({})], ['waiting for the cluster or the hub …\n', '', '']);
  });

  it('lists one namespace, or all with their names', async () => {
    const { deps, calls } = fakeRooms(readyResult());
    assert.match((await run(['list'], { deps })).stdout, /^NAME .*\ngw-01 /);
    assert.match((await run(['list', '-A'], { deps })).stdout, /^NAMESPACE +NAME .*\nedge +gw-01 /);
    assert.deepEqual(calls.list, [{ namespace: 'edge' }, {}]);
    assert.deepEqual(JSON.parse((await run(['list', '-o', 'json'], { deps })).stdout), { items: [readyResult()] });
    assert.equal((await run(['list', '-o', 'name'], { deps })).stdout, 'edgedevice/gw-01\n');
  });

  it('leaves columns out before it cuts name, namespace and cause: of a terminal failure, or of what the guest tries again', async () => {
    const name = 'gateway-hall-3-line-12-south-b';
    const vm = { phase: 'Running', status: 'ErrorUnschedulable', node: null, ip: null };
    const retrying = { step: 'engine', attempt: 12, code: 'apt-unreachable', message: 'no route to host' };
    const table = async (changes: Parameters<typeof readyResult>[0], flags: string[] = []): Promise<string> => (await run(['list', ...flags], { deps: fakeRooms(readyResult({ name, vm, ready: false, stage: 'booted', ...changes })).deps, columns: 80 })).stdout;
    const lines = [...(await table({ retrying })).split('\n'), ...(await table({ cause: { code: 'unschedulable', message: 'no node' }, retrying }, ['-A'])).split('\n')];
    assert.match(lines[1]!, /^gateway-hall-3-line-12-south-b +False +booted .* apt-unreachable, try 12$/);
    assert.match(await table({ retrying: { ...retrying, code: null } }), / engine, try 12\n$/);
    assert.match(await table({ cause: { code: 'unschedulable', message: 'no node' }, retrying }), / unschedulable\n$/);
  });

  it('says on stderr that there is none', async () => {
    const deps = { ...fakeRooms(readyResult()).deps, provision: async () => ({ listDevices: async () => [], listKeptDisks: async () => [], hubRestsOf: async () => [] }) } as never;
    const { code, stdout, stderr } = await run(['list'], { deps });
    assert.deepEqual([code, stdout, stderr], [0, '', 'no devices in namespace edge; -A looks in all\n']);
    assert.deepEqual(JSON.parse((await run(['list', '-o', 'json'], { deps })).stdout), { items: [] });
  });
});

describe('cli/list without an answer of the hub', () => {
  const device = readyResult({ ready: false, stage: 'booted', conditions: [{ type: 'Ready', status: 'Unknown', reason: 'NoEvidence', message: 'no hub credential', lastTransitionTime: '2026-11-21T10:00:00Z' }] });

  it('shows kept disks, which no other command shows', async () => {
    const disk = { name: 'old-root', namespace: 'edge', kind: 'DataVolume', instance: 'old', device: { hub: 'h', id: 'old' }, size: '20Gi' };
    const deps = { ...fakeRooms(readyResult()).deps, provision: async () => ({ listDevices: async () => [], listKeptDisks: async () => [disk], hubRestsOf: async () => [] }) } as never;
    const shown = await run(['list'], { deps });
    assert.equal(shown.stdout, '');
    assert.match(shown.stderr, /old-root in edge, 20Gi, of device old: create old uses it again; to delete it: edge-vm delete old -n edge/);
    assert.deepEqual(JSON.parse((await run(['list', '-o', 'json'], { deps })).stdout), { items: [], keptDisks: [disk] });
  });

  it('shows Unknown and no stage, and passes the warning on', async () => {
    const { deps } = fakeRooms(device, ({ onEvent }) => onEvent({ type: 'warning', message: 'the hub was not asked', at: 0 }));
    const { stdout, stderr } = await run(['list'], { deps });
    assert.match(stdout, /\ngw-01 +Unknown +- /);
    assert.equal(stderr, 'warning: the hub was not asked\n');
    assert.match((await run(['status', 'gw-01'], { deps })).stdout, /\ngw-01 +Unknown +booted /);
    assert.match((await run(['status', 'gw-01', '-o', 'wide'], { deps })).stdout, /^NAMESPACE +NAME/);
  });
});

describe('cli/wait', () => {
  it('waits for the stage that is asked for', async () => {
    const { deps, calls } = fakeRooms(readyResult());
    assert.equal((await run(['wait', 'gw-01', '--wait-for', 'booted', '--timeout', '90s'], { deps })).code, 0);
    assert.deepEqual(calls.wait, [{ name: 'gw-01', namespace: 'edge', waitFor: 'booted', timeoutMs: 90_000 }]);
  });
});

describe('cli/delete', () => {
  it('passes on what to delete and says what was done', async () => {
    const { deps, calls } = fakeRooms(readyResult({ changes: [{ kind: 'DataVolume', name: 'gw-01-root', outcome: 'kept' }] }));
    const { code, stdout, stderr } = await run(['delete', 'gw-01', '--keep-disk', '--deregister', '--ignore-not-found', '--no-wait'], { deps });
    assert.deepEqual([code, stdout, stderr], [0, '', 'DataVolume gw-01-root kept\ncreate gw-01 uses the disk again; to see kept disks: edge-vm list -n edge; to delete it: edge-vm delete gw-01 -n edge\n']);
    assert.deepEqual(calls.delete, [{
      name: 'gw-01', namespace: 'edge', dryRun: 'none', timeoutMs: 300_000, keepDisk: true, deregister: true, deleteNamespace: false, ignoreNotFound: true, wait: false,
    }]);
  });

  for (const [flags, keepDisk] of [[[], undefined], [['--keep-disk'], true], [['--delete-disk'], false]] as const) {
    it(`asks for ${keepDisk === undefined ? 'what spec.deletionPolicy says' : `keepDisk ${keepDisk}`} with ${flags.join(' ') || 'no flag'}`, async () => {
      const { deps, calls } = fakeRooms(readyResult({}));
      assert.equal((await run(['delete', 'gw-01', ...flags], { deps })).code, 0);
      assert.equal(calls.delete[0]?.keepDisk, keepDisk);
    });
  }

  it('takes only one of --keep-disk and --delete-disk', async () => {
    const { deps, calls } = fakeRooms(readyResult({}));
    const { code, stderr } = await run(['delete', 'gw-01', '--keep-disk', '--delete-disk'], { deps });
    assert.equal(code, 2);
    assert.match(stderr, /--keep-disk, --delete-disk: give only one of them/);
    assert.deepEqual(calls.delete, []);
  });

  it('prints a warning once', async () => {
    const message = 'the device was not found in the hub';
    const { deps } = fakeRooms(readyResult({ changes: [], warnings: [message] }), ({ onEvent }) => onEvent({ type: 'warning', message, at: 0 }));
    const { stderr } = await run(['delete', 'gw-01'], { deps });
    assert.equal(stderr.split(message).length, 2, stderr);
  });
});

describe('cli/delete of a namespace', () => {
  it('says how the one that create made is removed, and refuses to keep a disk in it', async () => {
    const { deps, calls } = fakeRooms(readyResult({ namespace: 'own', changes: [{ kind: 'Namespace', name: 'own', outcome: 'kept', detail: 'edge-vm made it' }] }));
    const { stderr } = await run(['delete', 'gw-01', '-n', 'own'], { deps });
    assert.equal(stderr, 'Namespace own kept (edge-vm made it)\nto delete the namespace with everything in it: edge-vm delete gw-01 -n own --delete-namespace\n');
    await run(['delete', 'gw-01', '-n', 'own', '--delete-namespace'], { deps });
    assert.deepEqual((calls.delete as { deleteNamespace?: boolean }[]).map((one) => one.deleteNamespace), [false, true]);
    assert.equal((await run(['delete', 'gw-01', '--delete-namespace', '--keep-disk'], { deps })).code, 2);
  });
});

describe('cli/version', () => {
  const forbidden = async (): Promise<never> => {
    throw new Error('must not be loaded');
  };

  it('asks no cluster without --server', async () => {
    const { code, stdout } = await run(['version', '-o', 'yaml'], { deps: { cluster: forbidden } });
    assert.equal(code, 0);
    assert.match((load(stdout) as { client: { version: string } }).client.version, /^\d+\.\d+\.\d+$/);
    for (const flag of ['--version', '-v', '-V']) assert.match((await run([flag])).stdout, /^edge-vm \d+\.\d+\.\d+ \(node v/);
  });

  it('--server asks it', async () => {
    const { deps } = fakeRooms(readyResult());
    assert.match((await run(['version', '--server'], { deps })).stdout, /^kubernetes v1\.34\.4$/m);
  });
});
