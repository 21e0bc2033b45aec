import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ProvisionError } from '../../../src/readiness/provision-error.js';
import { EdgeVmError } from '../../../src/support/errors.js';
import type { EdgeDevice } from '../../../src/spec/types.js';
import type { DeviceResult } from '../../../src/readiness/types.js';
import { canary, connectionString, fakeRooms, hubConnectionString, readyResult, run } from './helpers/run.js';

const sshKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ8Zq0Qe3m6yq3xW8c4d2Jb1Vf0kq9mZr3C5pXyT7uVw me@here';

const caPem = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';

describe('cli/create', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'edge-vm-cli-'));
    writeFileSync(join(folder, 'key.txt'), `${connectionString}\n`);
    writeFileSync(join(folder, 'hub-ca.pem'), caPem);
    writeFileSync(join(folder, 'id.pub'), `${sshKey}\n`);
    writeFileSync(join(folder, 'net.yaml'), 'version: 2\nethernets: {}\n');
    writeFileSync(join(folder, 'device.yaml'), [
      'apiVersion: edge-vm.io/v1alpha1', 'kind: EdgeDevice', 'metadata: {name: from-file, labels: {site: a}}',
      'spec:', '  identity: {connectionString: {secretRef: {name: in-file}}}', '  vm: {cpus: 8, memory: 8Gi}', '',
    ].join('\n'));
  });
  after(() => rmSync(folder, { recursive: true }));

  const create = (args: string[], options: Parameters<typeof run>[1] = {}) => {
    const rooms = fakeRooms(readyResult());
    return run(['create', ...args], { cwd: folder, ...options, deps: { ...rooms.deps, ...options.deps } }).then((outcome) => ({ ...outcome, calls: rooms.calls }));
  };
  const deviceOf = async (args: string[], options: Parameters<typeof run>[1] = {}): Promise<EdgeDevice> => {
    const { code, stderr, calls } = await create(args, options);
    assert.equal(code, 0, stderr);
    return calls.create[0]!.device;
  };

  it('says what comes next, but leaves that to scripts/lab-setup.sh', async () => {
    const args = ['gw-01', '--connection-string-file', '-'];
    assert.match((await create(args, { stdin: connectionString })).stderr, /\nNext:\n {2}edge-vm status gw-01/);
    const inSetup = await create(args, { stdin: connectionString, env: { EDGE_VM_LAB_SETUP: 'true' } });
    assert.match(inSetup.stderr, /gw-01.* is ready/);
    assert.doesNotMatch(inSetup.stderr, /Next:/);
  });

  it('takes the connection string from file, stdin and variable alike, and names the objects by the device', async () => {
    const ways: [string[], Parameters<typeof run>[1]][] = [
      [['--connection-string-file', 'key.txt'], {}],
      [['--connection-string-file', '-'], { stdin: `${connectionString}\n` }],
      [[], { env: { EDGE_VM_CONNECTION_STRING: connectionString } }],
    ];
    for (const [args, options] of ways) {
      const { code, stdout, stderr, calls } = await create(args, options);
      assert.equal(code, 0, stderr);
      const { identity, device } = calls.create[0]!;
      assert.equal(identity.kind === 'given' && identity.identity.kind === 'symmetric-key' && identity.identity.key.reveal(), canary);
      assert.equal(device.metadata.name, 'gw-01');
      assert.equal(device.spec.hub?.hostname, 'contoso.azure-devices.net');
      assert.ok(!`${stdout}${stderr}`.includes(canary));
    }
  });

  it('prefers a flag to the file, and the file to the variable of the shell', async () => {
    const env = { EDGE_VM_CONNECTION_STRING: connectionString };
    const fromFile = await create(['-f', 'device.yaml'], { env });
    assert.deepEqual(fromFile.calls.create[0]?.identity, { kind: 'secret', name: 'in-file' });
    const fromFlag = await create(['-f', 'device.yaml', '--from-secret', 'other/key'], { env });
    assert.deepEqual(fromFlag.calls.create[0]?.identity, { kind: 'secret', name: 'other', key: 'key' });
  });

  it('registers under NAME, or under the id that is given', async () => {
    assert.deepEqual((await create(['gw-07', '--register'])).calls.create[0]?.identity, { kind: 'register', deviceId: 'gw-07' });
    const other = await create(['gw-07', '--register', '--device-id', 'Plant/7'.replace('/', '.')]);
    assert.deepEqual(other.calls.create[0]?.identity, { kind: 'register', deviceId: 'Plant.7' });
    assert.equal(other.calls.create[0]?.device.metadata.name, 'gw-07');
  });

  it('uses flags before the file', async () => {
    const device = await deviceOf(['gw-09', '-f', 'device.yaml', '--cpus', '2', '--label', 'floor=3,row=4', '-n', 'plant']);
    assert.deepEqual(device.metadata, { name: 'gw-09', namespace: 'plant', labels: { site: 'a', floor: '3', row: '4' } });
    assert.deepEqual([device.spec.vm.cpus, device.spec.vm.memory], [2, '8Gi']);
  });

  /** Flags → field → value. */
  const fields: [args: string[], field: string, value: unknown][] = [
    [['--template', 'debian-12'], 'vm.template', 'debian-12'],
    [['--arch', 'arm64'], 'vm.architecture', 'arm64'],
    [['--disk-size', '30Gi', '--storage-class', 'fast'], 'vm.disk', { size: '30Gi', storageClass: 'fast' }],
    [['--data-disk-size', '9Gi', '--data-disk-storage-class', 'big'], 'vm.dataDisk', { size: '9Gi', storageClass: 'big' }],
    [['--instancetype', 'u1.medium'], 'vm.instancetype', { name: 'u1.medium', kind: 'VirtualMachineClusterInstancetype' }],
    [['--preference', 'virtualmachinepreference/ubuntu'], 'vm.preference', { name: 'ubuntu', kind: 'VirtualMachinePreference' }],
    [['--image', 'pvc:images/noble'], 'vm.image', 'pvc:images/noble'],
    [['--node-selector', 'a=b', '--node-selector', 'c='], 'vm.nodeSelector', { a: 'b', c: '' }],
    [['--toleration', 'edge=yes:NoSchedule', '--toleration', 'slow', '--toleration', ':NoExecute:60'], 'vm.tolerations', [
      { key: 'edge', operator: 'Equal', value: 'yes', effect: 'NoSchedule' }, { key: 'slow', operator: 'Exists' },
      { operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 60 },
    ]],
    [['--no-console-log'], 'vm.consoleLog', false],
    [[], 'vm.consoleLog', true],
    [['--readiness-probe', 'none'], 'vm.readinessProbe', 'none'],
    [['--ssh-key', 'id.pub'], 'guest.sshKeys', [sshKey]],
    [['--user', 'ops'], 'guest.user', 'ops'],
    [['--engine', 'docker', '--engine-version', '28.0'], 'guest.engineVersion', '28.0'],
    [['--proxy-http', 'http://p:1', '--proxy-https', 'http://p:2', '--no-proxy', 'a,b'], 'guest.proxy', { http: 'http://p:1', https: 'http://p:2', noProxy: 'a,b' }],
    [['--docker-dns', '10.0.0.1,10.0.0.2', '--docker-mtu', '1450'], 'guest.docker.dns', ['10.0.0.1', '10.0.0.2']],
    [['--network-data', 'net.yaml'], 'guest.networkData', { version: 2, ethernets: {} }],
    [['--edge-apt-source', 'https://m/edge', '--edge-apt-suite', './', '--edge-apt-trusted'], 'guest.apt.edgeSource', { uri: 'https://m/edge', suite: './', trusted: true }],
    [['--agent-image', 'r.io/agent:1.6'], 'edge.agentImage', 'r.io/agent:1.6'],
    [['--edge-hostname', 'gate'], 'edge.hostname', 'gate'],
    [['--gateway'], 'gateway', { type: 'ClusterIP', ports: [8883, 5671, 443] }],
    [['--gateway=NodePort', '--gateway-port', '8883'], 'gateway', { type: 'NodePort', ports: [8883] }],
    [['--gateway', 'LoadBalancer'], 'gateway.type', 'LoadBalancer'],
    [['--generation', '3'], 'firstBootGeneration', 3],
  ];
  for (const [args, field, value] of fields) {
    it(`${args.join(' ') || 'no flag'} fills spec.${field}`, async () => {
      const device = await deviceOf(['gw-01', '--register', ...args]);
      assert.deepEqual(field.split('.').reduce<unknown>((place, key) => (place as Record<string, unknown>)[key], device.spec), value);
    });
  }

  it('does not take the device\'s name for the type of the gateway', async () => {
    assert.equal((await deviceOf(['--register', '--gateway', 'gw-05'])).metadata.name, 'gw-05');
  });

  it('keeps commas in an annotation', async () => {
    assert.deepEqual((await deviceOf(['gw-01', '--register', '--annotation', 'note=a,b=c'])).metadata.annotations, { note: 'a,b=c' });
  });

  it('passes on what to do and how long to wait', async () => {
    const { calls } = await create(['gw-01', '--register', '--dry-run', 'server', '--start', '--restart', '--take-ownership', '--skip-credential-check', '--namespace-per-device', '--timeout', '1h30m', '--wait-for', 'deployed']);
    const { device: _device, identity: _identity, input: _input, ...rest } = calls.create[0]!;
    assert.deepEqual(rest, {
      secrets: {}, dryRun: 'server', wait: true, waitFor: 'deployed', timeoutMs: 5_400_000,
      skipCredentialCheck: true, takeOwnership: true, start: true, restart: true, namespacePerDevice: true,
    });
    assert.equal((await create(['gw-01', '--register', '--no-wait'])).calls.create[0]?.wait, false);
  });

  it('connects to the cluster and hub that were named, and closes both', async () => {
    const { calls } = await create(['gw-01', '--register', '--context', 'aks', '--kubeconfig', '/k', '-n', 'x'], { env: { EDGE_VM_HUB_CONNECTION_STRING: hubConnectionString, EDGE_VM_HUB_ENDPOINT: 'https://127.0.0.1:4', EDGE_VM_HUB_CA: 'hub-ca.pem', EDGE_VM_HUB_UNITS: '4' } });
    const { env: _env, plugin: _plugin, ...cluster } = calls.cluster[0] as Record<string, unknown>;
    assert.deepEqual(cluster, { context: 'aks', kubeconfig: '/k', namespace: 'x' });
    const hub = calls.hub[0] as { connectionString: { reveal(): string }; endpoint: unknown };
    assert.equal(hub.connectionString.reveal(), hubConnectionString);
    const { env, ...endpoint } = hub.endpoint as { env: Record<string, string> };
    assert.deepEqual([endpoint, env['EDGE_VM_HUB_CA']], [{ url: 'https://127.0.0.1:4', ca: caPem, units: 4 }, 'hub-ca.pem']);
    assert.equal(calls.closed, 2);
  });

  it('signs in with Entra ID for a hub by name', async () => {
    assert.deepEqual((await create(['gw-01', '--register', '--hub', 'fabrikam'])).calls.hub, [{ hostname: 'fabrikam.azure-devices.net', endpoint: { env: {} } }]);
  });

  for (const [given, words] of [
    ['https://fabrikam.azure-devices.net', /did you mean fabrikam\.azure-devices\.net\?/], ['fabrikam.azure-devices.net/', /without scheme, port and path/], ['fabrikam:443', /without scheme, port and path/],
    ['10.0.0.1', /name of a hub/], ['', /--hub: has an empty value/],
  ] as const) {
    it(`refuses --hub "${given}"`, async () => {
      const { code, stderr, calls } = await create(['gw-01', '--register', `--hub=${given}`]);
      assert.equal(code, 2);
      assert.match(stderr, words);
      assert.deepEqual(calls.hub, []);
    });
  }

  it('passes on as which user to act', async () => {
    const { calls } = await create(['gw-01', '--register', '--as', 'bob', '--as-group', 'a,b', '--as-group', 'c', '--as-uid', 'u-1']);
    assert.deepEqual((calls.cluster[0] as Record<string, unknown>)['impersonate'], { user: 'bob', groups: ['a,b', 'c'], uid: 'u-1' });
  });

  it('accepts kubectl\'s flags in front of the command', async () => {
    const rooms = fakeRooms(readyResult());
    for (const leading of [['-n', 'x', '--context=c'], ['-n', 'x', '--as', 'bob', '--as-group=g'], ['--no-color', '-n', 'x']]) {
      assert.equal((await run([...leading, 'create', 'gw-01', '--register'], { deps: rooms.deps })).code, 0);
    }
    assert.deepEqual((rooms.calls.cluster[0] as Record<string, unknown>)['namespace'], 'x');
  });

  describe('output', () => {
    it('-o json prints the object alone on stdout; the words go to stderr', async () => {
      const { code, stdout, stderr } = await create(['gw-01', '--register', '-o', 'json']);
      assert.equal(code, 0);
      assert.deepEqual(JSON.parse(stdout), readyResult());
      assert.match(stderr, /gw-01 is ready \(connected\)/);
    });

    it('prints nothing on stdout without -o, a name with -o name, YAML with -o yaml, a table with -o wide', async () => {
      assert.equal((await create(['gw-01', '--register'])).stdout, '');
      assert.equal((await create(['gw-01', '--register', '-o', 'name'])).stdout, 'edgedevice/gw-01\n');
      assert.match((await create(['gw-01', '--register', '-o', 'yaml'])).stdout, /^name: gw-01\nnamespace: edge\nready: true\n/);
      assert.match((await create(['gw-01', '--register', '-o', 'wide'])).stdout, /^NAMESPACE +NAME.*HUB\nedge +gw-01 +True +connected +417 .*contoso/);
    });

    it('says what is ready, with which evidence, and what to do next', async () => {
      const { stderr } = await create(['gw-01', '--register']);
      for (const words of ['gw-01 of contoso.azure-devices.net', 'Running on node-1, 10.0.0.7', '417, connected; no deployment yet', 'its twin in the hub shows it', 'VirtualMachine gw-01 created', 'edge-vm status gw-01 -n edge']) {
        assert.ok(stderr.includes(words), `${words} in:\n${stderr}`);
      }
    });

    it('says so when nothing had to change', async () => {
      const rooms = fakeRooms(readyResult({ changes: [{ kind: 'Secret', name: 'x', outcome: 'unchanged' }] }));
      assert.match((await create(['gw-01', '--register'], { deps: rooms.deps })).stderr, /changes +nothing; all objects were already right/);
    });

    it('a dry run lists what would be done', async () => {
      assert.match((await create(['gw-01', '--register', '--dry-run=client'])).stderr, /^VirtualMachine gw-01 created \(client dry run\)$/m);
    });
  });

  describe('failure', () => {
    /** Cause of the result → exit code. */
    const causes: [DeviceResult['cause'] & object, number][] = [
      [{ code: 'unauthorized', message: 'the hub refuses the key', hint: 'copy it again' }, 5],
      [{ code: 'timed-out', message: 'the time ran out' }, 4],
      [{ code: 'interrupted', message: 'interrupted' }, 130],
    ];
    for (const [cause, exitCode] of causes) {
      it(`a result with cause ${cause.code} ends with ${exitCode} and prints the object and the words`, async () => {
        const rooms = fakeRooms(readyResult({ ready: false, stage: 'disk', cause }));
        const { code, stdout, stderr } = await create(['gw-01', '--register', '-o', 'json'], { deps: rooms.deps });
        assert.equal(code, exitCode);
        assert.deepEqual((JSON.parse(stdout) as DeviceResult).cause, cause);
        assert.match(stderr, new RegExp(`it reached disk[\\s\\S]*error: ${cause.message}\ncause: ${cause.code}`));
      });
    }

    it('an error prints message, cause and hint, and the object so far with -o json', async () => {
      const so = readyResult({ ready: false, stage: null });
      const rooms = fakeRooms(so, () => {
        throw new ProvisionError(new EdgeVmError('forbidden', 'may not create virtualmachines', { hint: 'ask for the Role', details: { verb: 'create' } }), so);
      });
      const { code, stdout, stderr } = await create(['gw-01', '--register', '-o', 'json'], { deps: rooms.deps });
      assert.equal(code, 3);
      assert.match(stderr, /^error: may not create virtualmachines\ncause: forbidden\nhint: {2}ask for the Role$/m);
      const printed = JSON.parse(stdout) as DeviceResult & { cause: unknown };
      assert.equal(printed.name, 'gw-01');
      assert.deepEqual(printed.cause, { code: 'forbidden', message: 'may not create virtualmachines', hint: 'ask for the Role', details: { verb: 'create' } });
      assert.equal(rooms.calls.closed, 1);
    });

    it('an unexpected error ends with 1 and says how to get the stack', async () => {
      const rooms = fakeRooms(readyResult(), () => {
        throw new TypeError(`boom ${connectionString}`);
      });
      const plain = await create(['gw-01', '--register', '-o', 'json'], { deps: rooms.deps });
      assert.equal(plain.code, 1);
      assert.match(plain.stderr, /^error: boom .*\n.*\n.*EDGE_VM_DEBUG=1/m);
      assert.doesNotMatch(plain.stderr, /at .*\.js:/);
      assert.ok(!`${plain.stdout}${plain.stderr}`.includes(canary));
      const debug = await create(['gw-01', '--register'], { deps: rooms.deps, env: { EDGE_VM_DEBUG: '1' } });
      assert.match(debug.stderr, /at .*\.js:\d+/);
      assert.ok(!debug.stderr.includes(canary));
    });

    it('an abort of the person is an interruption, whatever was thrown', async () => {
      const stop = new AbortController();
      const rooms = fakeRooms(readyResult(), (context) => {
        stop.abort();
        context.signal?.throwIfAborted();
      });
      const { code, stderr } = await create(['gw-01', '--register'], { deps: rooms.deps, signal: stop.signal });
      assert.equal(code, 130);
      assert.match(stderr, /^error: interrupted/);
    });
  });

  it('never prints the key, whatever the rooms say', async () => {
    const rooms = fakeRooms(readyResult({ warnings: [`w ${canary}`], conditions: [{ type: 'EngineReady', status: 'False', reason: 'X', message: `line ${connectionString}`, lastTransitionTime: '' }] }), (context) => {
      context.onEvent({ type: 'waiting', stage: 'engine', message: `guest: ${Buffer.from(connectionString).toString('base64')} ${canary}`, at: 0 });
      context.onEvent({ type: 'warning', message: encodeURIComponent(canary), at: 0 });
    });
    for (const extra of [['-o', 'json'], ['-o', 'yaml'], ['-o', 'wide'], []]) {
      for (const columns of [undefined, 80]) {
        const outcome = await create(['--connection-string-file', 'key.txt', ...extra], { deps: rooms.deps, ...(columns === undefined ? {} : { columns }) });
        const all = `${outcome.stdout}${outcome.stderr}`;
        for (const form of [canary, canary.slice(0, 30), encodeURIComponent(canary)]) assert.ok(!all.includes(form), extra.join(' '));
        assert.equal(outcome.code, 0);
      }
    }
  });
});
