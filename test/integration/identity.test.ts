import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { kinds } from '../../src/cluster/index.js';
import { assertCause, assertCode, cli, type CliOptions, type CliResult } from './harness/cli.js';
import { userKubeconfig } from './harness/lab.js';
import { eventually, objectsOf, outcomes } from './harness/objects.js';
import { repositoryFile } from './harness/paths.js';
import { kubectl } from './harness/programs.js';
import { openScene, type Scene } from './harness/scene.js';
import { together } from './harness/together.js';

/** Without the hub credential: then the evidence of `connected` is the guest's report. */
const noHub = { EDGE_VM_HUB_CONNECTION_STRING: undefined };

describe('who the device is', () => {
  let scene: Scene;
  before(async () => {
    scene = await openScene('identity');
  });
  after(() => scene.close());
  const itTogether = together();

  const wrongKey = (connectionString: string): string => connectionString.replace(/SharedAccessKey=.*/, `SharedAccessKey=${randomBytes(32).toString('base64')}`);

  itTogether('takes a connection string from a file, stdin, the environment and a Secret', async () => {
    const names = ['file', 'stdin', 'env', 'secret'].map((way) => scene.name(way));
    const [file, , env, secret] = names as [string, string, string, string];
    const strings = await Promise.all(names.map((name) => scene.hub.register(name)));
    const path = await scene.file('device.txt', `${strings[0]}\n`);
    await scene.cluster.create({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'credential', namespace: scene.namespace }, stringData: { 'connection-string': strings[3], other: 'x' } });
    const runs = await Promise.all([
      scene.run(['create', file, '--connection-string-file', path, '-o', 'json']),
      scene.run(['create', '--connection-string-file', '-', '-o', 'json'], { input: strings[1]! }),
      scene.run(['create', env, '-o', 'json'], { env: { ...noHub, EDGE_VM_CONNECTION_STRING: strings[2] } }),
      scene.run(['create', secret, '--from-secret', 'credential/connection-string', '-o', 'json']),
    ]);
    for (const [i, run] of runs.entries()) {
      assertCode(run, 0);
      const { name, ready, device } = run.json();
      assert.deepEqual({ name, ready, device }, { name: names[i], ready: true, device: { hub: scene.hub.hostname, id: names[i] } });
      assert.match(run.stderr, /check credential: done \(accepted\)/);
    }
    assert.equal(runs[2].json().edge.evidence, 'guest', 'without a hub credential the guest itself is the proof');
    assert.match(runs[2].stderr, /the hub was not asked \(no credential\)/);
    assert.equal(runs[0].json().edge.evidence, 'twin');
  });

  itTogether('gives a device whose id is no Kubernetes name a name that cannot collide', async () => {
    const suffix = scene.name('x');
    const ids = [`Gate:Way#${suffix}`, `gate-way-${suffix}`];
    const strings = await Promise.all(ids.map((id) => scene.hub.register(id)));
    const runs = await Promise.all(strings.map((text) => scene.run(['create', '--connection-string-file', '-', '-o', 'json', '--wait-for', 'running'], { input: text })));
    for (const [i, run] of runs.entries()) {
      assertCode(run, 0);
      assert.equal(run.json().device.id, ids[i]);
    }
    const [odd, plain] = runs.map((run) => run.json().name) as [string, string];
    assert.equal(plain, ids[1]);
    assert.match(odd, new RegExp(`^gate-way-${suffix}-[a-z0-9]+$`));
    const [vm] = await Promise.all([scene.get(kinds.VirtualMachine, odd), ...ids.map((id) => scene.hub.remove(id))]);
    assert.equal(vm?.metadata.annotations?.['edge-vm.io/device-id'], ids[0]);
  });

  describe('a credential that does not work', () => {
    const refused = async (label: string, code: string, connectionString: string, env: CliOptions['env'] = {}): Promise<CliResult> => {
      const name = scene.name(label);
      const run = await scene.run(['create', name, '--connection-string-file', '-', '-o', 'json'], { input: connectionString, env });
      assertCause(run, 5, code);
      assert.ok(run.seconds < 90, `took ${run.seconds} s`);
      assert.deepEqual(await objectsOf(scene, name), [], 'nothing was created');
      return run;
    };

    itTogether('is unauthorized before anything is created: wrong key', async () => {
      const run = await refused('wrong', 'unauthorized', wrongKey(await scene.hub.register(scene.name('wrong'))));
      assert.match(run.stderr, /hint: .*connection string/i);
    });

    itTogether('is refused for a device that was deleted in the hub', async () => {
      const id = scene.name('gone');
      const connectionString = await scene.hub.register(id);
      await scene.hub.remove(id);
      await refused('gone', 'device-not-found', connectionString);
    });

    itTogether('is refused for a disabled device', async () => {
      const id = scene.name('off');
      const connectionString = await scene.hub.register(id, { status: 'disabled' });
      await refused('off', 'device-disabled', connectionString);
      // To the device's own key the hub says 401, and no more.
      await refused('off', 'unauthorized', connectionString, noHub);
      const registered = await scene.run(['create', id, '--register', '-o', 'json']);
      assert.match(assertCause(registered, 5, 'device-disabled').hint ?? '', /--status enabled/);
    });

    itTogether('ends in unauthorized well before the time-out when the check is skipped', async () => {
      const [withHub, withoutHub] = [scene.name('late'), scene.name('later')];
      const strings = await Promise.all([withHub, withoutHub].map(async (id) => wrongKey(await scene.hub.register(id))));
      const args = (name: string): string[] => ['create', name, '--connection-string-file', '-', '--skip-credential-check', '-o', 'json', '--timeout', '5m'];
      const runs = await Promise.all([
        scene.run(args(withHub), { input: strings[0]! }), scene.run(args(withoutHub), { input: strings[1]!, env: noHub }),
      ]);
      for (const run of runs) {
        assertCause(run, 5, 'unauthorized');
        assert.equal(run.json().stage, 'configured', 'it got as far as a guest gets with a wrong key');
        assert.ok(run.seconds < 90, `took ${run.seconds} s`);
      }
    });
  });

  itTogether('refuses a device that is not edge-enabled, with the way to mend it', async () => {
    const [plain, given] = [scene.name('plain'), scene.name('given')];
    const [, connectionString] = await Promise.all([scene.hub.register(plain, { edge: false }), scene.hub.register(given, { edge: false })]);
    const registered = await scene.run(['create', plain, '--register', '-o', 'json']);
    const cause = assertCause(registered, 5, 'not-edge-enabled');
    assert.match(cause.hint ?? '', new RegExp(`device-identity update .*--device-id '${plain}' --edge-enabled true`));
    assert.deepEqual(await objectsOf(scene, plain), [], 'nothing was created');
    const device = (await scene.hub.device(plain)) as { capabilities: { iotEdge: boolean } };
    assert.equal(device.capabilities.iotEdge, false, 'the device is left as it is');
    // A given key does not show this, because it works for other devices too. The hub or the guest does.
    const late = await scene.run(['create', given, '--connection-string-file', '-', '-o', 'json', '--timeout', '5m'], { input: connectionString });
    assertCause(late, 5, 'not-edge-enabled');
    assert.ok(late.seconds < 90, `took ${late.seconds} s`);
  });

  itTogether('adopts a device that the hub has already, and keeps its key', async () => {
    const id = scene.name('adopt');
    const connectionString = await scene.hub.register(id);
    const run = await scene.run(['create', id, '--register', '-o', 'json', '--wait-for', 'running']);
    assertCode(run, 0);
    assert.match(run.stderr, /register device: done \(adopted\)/);
    const device = (await scene.hub.device(id)) as { authentication: { symmetricKey: { primaryKey: string } } };
    assert.ok(connectionString.endsWith(device.authentication.symmetricKey.primaryKey));
  });

  itTogether('registers under another id than the name when asked to', async () => {
    const [name, id] = [scene.name('n'), scene.name('id')];
    const run = await scene.run(['create', name, '--register', '--device-id', id, '-o', 'json', '--wait-for', 'running']);
    assertCode(run, 0);
    assert.deepEqual([run.json().name, run.json().device.id], [name, id]);
    assert.equal(await scene.hub.device(name), undefined);
  });

  itTogether('ends when the device is deleted in the hub meanwhile', async () => {
    const name = scene.name('meanwhile');
    const run = scene.start(['create', name, '--register', '-o', 'json', '--timeout', '5m'], {
      onStderrLine: (line) => {
        if (line.startsWith('scheduled ')) void scene.hub.remove(name);
      },
    });
    const result = await run.done;
    assertCause(result, 5, 'device-not-found');
    assert.ok(result.seconds < 90, `took ${result.seconds} s`);
  });

  itTogether('is refused if somebody else has the identity', async () => {
    const [name, other] = [scene.name('mine'), scene.name('other')];
    const first = await scene.run(['create', name, '--register', '-o', 'json']);
    assertCode(first, 0);
    // Another name in the same namespace: the labels show it.
    const twin = await scene.run(['create', other, '--register', '--device-id', name, '-o', 'json']);
    assert.match(assertCause(twin, 5, 'identity-in-use').message, new RegExp(`is already VirtualMachine ${scene.namespace}/${name}`));
    // Another namespace: who may list the machines there is told which one it is. For others, only the answer of the agent shows it.
    const away = await openScene('away');
    try {
      const run = await away.run(['create', name, '--register', '-o', 'json']);
      assert.match(assertCause(run, 5, 'identity-in-use').message, new RegExp(`is already VirtualMachine ${scene.namespace}/${name}`));
      const user = `developer-${away.namespace}`;
      await kubectl(['apply', '-n', away.namespace, '-f', repositoryFile('docs', 'roles', 'developer.yaml')]);
      await kubectl(['create', 'rolebinding', user, '-n', away.namespace, '--role=edge-vm-developer', `--user=${user}`]);
      const alone = await away.run(['create', name, '--register', '-o', 'json'], { env: { KUBECONFIG: await userKubeconfig(user, away.namespace) } });
      assert.match(assertCause(alone, 5, 'identity-in-use').message, /answers while no VM of this name runs here/);
      assert.deepEqual(await objectsOf(away), []);
    } finally {
      await away.close();
    }
    // The first one is still well.
    assertCode(await scene.run(['status', name]), 0);
  });

  itTogether('does not touch what it did not make', async () => {
    const name = scene.name('foreign');
    await scene.cluster.create({ apiVersion: 'v1', kind: 'Secret', metadata: { name: `${name}-cloud-init`, namespace: scene.namespace }, stringData: { userdata: 'mine' } });
    const run = await scene.run(['create', name, '--register', '-o', 'json']);
    assertCause(run, 3, 'not-owned');
    assert.equal(await scene.get(kinds.VirtualMachine, name), undefined);
    assert.equal(await scene.hub.device(name), undefined, 'not even the hub was changed');
    const secret = await scene.get(kinds.Secret, `${name}-cloud-init`);
    assert.deepEqual(secret?.['data'], { userdata: Buffer.from('mine').toString('base64') });
  });

  itTogether('makes a namespace of its own for a device, and removes it', async () => {
    const name = scene.name('own');
    const args = ['create', name, '--register', '--namespace-per-device', '-o', 'json'];
    const run = await cli(args);
    assertCode(run, 0);
    const { namespace } = run.json();
    assert.match(namespace, new RegExp(`^msiot-lab-hub-${name}-[0-9a-f]+$`));
    assert.ok(namespace.length <= 63);
    assert.deepEqual(outcomes(run.json()), ['Namespace created', 'Secret created', 'VirtualMachine created']);
    const again = await cli(args);
    assertCode(again, 0);
    assert.deepEqual(outcomes(again.json()), ['Secret unchanged', 'VirtualMachine unchanged']);
    const alone = await cli(['delete', name, '-n', namespace, '--deregister', '-o', 'json']);
    assertCode(alone, 0);
    assert.ok(outcomes(alone.json()).includes('Namespace kept'));
    assert.ok(await scene.cluster.get({ type: kinds.Namespace, name: namespace }));
    assertCode(await cli(['delete', name, '-n', namespace, '--delete-namespace']), 0);
    await eventually('the namespace is gone', async () => (await scene.cluster.get({ type: kinds.Namespace, name: namespace })) === undefined);
  });
});
