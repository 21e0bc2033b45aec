import assert from 'node:assert/strict';
import { ProvisionError } from '../../../src/readiness/provision-error.js';
import { applyDevice, createDevice, prepareDevice } from '../../../src/provision/create/index.js';
import type { CreateRequest } from '../../../src/provision/types.js';
import { EdgeVmError } from '../../../src/support/errors.js';
import { CANARY, createRequest, decodings, device, givenIdentity, scenario, type Scenario } from '../../helpers/scenario.js';

const gateway = device({ spec: { gateway: { type: 'LoadBalancer', ports: [8883] } } });

describe('prepareDevice', () => {
  it('changes nothing, in cluster and hub, and says what applying will do', async () => {
    const scene = scenario();
    const prepared = await scene.clock.run(prepareDevice(scene.context, createRequest({ device: gateway })));
    assert.deepEqual(scene.cluster.writes, []);
    assert.deepEqual(scene.cluster.store.all(), []);
    assert.deepEqual(scene.hub.calls, ['getDevice']);
    assert.equal(prepared.identity.toRegister, true);
    assert.deepEqual(prepared.changes.map(({ kind, outcome }) => `${kind} ${outcome}`), ['Secret created', 'VirtualMachine created', 'Service created']);
    assert.equal(scene.clock.sleeping, 0);
  });

  it('returns an object that nobody can change, and shows no secret', async () => {
    const scene = scenario({ hub: false });
    const prepared = await scene.clock.run(prepareDevice(scene.context, createRequest({ identity: givenIdentity() })));
    for (const part of [prepared, prepared.changes, prepared.warnings, prepared.live]) assert.ok(Object.isFrozen(part));
    assert.ok(!decodings(JSON.stringify(prepared)).some((text) => text.includes(CANARY)));
  });

  it('is all that applyDevice needs, also a second time', async () => {
    const scene = scenario();
    for (const outcome of ['created', 'unchanged']) {
      const prepared = await scene.clock.run(prepareDevice(scene.context, createRequest()));
      const { vm, identity } = await scene.clock.run(applyDevice(scene.context, prepared));
      assert.equal(vm.metadata.uid, scene.cluster.find('VirtualMachine', 'gw-01')?.metadata.uid);
      assert.equal(identity.toRegister, false);
      assert.deepEqual(prepared.changes.map((change) => change.outcome), [outcome, outcome]);
    }
    // The second time the hub's key was known: nothing is rendered again, and the hub gets no request that writes.
    assert.deepEqual(scene.hub.calls.filter((call) => call === 'ensureDevice'), ['ensureDevice']);
  });
});

describe('applyDevice', () => {
  it('names the device in what it throws', async () => {
    const scene = scenario();
    const prepared = await scene.clock.run(prepareDevice(scene.context, createRequest()));
    scene.cluster.before = ({ verb, what }) => {
      if (`${verb} ${what}` === 'apply virtualmachines') throw new EdgeVmError('admission-refused', 'no');
    };
    const error: unknown = await scene.clock.run(applyDevice(scene.context, prepared)).catch((reason: unknown) => reason);
    assert.ok(ProvisionError.is(error));
    const { name, device: ref, changes } = error.result;
    assert.deepEqual([name, ref, changes.map(({ outcome }) => outcome)], ['gw-01', { hub: 'hub.example.net', id: 'gw-01' }, ['created', 'deleted']]);
  });
});

