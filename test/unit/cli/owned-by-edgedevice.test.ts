import assert from 'node:assert/strict';
import type { DeviceResult } from '../../../src/readiness/types.js';
import { fakeRooms, readyResult, run as runAlone, type Outcome } from './helpers/run.js';
import { openWorld, withHub, type World } from './helpers/world.js';

const owner = { kind: 'EdgeDevice', name: 'gw-01' } as const;
const controller = { apiVersion: 'edge-vm.io/v1alpha1', kind: 'EdgeDevice', name: 'gw-01', uid: 'cr-1', controller: true };
const file = 'metadata: {name: gw-01}\nspec: {identity: {register: {}}, vm: {memory: 3Gi}}\n';

describe('the commands on a device that an EdgeDevice in the cluster keeps', () => {
  let world: World;
  const run = (args: readonly string[], options: Parameters<World['run']>[1] = {}): Promise<Outcome> => world.run(args, { env: withHub, ...options });

  beforeEach(async () => {
    world = openWorld();
    world.cluster.store.put({ apiVersion: 'edge-vm.io/v1alpha1', kind: 'EdgeDevice', metadata: { name: 'gw-01', namespace: 'edge', uid: 'cr-1' }, spec: { identity: { register: {} } } }, new Map());
    assert.equal((await run(['create', 'gw-01', '--register', '--no-wait'])).code, 0);
    for (const [kind, name] of [['VirtualMachine', 'gw-01'], ['Secret', 'gw-01-cloud-init']] as const) {
      world.cluster.edit(kind, 'edge', name, 'edge-vm', ({ metadata }) => void (metadata.ownerReferences = [controller]));
    }
  });

  for (const args of [
    ['create', 'gw-01', '--register'], ['create', 'gw-01', '--memory', '3Gi', '--dry-run=server'], ['create', '-f', '-', '--yes'], ['create', 'gw-01', '--take-ownership', '--restart'],
    ['set', 'gw-01', '--memory', '3Gi'], ['set', 'gw-01', '--memory', '3Gi', '--dry-run=client'], ['delete', 'gw-01'], ['delete', 'gw-01', '--keep-disk', '--deregister', '--yes'], ['delete', 'gw-01', '--dry-run=server'],
  ]) {
    it(`${args.join(' ')} is refused with exit code 2, and changes nothing`, async () => {
      const before = world.versions();
      const refused = await run([...args, '-o', 'json'], { stdin: file });
      const { cause } = JSON.parse(refused.stdout) as { cause: { code: string; message: string; details: object } };
      assert.deepEqual([refused.code, cause.code, cause.message], [2, 'owned-by-edgedevice', 'device gw-01 is kept by EdgeDevice gw-01 in namespace edge'], refused.stderr);
      assert.deepEqual(cause.details, { device: 'gw-01', owner });
      assert.match(refused.stderr, /^hint: .*kubectl edit edgedevice gw-01 -n edge/m);
      assert.deepEqual(world.versions(), before);
      assert.notEqual(world.hub.devices.get('gw-01'), undefined);
    });
  }

  it('edit is refused before the editor opens', async () => {
    const refused = await run(['edit', 'gw-01'], { terminal: true, edit: async () => assert.fail('the editor was opened') });
    assert.deepEqual([refused.code, /owned-by-edgedevice/.test(refused.stderr)], [2, true], refused.stderr);
  });

  it('get, diff, start and restart work', async () => {
    for (const args of [['get', 'gw-01'], ['start', 'gw-01', '--no-wait'], ['restart', 'gw-01', '--no-wait']]) assert.equal((await run(args)).code, 0, args.join(' '));
    const diff = await run(['diff', '-f', '-'], { env: {}, stdin: file });
    assert.deepEqual([diff.code, /spec\.vm\.memory: 2Gi → 3Gi/.test(diff.stdout)], [1, true], diff.stderr);
  });

  it('restart says what it restarted, and not that the VirtualMachine changed', async () => {
    const { stderr } = await run(['restart', 'gw-01', '--no-wait']);
    assert.match(stderr, /changes +VirtualMachine gw-01 restarted$/m);
    assert.doesNotMatch(stderr, /VirtualMachine gw-01 changed|VirtualMachine: /);
  });

  it('status, wait, restart and list say that the EdgeDevice is refused', async () => {
    world.cluster.edit('EdgeDevice', 'edge', 'gw-01', 'edge-vm-operator', (resource) => {
      resource.status = { conditions: [{ type: 'Accepted', status: 'False', reason: 'InvalidSpec', message: 'spec.vm.cpus: must be at least 1' }] };
    });
    const words = 'EdgeDevice gw-01 is refused (InvalidSpec), so the device has earlier settings: spec.vm.cpus: must be at least 1';
    for (const args of [['status', 'gw-01'], ['wait', 'gw-01', '--wait-for', 'running'], ['wait', '--all', '--wait-for', 'running'], ['restart', 'gw-01', '--no-wait'], ['start', 'gw-01', '--no-wait']]) {
      const { stderr } = await run(args);
      assert.ok(stderr.includes(words), `${args.join(' ')}: ${stderr}`);
    }
    assert.match((await run(['list'])).stdout, /EdgeDevice refused \(InvalidSpec\)/);
    assert.deepEqual((JSON.parse((await run(['list', '-o', 'json'])).stdout) as { items: DeviceResult[] }).items[0]?.refused, { reason: 'InvalidSpec', message: 'spec.vm.cpus: must be at least 1' });
    world.cluster.edit('EdgeDevice', 'edge', 'gw-01', 'kubectl', ({ metadata }) => void Object.assign(metadata, { deletionTimestamp: '2026-11-21T12:00:00Z', finalizers: ['edge-vm.io/device'] }));
    assert.match((await run(['status', 'gw-01'])).stderr, /EdgeDevice gw-01 is being deleted: the operator has said nothing of it yet/);
    assert.match((await run(['list'])).stdout, /EdgeDevice is being deleted/);
    world.cluster.forbidden.add('get edgedevices').add('list edgedevices');
    const { code, stderr } = await run(['status', 'gw-01']);
    assert.deepEqual([code, /refused|deleted/.test(stderr)], [0, false], 'without the right, nothing is said');
  });

  it('status and list -o wide name the EdgeDevice, JSON has it as owner', async () => {
    const [status, wide, plain, json, list] = await Promise.all([['status', 'gw-01'], ['list', '-o', 'wide'], ['list'], ['status', 'gw-01', '-o', 'json'], ['list', '-o', 'json']].map((args) => run(args)));
    assert.match(status!.stdout, /^kept by EdgeDevice gw-01: kubectl edit edgedevice gw-01 -n edge$/m);
    assert.match(wide!.stdout, /^NAME .* OWNER .*\n.* EdgeDevice\/gw-01 /);
    assert.doesNotMatch(plain!.stdout, /EdgeDevice/);
    assert.deepEqual((JSON.parse(json!.stdout) as DeviceResult).owner, owner);
    assert.deepEqual((JSON.parse(list!.stdout) as { items: DeviceResult[] }).items[0]?.owner, owner);
  });
});

