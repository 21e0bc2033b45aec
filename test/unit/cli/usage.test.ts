import assert from 'node:assert/strict';
import { canary, connectionString, fakeRooms, hubConnectionString, readyResult, run } from './helpers/run.js';

/** Command line → what the message must say. Nothing may be created, and nothing asked. */
const cases: [args: string[], says: RegExp[]][] = [
  [['frobnicate'], [/unknown command 'frobnicate'/]],
  [['creat'], [/Did you mean create/]],
  [['create', 'gw-01', '--register', '--memroy', '2Gi'], [/--memroy: unknown flag; did you mean --memory\?/]],
  [['create', 'gw-01', '--register', '--memory'], [/--memory: needs a value/]],
  [['create', 'gw-01', 'gw-02', '--register'], [/arguments: 2 given, at most 1 expected; create makes one device; for several: edge-vm apply -f FILES\n/]],
  [['create', 'gw-01', '--register', '--from-secret', 's'], [/--from-secret, --register: give only one of them/]],
  [['create', 'gw-01', '--register', '--cpus', 'many'], [/--cpus \(spec\.vm\.cpus\): must be a whole number/, /"many"/]],
  [['create', 'Gw_01', '--register'], [/NAME \(metadata\.name\)/]],
  [['create', 'gw-01', '--register', '-n', 'No_Namespace'], [/--namespace \(metadata\.namespace\)/]],
  [['create', 'gw-01', '--register', '--template', 'windows'], [/--template: must be one of ubuntu-24\.04/, /"windows"/]],
  [['create', 'gw-01', '--register', '--wait-for', 'moon'], [/--wait-for: must be one of identity, applied/]],
  [['create', 'gw-01', '--register', '--timeout', 'soon'], [/--timeout: must be a duration such as 90s, 15m/, /"soon"/]],
  [['create', 'gw-01', '--register', '--no-wait', '--wait-for', 'disk'], [/--no-wait, --wait-for: give only one/]],
  [['create', 'gw-01', '--register', '--namespace-per-device', '-n', 'x'], [/--namespace-per-device, --namespace/]],
  [['create', 'gw-01', '--from-secret', 's', '--device-id', 'x'], [/--device-id: belongs to --register/]],
  [['create', 'gw-01', '--register', '--label', 'novalue'], [/--label: must be KEY=VALUE/]],
  [['create', 'gw-01', '--register', '--toleration', 'a:b:c:d'], [/--toleration: must be KEY\[=VALUE\]\[:EFFECT/]],
  [['create', 'gw-01', '--register', '--toleration', 'a:Sometimes'], [/--toleration \(spec\.vm\.tolerations\[0\]\.effect\)/]],
  [['create', 'gw-01', '--register', '--instancetype', 'small/u1'], [/--instancetype: must be NAME/]],
  [['create', 'gw-01', '--register', '--ssh-key', '/no/such/key.pub'], [/--ssh-key \(spec\.guest\.sshKeys\[0\]\): the file cannot be read: it does not exist \(got "\/no\/such\/key\.pub"\)/]],
  [['create', 'gw-01', '--register', '--network-data', '/no/such.yaml'], [/--network-data: the file cannot be read \(got "\/no\/such\.yaml"\)/]],
  [['create', '-f', '/no/such.yaml', '--register'], [/\/no\/such\.yaml: cannot be read/]],
  [['create', '-f', '-', '--connection-string-file', '-'], [/--filename, --connection-string-file: only one of them can read standard input/]],
  [['create', 'gw-01', '--connection-string-file', '/no/such.txt'], [/--connection-string-file: the file cannot be read: it does not exist \(got "\/no\/such\.txt"\)/]],
  [['list', '-namespace', 'default'], [/^error: -namespace: unknown flag; did you mean --namespace\?$/m]],
  [['list', '-context=x', '-output', 'json'], [/-context: unknown flag; did you mean --context\?/, /-output: unknown flag; did you mean --output\?/]],
  [['list', '--namespace'], [/^error: --namespace: needs a value$/m]],
  [['list', '-n'], [/^error: -n: needs a value$/m]],
  [['delete', 'gw-01', '--dry-run', '--no-wait', '--timeout'], [/^error: 2 problems:\n {2}--dry-run: needs a value: none, client, server\n {2}--timeout: needs a value$/m]],
  [['set', 'gw-01', '-A', '--cpus', '2'], [/^error: -A: unknown flag$/m]],
  [['status', 'gw-01', '-A'], [/^error: NAME, -A: give only one of them: a name belongs to one namespace$/m]],
  [['lab', 'dwon'], [/Did you mean down/, /^hint: +see edge-vm lab --help$/m]],
  [['status'], [/arguments: name is missing/]],
  [['list', '-o', 'xml'], [/--output: must be one of table, wide, json, yaml, name/]],
  [['delete', 'gw-01', '--timeout', '0'], [/--timeout: must be longer than 0,/]],
  [['completion', 'powershell'], [/shell: must be bash, zsh or fish/]],
  [['lab', 'up', '--timeout', 'x'], [/--timeout/]],
  [['lab', 'env', '--shell', 'tcsh'], [/--shell: must be one of posix, fish, json/]],
  [['render', 'gw-01'], [/identity: is missing/]],
  [['create', 'gw-01', '--register', '--cpus'], [/^error: --cpus: needs a value$/m]],
  [['create', 'gw-01', '--register', '--device-id', 'a b'], [/^error: --device-id \(spec\.identity\.register\.deviceId\): must be a device id.*"a b"/m]],
  [['create', 'gw-01', '--register', '--gateway', 'ExternalName'], [/arguments: 2 given, at most 1 expected; --gateway takes ClusterIP, NodePort, LoadBalancer/]],
  [['create', 'gw-01', '--register', '--proxy-http', 'proxy'], [/must be http:\/\/HOST\[:PORT\].*USER:PASSWORD@/]],
  [['status', 'We$ird:1'], [/NAME: must be the name of a device.*device id "We\$ird:1" would have the name we-ird-1-[0-9a-f]{20} \(got "We\$ird:1"\)/]],
  [['wait', 'a b'], [/NAME: must be the name/]],
  [['delete', 'A'], [/NAME: must be the name/]],
  [['get'], [/arguments: name is missing/]],
  [['get', 'gw-01', '-o', 'wide'], [/--output: must be one of yaml, json, name/]],
  [['start', 'A b'], [/NAME: must be the name/]],
  [['set', 'gw-01'], [/^error: flags: are missing: name a field to change/m]],
  [['set', '--memory', '4Gi'], [/^error: arguments: name is missing$/m]],
  [['set', 'gw-01', '--memroy', '4Gi'], [/^error: --memroy: unknown flag; did you mean --memory\?$/m]],
  [['set', 'gw-01', '--docker-mtu', '4x', '--take-ownershpi', '--timeout', 'x'], [/^error: 3 problems:$/m, /--docker-mtu \(spec/, /--take-ownershpi: unknown/, /--timeout: must be/]],
  [['render', 'gw-01', '--hub', 'https://a.example', '--register', '--timeuot', '1'], [/^error: 2 problems:$/m, /--hub: must be the name of a hub.*did you mean a\.example\?/, /--timeuot: unknown flag/]],
  [['status', 'gw-01', '--hub', 'a b', '--timeout', 'x'], [/^error: 2 problems:$/m, /--hub: must be the name of a hub/, /--timeout: must be/]],
  [['delete', 'gw-01', '-n', ''], [/^error: --namespace: has an empty value; give a value, or leave the flag out$/m]],
  [['apply', '-f', ''], [/^error: --filename: has an empty value; give a value, or leave the flag out$/m]],
  [['set', 'gw-01', '--memory', 'lots'], [/--memory \(spec\.vm\.memory\)/]],
  [['set', 'gw-01', '--register'], [/--register: unknown flag/]],
  [['edit', 'gw-01'], [/edit: needs a terminal; without one: get, change the file, create -f/]],
  [['create', 'gw-01', '--register', '--label', 'a=1', '--label', 'b=2,a=2'], [/--label: must not have key a several times/]],
  [['create', 'gw-01', '--register', '-n', 'a', '--namespace=b'], [/^error: --namespace: is given several times, with different values; it takes one$/m]],
  [['-n', 'a', 'list', '-n', 'b'], [/^error: --namespace: is given several times/m]],
  [['wait', 'gw-01', '--timeout', '3min'], [/--timeout: must be a duration such as 90s, 15m or 1h30m; a number alone is seconds \(got "3min"\)/]],
  [['operator', '--twin-interval', '5'], [/--twin-interval: must be a duration of at least 10 s such as .*; a number alone is seconds \(got "5"\)/]],
  [['create', '-f', 'fleet.csv'], [/fleet\.csv: is a CSV file; one device file/, /hint: +For many devices: edge-vm apply -f fleet\.csv --template DEVICE\.yaml/]],
  [['create', '-f', '/'], [/^error: \/: is a folder; one device file/m, /hint: +For all devices of the folder: edge-vm apply -f \//]],
  [['delete', '-f', 'devices.yaml'], [/-f: unknown flag; delete takes names, not files/]],
  [['apply', '-f'], [/^error: -f: needs a value$/m]],
  [['set', 'gw-01', '--cpus', '2', '--no-wait', '--wait-for', 'disk'], [/--no-wait, --wait-for: give only one/]],
  [['start', 'gw-01', '--no-wait', '--wait-for', 'disk'], [/--no-wait, --wait-for: give only one/]],
  [['restart', 'gw-01', '--no-wait', '--wait-for', 'disk'], [/--no-wait, --wait-for: give only one/]],
  [['list', 'gw-01'], [/^error: arguments: list takes none$/m]],
  [['status', 'vm', 'gw-01'], [/^error: NAME: a kind stands before a name: vm\/gw-01, or leave the kind out$/m]],
  [['delete', 'edgedevice', 'gw-01', 'gw-02'], [/NAME: a kind stands before a name: edgedevice\/gw-01 edgedevice\/gw-02, or leave the kind out/]],
  [['set', 'vm', 'gw-01', '--cpus', '2'], [/arguments: 2 given, at most 1 expected; did you mean vm\/gw-01\?/]],
  [['set', 'edgedevice/gw-01', 'edgedevice/gw-02', '--cpus', '2'], [/^error: arguments: 2 given, at most 1 expected; set changes one device, and asks about it; for several: change their files and edge-vm apply -f FILES, or edge-vm list -o name \| xargs -n 1 edge-vm set FLAGS$/m]],
  [['edit', 'gw-01', 'gw-02'], [/edit opens one device; for several: edge-vm get NAMES > FILE, change it, edge-vm apply -f FILE$/m]],
  [['render', 'gw-01', 'gw-02', '--register'], [/render prints one device; for several: a file each, edge-vm render -f FILE$/m]],
  [['diff', 'gw-01', 'gw-02', '-f', 'x'], [/a name stands for the name in one file; for several devices: edge-vm diff -f FILES$/m]],
  [['wait', 'gw-01', '--for=condition=Ready'], [/--for: unknown flag; did you mean --wait-for STAGE\?/]],
  [['wait', 'gw-01', '--timeout', '0'], [/--timeout: must be longer than 0, such as 90s, 15m or 1h30m/]],
  [['wait', 'gw-01', '--timeout', '0x'], [/--timeout: must be a duration such as/]],
  [['set', 'gw-01', 'cpus=4'], [/arguments: 2 given, at most 1 expected; did you mean --cpus 4\?/]],
  [['set', 'gw-01', 'spec.vm.memory=4Gi'], [/did you mean --memory 4Gi\?/]],
  [['set', 'gw-01', '--spec.vm.cpus', '4'], [/--spec\.vm\.cpus: unknown flag; did you mean --cpus\?/]],
  [['explain', 'cpu'], [/field: there is no such field; did you mean spec\.vm\.cpus\?/]],
  [['ls'], [/unknown command 'ls' \(did you mean list\?\)/]],
  [['describe', 'gw-01'], [/unknown command 'describe' \(did you mean status\?\)/]],
  [['diff', 'gw-01'], [/-f: is missing: the EdgeDevice file/]],
];

/** What is missing here may be kept with the device. So edge-vm asks the cluster before it reports the problem. It creates nothing. */
const perhapsKept: [args: string[], says: RegExp[]][] = [
  [['create', 'gw-01'], [/identity: is missing.*--connection-string-file.*--from-secret.*--register/]],
  [['create', 'gw-01', '--register', '--registry-server', 'r.example'], [/--registry-username \(spec\.edge\.registry\.username\): is missing/, /--registry-password-file \(spec\.edge\.registry\.password\): is missing/]],
  [['create', 'gw-01', '--register', '--edge-version', '1.6.1-1'], [/--identity-service-version \(spec\.edge\.identityServiceVersion\): is missing/]],
];

describe('cli/usage', () => {
  for (const [args, says] of perhapsKept) {
    it(`refuses where nothing is kept: ${args.join(' ')}`, async () => {
      const { deps, calls } = fakeRooms(readyResult());
      const { code, stdout, stderr } = await run(args, { deps });
      assert.equal(code, 2, stderr);
      assert.equal(stdout, '');
      for (const pattern of says) assert.match(stderr, pattern);
      assert.match(stderr, /hint: .*edge-vm create --help/);
      assert.deepEqual([calls.create, calls.cluster.length], [[], 1]);
    });
  }

  for (const [args, says] of cases) {
    it(`refuses: ${args.join(' ')}`, async () => {
      const { deps, calls } = fakeRooms(readyResult());
      const { code, stdout, stderr } = await run(args, { deps });
      assert.equal(code, 2, stderr);
      assert.equal(stdout, '');
      for (const pattern of says) assert.match(stderr, pattern);
      assert.deepEqual([calls.create, calls.delete, calls.cluster], [[], [], []]);
    });
  }

  it('says of the CA of a lab that is down how to go on', async () => {
    const env = { EDGE_VM_HUB_CONNECTION_STRING: hubConnectionString, EDGE_VM_HUB_CA: '/nowhere/lab/default/hub-tls/ca.crt' };
    const { code, stderr } = await run(['list'], { env });
    assert.equal(code, 2);
    assert.match(stderr, /EDGE_VM_HUB_CA: .* It is of a lab that is down: edge-vm lab up, or eval "\$\(edge-vm lab env --unset\)"/);
  });

  it('refuses what EDGE_VM_HUB_ENDPOINT, EDGE_VM_HUB_CA and EDGE_VM_HUB_UNITS cannot be, all at once', async () => {
    const env = { EDGE_VM_HUB_CONNECTION_STRING: hubConnectionString, EDGE_VM_HUB_ENDPOINT: 'ftp://x', EDGE_VM_HUB_CA: '/etc/hostname', EDGE_VM_HUB_UNITS: '0' };
    const { code, stderr } = await run(['list'], { env });
    assert.equal(code, 2);
    assert.match(stderr, /EDGE_VM_HUB_ENDPOINT: must be https:\/\/host:port, without user, password and path \(got "ftp:\/\/x"\)/);
    assert.match(stderr, /EDGE_VM_HUB_CA: must be a PEM file; nothing in it is PEM \(got "\/etc\/hostname"\)/);
    assert.match(stderr, /EDGE_VM_HUB_UNITS: must be the number of units of the hub, from 1 to 9999 \(got "0"\)/);
    const secret = await run(['list'], { env: { ...env, EDGE_VM_HUB_ENDPOINT: 'https://me:canary@x' } });
    assert.equal(secret.code, 2);
    assert.doesNotMatch(secret.stderr, /canary/);
  });

  it('shows the form of a connection string as it is', async () => {
    const { stderr } = await run(['create'], { env: { EDGE_VM_CONNECTION_STRING: 'key' } });
    assert.match(stderr, /is not a connection string; accepted is HostName=<hub>;DeviceId=<device>;SharedAccessKey=<key>/);
  });

  it('reports every problem at once, each once', async () => {
    const { code, stderr } = await run(['create', 'Bad_Name', '--memroy', '--arch', 'mips', '--cpus', '0.5', '--toleration', ':::x:', '--timeout', 'x', '--label', 'k']);
    assert.equal(code, 2);
    const problems = [...stderr.matchAll(/^ {2}(\S+)/gm)].map((match) => match[1]);
    assert.deepEqual(new Set(problems), new Set(['--arch:', '--cpus', '--label:', '--memroy:', '--timeout:', '--toleration:', 'NAME', 'identity:']));
    assert.equal(problems.length, 8);
    assert.match(stderr, /error: 8 problems:/);
    assert.match(stderr, /hint: .*edge-vm create --help/);
  });

  it('does not guess about arguments behind an unknown flag', async () => {
    for (const command of ['status', 'get', 'start', 'restart', 'wait', 'delete', 'set', 'edit']) {
      for (const [args, says] of [[['--nmae', 'gw-01'], /^(?:error:|) *--nmae: unknown flag/m], [['--namespace'], /^(?:error:|) *--namespace: needs a value/m]] as const) {
        const { stderr } = await run([command, ...args]);
        assert.match(stderr, says);
        assert.doesNotMatch(stderr, /arguments|name is missing/, command);
      }
    }
  });

  const leaks: string[][] = [
    ['create', connectionString],
    ['create', 'gw-01', '--connection-string', connectionString],
    ['create', 'gw-01', `--connection-string=${connectionString}`],
    ['create', 'gw-01', '--from-secret', connectionString],
    ['create', 'gw-01', '--connection-string-file', connectionString],
    ['create', 'gw-01', '--register', '--hub-connection-string', hubConnectionString],
    ['create', 'gw-01', '--register', '--label', `a=SharedAccessKey=${canary}`],
    [connectionString],
    ['render', '--device-id', connectionString],
  ];
  for (const args of leaks) {
    it(`refuses a connection string on the command line and does not repeat it: ${args.map((arg) => arg.slice(0, 24)).join(' ')}`, async () => {
      const { code, stdout, stderr } = await run(args);
      assert.equal(code, 2);
      assert.ok(!`${stdout}${stderr}`.includes(canary.slice(0, 20)), stderr);
      assert.match(stderr, /every process of this machine can see.*--connection-string-file FILE/);
      assert.doesNotMatch(stderr, /is missing/);
    });
  }

  it('prints the problems as an object too, where a program reads', async () => {
    const { code, stdout, stderr } = await run(['create', 'gw-01', '-o', 'json', '--cpus', 'x']);
    assert.equal(code, 2);
    const { cause } = JSON.parse(stdout) as { cause: { code: string; message: string; hint: string } };
    assert.equal(cause.code, 'invalid-input');
    assert.match(cause.message, /--cpus/);
    assert.match(stderr, /error: /);
  });
});
