import assert from 'node:assert/strict';
import { assertCause, assertCode } from './harness/cli.js';
import { objectsOf } from './harness/objects.js';
import { openScene, type Scene } from './harness/scene.js';

interface BadInput {
  title: string;
  args: string[];
  env?: Record<string, string | undefined>;
  input?: string;
  /** The one message contains each of them. */
  told: RegExp[];
}

const key = Buffer.alloc(32, 5).toString('base64');

const cases: BadInput[] = [
  { title: 'no identity at all', args: ['create', 'gw'], told: [/identity: is missing/, /--connection-string-file FILE, --from-secret NAME/, /--register/] },
  { title: 'two identities', args: ['create', 'gw', '--register', '--from-secret', 'x'], told: [/--from-secret, --register|--register, --from-secret/, /only one/] },
  { title: 'several wrong values at once', args: ['create', 'gw', '--register', '--cpus', '0', '--memory', 'lots', '--docker-mtu', '9', '--timeout', 'soon'], told: [/4 problems/, /--cpus \(spec\.vm\.cpus\)/, /--memory \(spec\.vm\.memory\)/, /--docker-mtu/, /--timeout: must be a duration/] },
  { title: 'a name that is none', args: ['create', 'Gate_Way', '--register'], told: [/metadata\.name/] },
  { title: 'flags that are none', args: ['create', 'gw', '--register', '--cpu', '2', '--memroy', '2Gi'], told: [/--cpu: unknown flag; did you mean --cpus\?/, /--memroy: unknown flag; did you mean --memory\?/] },
  { title: 'a template that is none', args: ['create', 'gw', '--register', '--template', 'ubuntu-18.04'], told: [/--template: must be one of ubuntu-24\.04, ubuntu-22\.04, debian-12/] },
  { title: 'a stage that is none', args: ['create', 'gw', '--register', '--wait-for', 'ready'], told: [/--wait-for: must be one of identity, applied/] },
  { title: 'an output that is none', args: ['create', 'gw', '--register', '-o', 'xml'], told: [/--output: must be one of/] },
  { title: 'a hub’s connection string', args: ['create', 'gw', '--connection-string-file', '-'], input: `HostName=h.azure-devices.net;SharedAccessKeyName=iothubowner;SharedAccessKey=${key}`, told: [/SharedAccessKeyName/, /device/] },
  { title: 'a module’s connection string', args: ['create', 'gw', '--connection-string-file', '-'], input: `HostName=h.azure-devices.net;DeviceId=d;ModuleId=m;SharedAccessKey=${key}`, told: [/ModuleId/] },
  { title: 'a string without a key', args: ['create', 'gw', '--connection-string-file', '-'], input: 'HostName=h.azure-devices.net;DeviceId=d', told: [/SharedAccessKey/] },
  { title: 'a key that is no base64', args: ['create', 'gw', '--connection-string-file', '-'], input: 'HostName=h.azure-devices.net;DeviceId=d;SharedAccessKey=not-base64!', told: [/SharedAccessKey/, /base64/i] },
  { title: 'an empty stdin', args: ['create', 'gw', '--connection-string-file', '-'], input: '', told: [/--connection-string-file/] },
  { title: 'a file that is not there', args: ['create', 'gw', '--connection-string-file', '/nowhere/key.txt'], told: [/--connection-string-file: the file cannot be read: it does not exist/] },
  { title: 'a connection string as an argument', args: ['create', 'gw', '--connection-string', `HostName=h;DeviceId=d;SharedAccessKey=${key}`], told: [/--connection-string-file/, /every process of this machine/] },
  { title: 'a device file with wrong fields', args: ['create', '-f', '-'], input: 'apiVersion: edge-vm.io/v1alpha1\nkind: EdgeDevice\nmetadata: {name: gw}\nspec: {identity: {register: {}}, vm: {cpu: 2, memory: 7}}\n', told: [/spec\.vm\.cpu/, /spec\.vm\.memory/] },
  { title: 'a device file that is no YAML', args: ['create', '-f', '-'], input: 'a: [b', told: [/standard input|stdin/] },
  { title: 'a cloud-config that breaks what edge-vm needs', args: ['create', 'gw', '--register', '--cloud-config', '/dev/null/x'], told: [/--cloud-config/] },
  { title: 'too many names', args: ['create', 'gw', 'gw2', '--register'], told: [/arguments: 2 given, at most 1/] },
  { title: 'no name for status', args: ['status'], told: [/name is missing/] },
  { title: 'an environment string that is bad', args: ['create', 'gw'], env: { EDGE_VM_CONNECTION_STRING: 'rubbish' }, told: [/EDGE_VM_CONNECTION_STRING|HostName/] },
  { title: 'a hub string that is a device’s', args: ['create', 'gw', '--register'], env: { EDGE_VM_HUB_CONNECTION_STRING: `HostName=h;DeviceId=d;SharedAccessKey=${key}` }, told: [/SharedAccessKeyName|DeviceId/] },
  { title: 'an endpoint that is none', args: ['create', 'gw', '--register'], env: { EDGE_VM_HUB_ENDPOINT: 'localhost:443' }, told: [/EDGE_VM_HUB_ENDPOINT: must be https:\/\/host:port/] },
  { title: '--register without a hub credential', args: ['create', 'gw', '--register'], env: { EDGE_VM_HUB_CONNECTION_STRING: undefined }, told: [/hub credential/, /EDGE_VM_HUB_CONNECTION_STRING/] },
];

describe('bad input', () => {
  let scene: Scene;
  before(async () => {
    scene = await openScene('input');
  });
  after(async () => {
    await scene.close();
  });

  for (const { title, args, env, input, told } of cases) {
    it(`ends with exit code 2 and says what is accepted: ${title}`, async () => {
      const run = await scene.run(args, { ...(env === undefined ? {} : { env }), ...(input === undefined ? {} : { input }) });
      assertCode(run, 2);
      for (const one of told) assert.match(run.stderr, one);
      assert.equal(run.stderr.match(/^error: /gm)?.length, 1, `one message:\n${run.stderr}`);
      assert.doesNotMatch(run.stderr, /^\s+at /m, 'no stack');
      assert.equal(run.stderr.includes(key), false);
    });
  }

  it('is reported as JSON too', async () => {
    const run = await scene.run(['create', 'gw', '--register', '--cpus', '0', '-o', 'json']);
    assert.match(assertCause(run, 2, 'invalid-input').message, /--cpus/);
  });

  it('has created nothing', async () => {
    assert.deepEqual(await objectsOf(scene), []);
    for (const id of ['gw', 'gw2', 'd']) assert.equal(await scene.hub.device(id), undefined);
  });
});
