import assert from 'node:assert/strict';
import { createDevice } from '../../../src/provision/create/index.js';
import { fieldChanges } from '../../../src/provision/common/field-changes.js';
import type { DeviceResult } from '../../../src/readiness/types.js';
import type { EdgeDeviceInput } from '../../../src/spec/types.js';
import { createRequest, device, scenario } from '../../helpers/scenario.js';

const fieldsOf = ({ changes }: DeviceResult, kind: string): unknown => changes.find((change) => change.kind === kind)?.fields;
const domain = 'spec.template.spec.domain';

async function twice(first: EdgeDeviceInput['spec'], second: EdgeDeviceInput['spec'], dryRun: 'none' | 'client' | 'server'): Promise<{ result: DeviceResult; scene: ReturnType<typeof scenario> }> {
  const scene = scenario();
  await scene.clock.run(createDevice(scene.context, createRequest({ device: device({ spec: first ?? {} }) })));
  return { scene, result: await scene.clock.run(createDevice(scene.context, createRequest({ dryRun, device: device({ spec: second ?? {} }) }))) };
}

describe('createDevice, what it changed', () => {
  for (const dryRun of ['none', 'client', 'server'] as const) {
    it(`shows each field with its old and new value (dry run: ${dryRun})`, async () => {
      const { result } = await twice({ vm: { cpus: 4, memory: '8Gi' } }, {}, dryRun);
      assert.deepEqual(fieldsOf(result, 'VirtualMachine'), [
        { path: `${domain}.cpu.sockets`, from: 4, to: 2 }, { path: `${domain}.memory.guest`, from: '8Gi', to: '2Gi' },
      ]);
    });

    it(`shows of a Secret only that the user-data changed (dry run: ${dryRun})`, async () => {
      const { result } = await twice({}, { guest: { user: 'somebody' } }, dryRun);
      const { fields, detail } = result.changes.find(({ kind }) => kind === 'Secret')!;
      assert.deepEqual([fields, detail], [undefined, 'user-data changed']);
    });

    it(`deletes the Service of a device that is no gateway any more (dry run: ${dryRun})`, async () => {
      const { result, scene } = await twice({ gateway: {} }, {}, dryRun);
      assert.deepEqual(result.changes.filter(({ kind }) => kind === 'Service'), [{ kind: 'Service', name: 'gw-01', outcome: 'deleted' }]);
      assert.equal(scene.cluster.find('Service', 'gw-01') === undefined, dryRun === 'none');
    });
  }

  it('shows nothing if nothing changed', async () => {
    const { result } = await twice({}, {}, 'none');
    assert.deepEqual(result.changes.map(({ fields, detail }) => [fields, detail]), [[undefined, undefined], [undefined, undefined]]);
  });

  it('leaves alone a Service that is not this device’s', async () => {
    const scene = scenario();
    for (const labels of <Record<string, string>[]>[{}, { 'app.kubernetes.io/managed-by': 'edge-vm', 'app.kubernetes.io/instance': 'other' }]) {
      scene.cluster.store.put({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'gw-01', namespace: 'edge', labels } }, new Map());
      await scene.clock.run(createDevice(scene.context, createRequest()));
      assert.ok(scene.cluster.find('Service', 'gw-01'));
    }
  });

  it('goes on where the Service may not be deleted, and says so', async () => {
    const scene = scenario();
    await scene.clock.run(createDevice(scene.context, createRequest({ device: device({ spec: { gateway: {} } }) })));
    scene.cluster.forbidden.add('delete services');
    const { warnings } = await scene.clock.run(createDevice(scene.context, createRequest()));
    assert.match(warnings.join(), /Service gw-01 is no longer needed/);
  });
});

describe('fieldChanges', () => {
  const object = (spec: unknown, annotations = {}): unknown => ({ kind: 'VirtualMachine', metadata: { name: 'a', annotations }, spec });

  it('names list entries by their name and shows which are new and which are gone', () => {
    const before = object({ disks: [{ name: 'a', x: 1 }, { name: 'b' }], ports: [1, 2] });
    const after = object({ disks: [{ name: 'c' }, { name: 'a', x: 2 }], ports: [1, 3] });
    assert.deepEqual(fieldChanges(before, after), [
      { path: 'spec.disks[a].x', from: 1, to: 2 }, { path: 'spec.disks[b]', from: { name: 'b' }, to: null },
      { path: 'spec.disks[c]', from: null, to: { name: 'c' } }, { path: 'spec.ports[1]', from: 2, to: 3 },
    ]);
  });

  it('shows nothing of a Secret, of hashes, of KubeVirt’s notes, and no user-data of a template', () => {
    const secret = (text: string): unknown => ({ kind: 'Secret', metadata: { name: 'a', annotations: { note: text } }, data: { userdata: text }, spec: { text } });
    assert.deepEqual(fieldChanges(secret('a'), secret('b')), []);
    assert.deepEqual(fieldChanges(object({}, { 'edge-vm.io/user-data-hash': 'a' }), object({}, { 'edge-vm.io/user-data-hash': 'b', 'kubevirt.io/latest-observed-api-version': 'v1' })), []);
    const told = JSON.stringify(fieldChanges(object({ cd: { userData: 'canary-1' }, old: { userDataBase64: 'canary-2' } }), object({ cd: { userData: 'canary-3' } })));
    assert.match(told, /spec\.cd\.userData/);
    assert.doesNotMatch(told, /canary/);
  });

  it('shows no field that a manifest leaves to the server', () => {
    assert.deepEqual(fieldChanges(object({ a: 1, filled: 2 }), object({ a: 3 }), true), [{ path: 'spec.a', from: 1, to: 3 }]);
  });
});