describe('what to do with a device that an EdgeDevice in the cluster keeps', () => {
  const shown = async (over: Partial<DeviceResult>): Promise<string> => (await runAlone(['status', 'gw-01', '-n', 'edge'], { deps: fakeRooms(readyResult(over)).deps })).stderr;
  const patch = `kubectl patch edgedevice gw-01 -n edge --type merge -p '{"spec":{"firstBootGeneration":4}}'`;

  it('is said for kubectl, because edge-vm would refuse it', async () => {
    const pending = { effect: 'first-boot', generation: 4 } as const;
    assert.ok((await shown({ owner, pending })).replaceAll(/\s+/g, ' ').includes(`: ${patch}; then, when the operator has applied it: edge-vm restart gw-01 -n edge`));
    assert.match(await shown({ pending }), /edge-vm set gw-01 -n edge --generation 4/);
    const cause = { code: 'old-settings', message: 'm', hint: 'Set it up again', advice: [{ do: 'renew', name: 'gw-01', namespace: 'edge', generation: 4 }] } as const;
    assert.ok((await shown({ owner, cause, ready: false })).includes(`hint:  Set it up again: ${patch}; then, when`));
  });

  it('names fields in place of flags, and what edge-vm still does', async () => {
    const field = { code: 'unschedulable', message: 'm', hint: 'Ask for less', advice: [{ do: 'set', field: 'spec.vm.memory' }] } as const;
    assert.match(await shown({ owner, cause: field, ready: false }), /^hint: +Ask for less \(spec\.vm\.memory\)$/m);
    assert.match(await shown({ cause: field, ready: false }), /^hint: +Ask for less \(--memory\)$/m);
    assert.match(await shown({ owner, pending: { effect: 'restart' } }), /edge-vm restart gw-01 -n edge/);
    const gone = { code: 'timed-out', message: 'm', hint: 'Wait', advice: [{ do: 'wait', name: 'gw-01', waitFor: 'connected' }, { do: 'delete', name: 'gw-01' }] } as const;
    assert.match(await shown({ owner, cause: gone, ready: false }), /hint: +Wait: edge-vm wait gw-01 --wait-for connected, or kubectl delete edgedevice gw-01$/m);
  });
});
