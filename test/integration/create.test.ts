import assert from 'node:assert/strict';
import { kinds } from '../../src/cluster/index.js';
import { NO_LOGIN } from '../../src/render/index.js';
import { conditionType, STAGES, type DeviceResult } from '../../src/readiness/types.js';
import { assertCause, assertCode } from './harness/cli.js';
import { eventually, objectsOf, outcomes, versionsOf } from './harness/objects.js';
import { kubectl, virtctl } from './harness/programs.js';
import { openScene, type Scene } from './harness/scene.js';

describe('edge-vm create on the lab', () => {
  let scene: Scene;
  let name: string;
  let created: DeviceResult;

  before(async () => {
    scene = await openScene('create');
    name = scene.name();
    const run = await scene.run(['create', name, '--register', '-o', 'json']);
    assertCode(run, 0);
    created = run.json();
  });
  after(() => scene.close());

  it('prints the object of the contract', () => {
    assert.deepEqual(Object.keys(created), ['name', 'namespace', 'ready', 'stage', 'device', 'vm', 'edge', 'conditions', 'seconds', 'changes', 'warnings']);
    const { vm, edge, conditions, seconds, ...rest } = created;
    assert.deepEqual(rest, {
      name, namespace: scene.namespace, ready: true, stage: 'connected', device: { hub: scene.hub.hostname, id: name },
      changes: [{ kind: 'Secret', name: `${name}-cloud-init`, outcome: 'created' }, { kind: 'VirtualMachine', name, outcome: 'created' }],
      warnings: [NO_LOGIN],
    });
    assert.equal(vm.phase, 'Running');
    assert.match(vm.node ?? '', /^node-\d+$/);
    assert.match(vm.ip ?? '', /^\d+\.\d+\.\d+\.\d+$/);
    assert.deepEqual(Object.keys(edge), ['code', 'description', 'runtimeStatus', 'connectionState', 'modules', 'evidence']);
    assert.equal(edge.code, 417, 'connected without a deployment is healthy');
    assert.equal(edge.evidence, 'twin');
    const upTo = STAGES.indexOf('connected');
    assert.deepEqual(Object.keys(seconds), STAGES.slice(0, upTo + 1));
    const times = Object.values(seconds);
    assert.deepEqual(times, times.toSorted((a, b) => a - b), 'no stage is reached before a lower one');
    assert.deepEqual(conditions.map(({ type }) => type), ['Ready', ...STAGES.map(conditionType), 'GuestAgentConnected']);
    for (const condition of conditions.slice(0, upTo + 2)) assert.equal(condition.status, 'True', `${condition.type}: ${condition.message}`);
    for (const condition of conditions) assert.deepEqual(Object.keys(condition), ['type', 'status', 'reason', 'message', 'lastTransitionTime']);
  });

  it('is the machine that kubectl and virtctl see', async () => {
    const seen = JSON.parse(await kubectl(['get', 'vm,vmi', '-n', scene.namespace, '-o', 'json'])) as { items: { kind: string; metadata: { name: string }; status: { phase?: string; nodeName?: string; ready?: boolean; interfaces?: { ipAddress: string }[] } }[] };
    assert.deepEqual(seen.items.map((item) => `${item.kind}/${item.metadata.name}`).toSorted(), [`VirtualMachine/${name}`, `VirtualMachineInstance/${name}`]);
    const vmi = seen.items.find((item) => item.kind === 'VirtualMachineInstance')!.status;
    assert.deepEqual([vmi.phase, vmi.nodeName, vmi.interfaces?.[0]?.ipAddress], [created.vm.phase, created.vm.node, created.vm.ip]);
    const conditions = await kubectl(['wait', '--for=condition=Ready', `vm/${name}`, '-n', scene.namespace, '--timeout=20s']);
    assert.match(conditions, /condition met/, 'the readiness probe makes kubectl wait work');
    // virtctl finds the same VM: it may not be started twice.
    await assert.rejects(virtctl(['start', name, '-n', scene.namespace]), /already running|does not support manual start requests/i);
  });

  it('shows in status, list and wait', async () => {
    const [status, list, table, names, wait] = await Promise.all([
      scene.run(['status', name, '-o', 'json']), scene.run(['list', '-o', 'json']), scene.run(['list']), scene.run(['list', '-o', 'name']),
      scene.run(['wait', name, '-o', 'json', '--timeout', '30s']),
    ]);
    for (const run of [status, list, table, names, wait]) assertCode(run, 0);
    const { ready, stage, device, vm, edge } = status.json();
    assert.deepEqual({ ready, stage, device, vm }, { ready: true, stage: 'connected', device: created.device, vm: created.vm });
    assert.equal(edge.evidence, 'ping', 'status asks the agent itself');
    assert.deepEqual(Object.keys(status.json()), Object.keys(created));
    const { items } = list.json<{ items: DeviceResult[] }>();
    assert.deepEqual(items.map((item) => [item.name, item.ready, Object.keys(item)]), [[name, true, Object.keys(created)]]);
    assert.match(table.stdout, new RegExp(`^NAME +READY.*\n${name} +True +connected`));
    assert.equal(names.stdout, `edgedevice/${name}\n`);
    assert.equal(wait.json().ready, true);
    assert.equal(list.stderr, '', 'data only, nothing for people');
  });

  it('changes nothing when it runs again, and says so', async () => {
    const before = await versionsOf(scene, name);
    const run = await scene.run(['create', name, '--register', '-o', 'json']);
    assertCode(run, 0);
    assert.deepEqual(outcomes(run.json()), ['Secret unchanged', 'VirtualMachine unchanged']);
    assert.match(run.stderr, /apply: done \(nothing changed\)/);
    assert.deepEqual(run.json().warnings, []);
    assert.deepEqual(await versionsOf(scene, name), before);
  });

  it('changes only what is asked for, and says what the disk will not use', async () => {
    const run = await scene.run(['create', name, '--register', '-o', 'json', '--cpus', '3', '--docker-mtu', '1450', '--yes']);
    assertCode(run, 0);
    assert.deepEqual(outcomes(run.json()), ['Secret changed', 'VirtualMachine changed']);
    assert.match(run.json().warnings.join('\n'), /set up with other user-data, and cloud-init does not run again/);
    const vm = await scene.get(kinds.VirtualMachine, name);
    assert.deepEqual((vm!.spec!['template'] as { spec: { domain: { cpu: unknown } } }).spec.domain.cpu, { sockets: 3 });
  });

  it('does not start a stopped machine unless asked to', async () => {
    await virtctl(['stop', name, '-n', scene.namespace]);
    await eventually('the instance is gone', async () => (await scene.get(kinds.VirtualMachineInstance, name)) === undefined);
    const again = await scene.run(['create', name, '--register', '-o', 'json', '--timeout', '10m']);
    const cause = assertCause(again, 5, 'vm-stopped');
    assert.match(cause.message, /stopped/);
    assert.match(cause.hint ?? '', /edge-vm start /);
    assert.ok(again.seconds < 60, `reported at once, not at the time-out (${again.seconds} s)`);
    assert.equal(await scene.get(kinds.VirtualMachineInstance, name), undefined);
    const started = await scene.run(['create', name, '--register', '-o', 'json', '--start']);
    assertCode(started, 0);
    assert.equal(started.json().ready, true);
    assert.equal((await scene.get(kinds.VirtualMachineInstance, name))?.status?.['phase'], 'Running');
  });

  it('deletes everything, the device in the hub with --deregister', async () => {
    const run = await scene.run(['delete', name, '--deregister', '-o', 'json']);
    assertCode(run, 0);
    assert.deepEqual(outcomes(run.json()).toSorted(), ['DataVolume deleted', 'Device deleted', 'Secret deleted', 'VirtualMachine deleted']);
    const left = await eventually('the claim is gone', async () => {
      const objects = await objectsOf(scene);
      return objects.length === 0 ? objects : undefined;
    });
    assert.deepEqual(left, []);
    const volumes = await scene.cluster.list(kinds.PersistentVolume);
    assert.deepEqual(volumes.filter((one) => (one.spec?.['claimRef'] as { namespace?: string } | undefined)?.namespace === scene.namespace && one.status?.['phase'] === 'Bound'), []);
    assert.equal(await scene.hub.device(name), undefined);
    assertCause(await scene.run(['delete', name, '-o', 'json']), 3, 'not-found');
    assertCode(await scene.run(['delete', name, '--ignore-not-found']), 0);
  });
});
