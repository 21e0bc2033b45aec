import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseYaml } from '../../../src/support/yaml.js';
import type { EdgeDevice } from '../../../src/spec/types.js';
import { canary, connectionString, type Outcome } from './helpers/run.js';
import { openWorld, withHub, type World } from './helpers/world.js';

const sshKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ8Zq0Qe3m6yq3xW8c4d2Jb1Vf0kq9mZr3C5pXyT7uVw me@here';
const full = [
  'create', 'gw-01', '--register', '--no-wait', '--gateway=LoadBalancer', '--ssh-key', 'id.pub', '--label', 'site=a', '--memory', '8Gi', '--generation', '2',
  '--node-selector', 'disk=ssd', '--docker-mtu', '1450', '--cloud-config', 'extra.yaml',
];

const ok = ({ code, stderr }: Outcome): void => assert.equal(code, 0, stderr);

describe('a device is kept with its VM', () => {
  let folder: string;
  let world: World;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'edge-vm-keep-'));
    writeFileSync(join(folder, 'id.pub'), `${sshKey}\n`);
    writeFileSync(join(folder, 'key.txt'), connectionString);
    writeFileSync(join(folder, 'extra.yaml'), '#cloud-config\nwrite_files:\n  - {path: /etc/x, permissions: 0640, content: "password: hunter22"}\nbootcmd: [ls]\napt: {conf: "a\\nb"}\n');
    writeFileSync(join(folder, 'fewer.yaml'), 'apiVersion: edge-vm.io/v1alpha1\nkind: EdgeDevice\nmetadata: {name: gw-01}\nspec:\n  identity: {register: {}}\n  vm: {memory: 4Gi}\n');
  });
  after(() => rmSync(folder, { recursive: true }));
  beforeEach(async () => {
    world = openWorld();
    ok(await run(full));
  });

  const run = (args: readonly string[], options: Parameters<World['run']>[1] = {}): Promise<Outcome> => world.run(args, { cwd: folder, env: withHub, ...options });
  const alone = { env: {} };
  const memory = (): unknown => (world.cluster.find('VirtualMachine', 'gw-01')!.spec as { template: { spec: { domain: { memory: { guest: string } } } } }).template.spec.domain.memory.guest;
  const annotation = (name: string): string | undefined => world.cluster.find('VirtualMachine', 'gw-01')!.metadata.annotations?.[`edge-vm.io/${name}`];

  it('and a run with fewer flags changes nothing', async () => {
    const before = world.versions();
    ok(await run(['create', 'gw-01', '--register', '--start', '--no-wait']));
    assert.deepEqual(world.versions(), before);
    ok(await run(['create', 'gw-01', '--no-wait'], alone));
    assert.deepEqual(world.versions(), before);
  });

  it('without any credential', async () => {
    assert.ok(!(world.secret('edgedevice') ?? '').includes('AAAAAAAA'));
    world = openWorld();
    ok(await run(['create', '--connection-string-file', 'key.txt', '--no-wait', '--registry-server', 'r.example', '--registry-username', 'me', '--registry-password-file', 'key.txt'], alone));
    const kept = JSON.parse(world.secret('edgedevice')!) as EdgeDevice;
    const own = { secretRef: { name: 'gw-01-cloud-init' } };
    assert.deepEqual([kept.spec.identity, kept.spec.edge.registry?.password], [{ connectionString: own }, own]);
    assert.ok(!world.secret('edgedevice')!.includes(canary));
    assert.ok(!JSON.stringify(world.cluster.store.all().filter(({ kind }) => kind !== 'Secret')).includes(canary));
  });

  it('flags change only what they name, with the credentials that the device has', async () => {
    world = openWorld();
    ok(await run(['create', '--connection-string-file', 'key.txt', '--no-wait', '--registry-server', 'r.example', '--registry-username', 'me', '--registry-password-file', 'key.txt', '--label', 'a=b'], alone));
    const userData = world.secret('userdata');
    const set = await run(['set', 'gw-01', '--memory', '6Gi', '--no-wait'], alone);
    ok(set);
    assert.match(set.stderr, /spec\.vm\.memory: 2Gi → 6Gi \(once the machine is restarted\)/);
    assert.deepEqual([memory(), world.secret('userdata')], ['6Gi', userData]);
    assert.equal(world.cluster.find('VirtualMachine', 'gw-01')?.metadata.labels?.['a'], 'b');
    // The comparison does not need them either, from any source that a file names.
    const file = (await run(['get', 'gw-01'], alone)).stdout.replace(/password:\n(?: {8}.*\n)+/, 'password: {env: NOT_SET}\n').replace(/identity:\n(?: {4}.*\n)+/, 'identity: {connectionString: {file: none.txt}}\n');
    const diff = await run(['diff', '-f', '-'], { env: {}, stdin: file });
    assert.deepEqual([diff.code, diff.stdout], [0, ''], diff.stderr);
  });

  it('a file is the whole device: what it leaves out is shown, and removed only with --yes', async () => {
    const before = world.versions();
    const refused = await run(['create', '-f', 'fewer.yaml', '--no-wait', '-o', 'json']);
    assert.equal(refused.code, 2);
    for (const gone of ['spec.gateway', 'spec.guest.sshKeys', 'metadata.labels', 'spec.vm.nodeSelector', 'spec.guest.docker.mtu', 'spec.guest.cloudConfig']) {
      assert.match(refused.stderr, new RegExp(`${gone.replaceAll('.', '\\.')}: .*removed`), gone);
    }
    assert.match(refused.stderr, /spec\.vm\.memory: 8Gi → 4Gi \(once the machine is restarted\)/);
    assert.match(refused.stderr, /^hint: +--yes does it/m);
    assert.doesNotMatch(refused.stderr, /hunter22/);
    const { cause } = JSON.parse(refused.stdout) as { cause: { code: string; details: { consequences: { path: string }[] } } };
    assert.equal(cause.code, 'usage');
    assert.ok(cause.details.consequences.some(({ path }) => path === 'spec.gateway'));
    assert.deepEqual(world.versions(), before);
    ok(await run(['create', '-f', 'fewer.yaml', '--no-wait', '--yes']));
    assert.deepEqual([memory(), annotation('generation'), world.cluster.find('Service', 'gw-01')], ['4Gi', '2', undefined]);
    assert.equal((JSON.parse(world.secret('edgedevice')!) as EdgeDevice).spec.firstBootGeneration, 2);
  });

  it('asks at a terminal, and follows the answer', async () => {
    const before = world.versions();
    const no = await run(['create', '-f', 'fewer.yaml', '--no-wait'], { terminal: true, columns: 100, stdin: 'n\n' });
    assert.equal(no.code, 130);
    assert.match(no.stderr, /Go on\? \[y\/N\].*you said no: nothing was changed/s);
    assert.deepEqual(world.versions(), before);
    ok(await run(['create', '-f', 'fewer.yaml', '--no-wait'], { terminal: true, columns: 100, stdin: 'y\n' }));
    assert.equal(memory(), '4Gi');
  });

  it('asks before a first boot would be needed, and not for what takes effect by itself', async () => {
    const refused = await run(['set', 'gw-01', '--user', 'ops', '--no-wait'], alone);
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /spec\.guest\.user: edge → ops \(at a first boot only/);
    assert.match(refused.stderr.replaceAll(/\s+/g, ' '), /hint: --yes does it\. The guest gets the settings of its first boot only with --generation 3 --restart too/);
    const renewed = await run(['set', 'gw-01', '--user', 'ops', '--generation', '3', '--no-wait'], alone);
    assert.match(renewed.stderr, /hint: +--yes does it\. --dry-run client only shows it\. Flags/);
    ok(await run(['set', 'gw-01', '--annotation', 'note=x', '--no-wait'], alone));
  });

  it('reads the former name of a field in a file, and warns', async () => {
    const file = (await run(['get', 'gw-01'], alone)).stdout.replace('firstBootGeneration: 2', 'generation: 3');
    const set = await run(['create', '-f', '-', '--no-wait', '--yes'], { stdin: file });
    ok(set);
    assert.equal(set.stderr.match(/warning: .*spec\.generation: .* spec\.firstBootGeneration/g)?.length, 1, set.stderr);
    assert.equal(annotation('generation'), '3');
    const both = await run(['diff', '-f', '-'], { ...alone, stdin: file.replace('generation: 3', 'generation: 3\n  firstBootGeneration: 4') });
    assert.deepEqual([both.code, /spec\.generation, spec\.firstBootGeneration: .*got 3 and 4/.test(both.stderr)], [2, true], both.stderr);
  });

  it('never lets the generation fall', async () => {
    const lower = await run(['set', 'gw-01', '--generation', '1', '--no-wait', '--yes'], alone);
    assert.equal(lower.code, 2);
    assert.match(lower.stderr, /--generation \(spec\.firstBootGeneration\): must be at least 2.*\(got 1\)/);
  });

  it('get prints it, ready to be given to create -f, which changes nothing', async () => {
    const got = await run(['get', 'gw-01'], alone);
    ok(got);
    assert.match(got.stdout, /^apiVersion: edge-vm\.io\/v1alpha1\nkind: EdgeDevice\nmetadata:/);
    assert.ok(got.stdout.includes(sshKey) && got.stdout.includes('password: hunter22'));
    const before = world.versions();
    writeFileSync(join(folder, 'got.yaml'), got.stdout);
    const again = await run(['create', '-f', 'got.yaml', '--no-wait']);
    ok(again);
    assert.deepEqual(world.versions(), before);
    const json = JSON.parse((await run(['get', 'gw-01', '-o', 'json'], alone)).stdout) as EdgeDevice;
    const yaml = parseYaml(got.stdout, 'stdout');
    assert.deepEqual('documents' in yaml && yaml.documents[0], json);
    assert.equal((await run(['get', 'gw-01', '-o', 'name'], alone)).stdout, 'edgedevice/gw-01\n');
    assert.equal((await run(['get', 'gw-02'], alone)).code, 3);
  });

  it('of a given credential, too', async () => {
    world = openWorld();
    ok(await run(['create', '--connection-string-file', 'key.txt', '--no-wait'], alone));
    const before = world.versions();
    const got = await run(['get', 'gw-01'], alone);
    ok(await run(['create', '-f', '-', '--no-wait'], { env: {}, stdin: got.stdout }));
    assert.deepEqual(world.versions(), before);
  });

  it('diff says what a file would change and when, by its exit code too', async () => {
    writeFileSync(join(folder, 'same.yaml'), (await run(['get', 'gw-01'], alone)).stdout);
    const same = await run(['diff', '-f', 'same.yaml'], alone);
    assert.deepEqual([same.code, same.stdout], [0, '']);
    const before = world.versions();
    const differs = await run(['diff', '-f', 'fewer.yaml'], alone);
    assert.equal(differs.code, 1, differs.stderr);
    assert.match(differs.stdout, /^EdgeDevice gw-01\n/);
    assert.match(differs.stdout, /^ {2}spec\.vm\.memory: 8Gi → 4Gi \(once the machine is restarted\)$/m);
    assert.match(differs.stdout, /^ {2}spec\.guest\.user|^ {2}spec\.guest\.sshKeys: .*\(removed; at a first boot only/m);
    assert.match(differs.stdout, /^Service gw-01 deleted$/m);
    assert.match(differs.stdout, /^VirtualMachine gw-01 changed\n(?: {2}.*\n)* {2}spec\.template\.spec\.domain\.memory\.guest: 8Gi → 4Gi/m);
    assert.doesNotMatch(differs.stdout, /hunter22/);
    assert.deepEqual(world.versions(), before);
    const fresh = await run(['diff', 'gw-77', '-f', 'fewer.yaml'], alone);
    assert.deepEqual([fresh.code, fresh.stdout], [1, 'no device gw-77 in namespace edge, which does not exist: create would make it\n']);
    world.cluster.before = () => {
      throw new TypeError('boom');
    };
    assert.equal((await run(['diff', '-f', 'fewer.yaml'], alone)).code, 3);
  });

  it('a variable of the shell counts where it is this device’s', async () => {
    world = openWorld();
    ok(await run(['create', 'gw-01', '--connection-string-file', 'key.txt', '--no-wait'], alone));
    const userData = world.secret('userdata');
    ok(await run(['create', 'gw-01', '--no-wait'], { env: { EDGE_VM_CONNECTION_STRING: connectionString.replace('gw-01', 'gw-02') } }));
    assert.equal(world.secret('userdata'), userData);
    const newer = Buffer.alloc(32, 9).toString('base64');
    ok(await run(['create', 'gw-01', '--no-wait'], { env: { EDGE_VM_CONNECTION_STRING: connectionString.replace(canary, newer) } }));
    assert.notEqual(world.secret('userdata'), userData);
  });

  it('start needs no identity and changes nothing else', async () => {
    await world.cluster.vmAction('gw-01', 'edge', 'stop');
    const writes = world.cluster.writes.length;
    const started = await run(['start', 'gw-01', '--no-wait', '-o', 'json'], alone);
    ok(started);
    assert.deepEqual(world.cluster.writes.slice(writes), ['start virtualmachines']);
    assert.equal(world.cluster.find('VirtualMachine', 'gw-01')?.spec?.['runStrategy'], 'Always');
    assert.deepEqual((JSON.parse(started.stdout) as { changes: unknown }).changes, [{ kind: 'VirtualMachine', name: 'gw-01', outcome: 'changed' }]);
    ok(await run(['start', 'gw-01', '--no-wait'], alone));
    assert.equal(world.cluster.writes.length, writes + 1);
    assert.equal((await run(['start', 'gw-02'], alone)).code, 3);
  });

  describe('edit', () => {
    const edit = (...changes: ((text: string) => string)[]): { seen: string[]; paths: string[]; edit: (command: string, path: string) => Promise<number> } => {
      const [seen, paths]: [string[], string[]] = [[], []];
      return {
        seen, paths,
        edit: async (_command, path) => {
          const text = readFileSync(path, 'utf8');
          seen.push(text);
          paths.push(path);
          writeFileSync(path, (changes[seen.length - 1] ?? ((same) => same))(text));
          return 0;
        },
      };
    };

    it('applies what the person changed', async () => {
      const person = edit((text) => text.replace('memory: 8Gi', 'memory: 16Gi'));
      ok(await run(['edit', 'gw-01', '--no-wait'], { ...alone, terminal: true, edit: person.edit }));
      assert.equal(memory(), '16Gi');
      assert.equal(existsSync(person.paths[0]!), false);
    });

    it('changes nothing where nothing was changed', async () => {
      const before = world.versions();
      const { code, stderr } = await run(['edit', 'gw-01', '--no-wait'], { ...alone, terminal: true, edit: edit().edit });
      assert.deepEqual([code, stderr, world.versions()], [0, 'nothing was changed\n', before]);
    });

    it('opens again with what is wrong, and keeps the file where the person gives up', async () => {
      const mended = edit((text) => text.replace('memory: 8Gi', 'memory: lots'), (text) => text.replace('memory: lots', 'memory: 3Gi'));
      ok(await run(['edit', 'gw-01', '--no-wait'], { ...alone, terminal: true, edit: mended.edit }));
      assert.match(mended.seen[1]!, /^# spec\.vm\.memory: must be/m);
      assert.equal(memory(), '3Gi');
      const wrong = edit((text) => text.replace('memory: 3Gi', 'memory: lots'));
      const { code, stderr } = await run(['edit', 'gw-01', '--no-wait'], { ...alone, terminal: true, edit: wrong.edit });
      assert.equal(code, 2);
      assert.ok(stderr.includes(`The file is kept: ${wrong.paths[0]}`), stderr);
      rmSync(join(wrong.paths[0]!, '..'), { recursive: true });
    });

    it('keeps the file where the change is refused', async () => {
      const person = edit((text) => text.replace(/ {2}gateway:\n(?: {4}.*\n)*/, ''));
      const { code, stderr } = await run(['edit', 'gw-01', '--no-wait'], { ...alone, terminal: true, stdin: 'n\n', edit: person.edit });
      assert.equal(code, 2);
      assert.match(stderr, /spec\.gateway: .*removed/);
      assert.ok(stderr.includes(`your file is kept: ${person.paths[0]}`));
      rmSync(join(person.paths[0]!, '..'), { recursive: true });
    });
  });

  describe('made before devices were kept', () => {
    beforeEach(() => {
      world.cluster.edit('Secret', 'edge', 'gw-01-cloud-init', 'edge-vm', (secret) => {
        delete (secret['data'] as Record<string, string>)['edgedevice'];
      });
    });

    it('asks before it takes away what the objects show, and keeps the generation', async () => {
      const before = world.versions();
      const refused = await run(['create', 'gw-01', '--register', '--start', '--no-wait']);
      assert.equal(refused.code, 2);
      for (const gone of [/^ {2}Service: gw-01 → none \(removed/m, /metadata\.labels\.site: a → none \(removed/, /nodeSelector\.disk: ssd → none \(removed/, /^ {2}user-data changed \(at a first boot only/m]) assert.match(refused.stderr, gone);
      assert.deepEqual(world.versions(), before);
      ok(await run(['create', 'gw-01', '--register', '--no-wait', '--yes']));
      assert.deepEqual([annotation('generation'), memory()], ['2', '2Gi']);
      ok(await run(['create', 'gw-01', '--register', '--no-wait']));
    });

    it('asks nothing where all is said again, and keeps it from then on', async () => {
      ok(await run(full));
      ok(await run(['get', 'gw-01'], alone));
    });

    it('knows its identity for set, and says for get what to do', async () => {
      ok(await run(['set', 'gw-01', '--memory', '6Gi', '--no-wait', '--yes'], alone));
      world.cluster.edit('Secret', 'edge', 'gw-01-cloud-init', 'edge-vm', (secret) => {
        delete (secret['data'] as Record<string, string>)['edgedevice'];
      });
      const got = await run(['get', 'gw-01'], alone);
      assert.equal(got.code, 3);
      assert.match(got.stderr, /has no kept EdgeDevice.*\n.*\nhint: .*create -f/);
    });
  });
});
