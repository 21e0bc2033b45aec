import assert from 'node:assert/strict';
import { kinds } from '../../src/cluster/index.js';
import type { ResourceType } from '../../src/cluster/types.js';
import type { FleetResult, PlanItem } from '../../src/fleet/index.js';
import type { DeviceResult } from '../../src/readiness/types.js';
import { assertCode } from './harness/cli.js';
import { eventually } from './harness/objects.js';
import { openScene, type Scene } from './harness/scene.js';

const group = 'admissionregistration.k8s.io/v1';
const Policy: ResourceType = { apiVersion: group, kind: 'ValidatingAdmissionPolicy', plural: 'validatingadmissionpolicies', namespaced: false };
const Binding: ResourceType = { apiVersion: group, kind: 'ValidatingAdmissionPolicyBinding', plural: 'validatingadmissionpolicybindings', namespaced: false };

/** The tests follow each other: plan, apply, then the commands that take several names. */
describe('several devices by their names on the lab', function () {
  this.timeout(300_000);
  let scene: Scene;
  let names: string[];
  let gold: string;
  const options = { limitMs: 200_000 };
  const write = (all: readonly (readonly [name: string, tier: string])[]): Promise<string> => scene.file('fleet.yaml', all.map(([name, tier]) => `apiVersion: edge-vm.io/v1alpha1\nkind: EdgeDevice\nmetadata: {name: ${name}, labels: {tier: ${tier}}}\nspec: {identity: {register: {}}, vm: {memory: 512Mi}}\n`).join('---\n'));

  before(async () => {
    scene = await openScene('names');
    names = Array.from({ length: 9 }, () => scene.name('n')).sort();
    gold = scene.name('g');
  });
  after(async () => {
    await scene.cluster.delete({ type: Binding, name: scene.namespace });
    await scene.cluster.delete({ type: Policy, name: scene.namespace });
    await scene.close();
  });

  it('a plan names the new device that a policy will refuse, and makes nothing', async () => {
    const metadata = { name: scene.namespace };
    await scene.cluster.create({ apiVersion: group, kind: Policy.kind, metadata, spec: {
      failurePolicy: 'Fail',
      matchConstraints: { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': scene.namespace } }, resourceRules: [{ apiGroups: ['kubevirt.io'], apiVersions: ['*'], operations: ['CREATE'], resources: ['virtualmachines'] }] },
      validations: [{ expression: "object.metadata.labels['tier'] != 'gold'", message: 'gold devices are not allowed' }],
    } });
    await scene.cluster.create({ apiVersion: group, kind: Binding.kind, metadata, spec: { policyName: scene.namespace, validationActions: ['Deny'] } });
    const file = await write([...names.map((name) => [name, 'silver'] as const), [gold, 'gold']]);
    // The API server takes a new policy into account after some seconds.
    await eventually('the policy refuses the device', async () => {
      const run = await scene.run(['apply', '-f', file, '--plan', '-o', 'json'], options);
      const { items, summary } = run.json<{ items: PlanItem[]; summary: Record<string, number> }>();
      if (summary['refused'] === 0) return false;
      assertCode(run, 3);
      assert.deepEqual([summary['create'], items.find(({ action }) => action === 'refused')?.name], [names.length, gold]);
      assert.match(items.find(({ name }) => name === gold)?.cause?.message ?? '', /gold devices are not allowed/);
      return true;
    });
    assert.deepEqual(await scene.list(kinds.VirtualMachine), []);
    assert.equal(await scene.hub.device(names[0]!), undefined);
    assertCode(await scene.run(['apply', '-f', await write(names.map((name) => [name, 'silver'] as const)), '--yes'], options), 0);
  });

  it('status and get take what list -o name prints; each device is as it is alone', async () => {
    const listed = (await scene.run(['list', '-o', 'name'])).stdout.trim().split('\n');
    assert.deepEqual(listed, names.map((name) => `edgedevice/${name}`));
    const run = await scene.run(['status', ...listed, '-o', 'json'], options);
    assertCode(run, 0);
    const { items, summary } = run.json<FleetResult>();
    assert.deepEqual([items.map(({ name, ready }) => [name, ready]), summary.good], [names.map((name) => [name, true]), names.length]);
    const alone = (await scene.run(['status', names[0]!, '-o', 'json'])).json<DeviceResult>();
    assert.deepEqual([alone.vm, alone.edge.code, alone.conditions.map(({ type, status, reason }) => [type, status, reason])], [items[0]!.vm, items[0]!.edge.code, items[0]!.conditions.map(({ type, status, reason }) => [type, status, reason])]);
    const got = await scene.run(['get', '-l', 'tier=silver']);
    assertCode(got, 0);
    const same = await scene.run(['diff', '-f', await scene.file('got.yaml', got.stdout)], options);
    assert.deepEqual([same.code, same.stdout], [0, ''], same.stderr);
  });

  it('names all that are missing at once; restart and start act on the others', async () => {
    const [one, two] = names as [string, string];
    const missing = await scene.run(['status', one, 'no-1', 'no-2']);
    assertCode(missing, 3);
    assert.match(missing.stderr, /not-found: 2 devices\n {2}no-1, no-2\n/);
    const uid = async (name: string): Promise<string | undefined> => (await scene.get(kinds.VirtualMachineInstance, name))?.metadata.uid;
    const before = await uid(one);
    const restarted = await scene.run(['restart', one, two, 'no-1', '-o', 'json'], options);
    assertCode(restarted, 3);
    assert.deepEqual(restarted.json<FleetResult>().items.map(({ ready, cause }) => [ready, cause?.code]), [[true, undefined], [true, undefined], [false, 'not-found']]);
    assert.notEqual(await uid(one), before);
    await scene.cluster.vmAction(two, scene.namespace, 'stop');
    await eventually('it has stopped', async () => (await scene.get(kinds.VirtualMachineInstance, two)) === undefined);
    const started = await scene.run(['start', '--all'], options);
    assertCode(started, 0);
    assert.match(started.stderr, new RegExp(`${names.length} of ${names.length} devices have reached connected after .*: 1 started, ${names.length - 1} not stopped`));
  });
});