describe('a refusal leaves no device in the hub:', () => {
  const notServed = (what: string) => ({ cluster }: Scenario): void => {
    cluster.before = (call) => {
      if (call.what === what && ['try', 'apply'].includes(call.verb)) throw new EdgeVmError('admission-refused', `quota: no more ${what}`);
    };
  };
  const foreignDisk = ({ cluster }: Scenario): void => {
    cluster.store.put({ apiVersion: 'cdi.kubevirt.io/v1beta1', kind: 'DataVolume', metadata: { name: 'gw-01-root', namespace: 'edge' }, status: { phase: 'Succeeded' } }, new Map());
  };
  const cases: [name: string, code: string, arrange: (scene: Scenario) => void, request?: Partial<CreateRequest>][] = [
    ['a disk of somebody else’s', 'not-owned', foreignDisk],
    ['a Secret that is not taken', 'admission-refused', notServed('secrets')],
    ['a VirtualMachine that is not taken', 'admission-refused', notServed('virtualmachines')],
    ['a Service that is not taken', 'admission-refused', notServed('services'), { device: gateway }],
    ['a VirtualMachine that is not taken in a namespace of its own', 'admission-refused', notServed('virtualmachines'), { namespacePerDevice: true }],
    ['a namespace that is not taken', 'admission-refused', notServed('namespaces'), { namespacePerDevice: true }],
  ];
  for (const [name, code, arrange, request] of cases) {
    it(name, async () => {
      const scene = scenario();
      arrange(scene);
      const error: unknown = await scene.clock.run(createDevice(scene.context, createRequest(request))).catch((reason: unknown) => reason);
      assert.ok(EdgeVmError.is(error), String(error));
      assert.equal(error.code, code);
      assert.equal(scene.hub.devices.size, 0);
      assert.deepEqual(scene.cluster.store.all().filter(({ kind }) => kind === 'Secret'), []);
    });
  }

  const late: [string, 'secrets' | 'virtualmachines'][] = [['the Secret', 'secrets'], ['the VirtualMachine', 'virtualmachines']];
  for (const [name, what] of late) {
    it(`${name}, which is refused in earnest although it was taken on trial`, async () => {
      const scene = scenario();
      scene.cluster.before = (call) => {
        if (call.what === what && call.verb === 'apply') throw new EdgeVmError('admission-refused', 'a webhook without trials');
      };
      const error: unknown = await scene.clock.run(createDevice(scene.context, createRequest())).catch((reason: unknown) => reason);
      assert.ok(EdgeVmError.is(error) && error.code === 'admission-refused', String(error));
      assert.equal(scene.hub.devices.size, 0);
      assert.deepEqual(scene.cluster.store.all(), []);
      scene.cluster.before = () => undefined;
      await scene.clock.run(createDevice(scene.context, createRequest()));
      assert.equal(scene.hub.devices.size, 1);
    });
  }

  it('but one that was there before, or whose machine is made, stays', async () => {
    const scene = scenario();
    scene.hub.register('gw-01');
    scene.cluster.before = (call) => {
      if (call.what === 'virtualmachines' && call.verb === 'apply') throw new EdgeVmError('admission-refused', 'no');
    };
    await scene.clock.run(createDevice(scene.context, createRequest())).catch(() => undefined);
    assert.equal(scene.hub.devices.size, 1);
    const other = scenario();
    other.cluster.before = (call) => {
      if (call.what === 'services' && call.verb === 'apply') throw new EdgeVmError('admission-refused', 'no');
    };
    await other.clock.run(createDevice(other.context, createRequest({ device: gateway }))).catch(() => undefined);
    assert.equal(other.hub.devices.size, 1);
    assert.notEqual(other.cluster.find('VirtualMachine', 'gw-01'), undefined);
  });

  it('a conflict over a VM whose device was deleted in the hub', async () => {
    const scene = scenario();
    await scene.clock.run(createDevice(scene.context, createRequest()));
    scene.cluster.edit('VirtualMachine', 'edge', 'gw-01', 'kubectl-edit', (vm) => {
      (vm.spec as { template: { spec: { terminationGracePeriodSeconds: number } } }).template.spec.terminationGracePeriodSeconds = 5;
    });
    scene.hub.devices.clear();
    const error: unknown = await scene.clock.run(createDevice(scene.context, createRequest())).catch((reason: unknown) => reason);
    assert.ok(EdgeVmError.is(error) && error.code === 'field-conflict', String(error));
    assert.equal(scene.hub.devices.size, 0);
  });
});
