import assert from 'node:assert/strict';
import { hintOf } from '../../../src/cli/output/advice.js';
import { createDevice } from '../../../src/provision/create/index.js';
import { deleteDevice } from '../../../src/provision/delete/index.js';
import type { CreateRequest } from '../../../src/provision/types.js';
import { ProvisionError } from '../../../src/readiness/provision-error.js';
import type { CauseCode } from '../../../src/support/causes.js';
import { EdgeVmError, InvalidInputError } from '../../../src/support/errors.js';
import { CANARY, createRequest, decodings, deleteRequest, device, givenIdentity, scenario, type Scenario } from '../../helpers/scenario.js';

async function rejects(scene: Scenario, request: CreateRequest, code: CauseCode): Promise<EdgeVmError> {
  const error: unknown = await scene.clock.run(createDevice(scene.context, request)).then(() => undefined, (reason: unknown) => reason);
  assert.ok(EdgeVmError.is(error), `expected ${code}, got ${String(error)}`);
  assert.equal(error.code, code);
  return error;
}

const outcomes = (result: { changes: { kind: string; outcome: string }[] }): string[] => result.changes.map(({ kind, outcome }) => `${kind} ${outcome}`);

describe('createDevice', () => {
  it('registers the device and applies Secret, VirtualMachine and Service', async () => {
    const scene = scenario();
    const request = createRequest({ device: device({ spec: { gateway: { type: 'ClusterIP', ports: [8883] } } }) });
    const result = await scene.clock.run(createDevice(scene.context, request));
    assert.deepEqual(outcomes(result), ['Secret created', 'VirtualMachine created', 'Service created']);
    assert.deepEqual(result.device, { hub: 'hub.example.net', id: 'gw-01' });
    assert.equal(scene.hub.devices.get('gw-01')?.edgeEnabled, true);
    assert.equal(scene.cluster.find('VirtualMachine', 'gw-01')?.metadata.annotations?.['edge-vm.io/device-id'], 'gw-01');
    assert.equal(scene.clock.sleeping, 0, 'no timer is left');
  });

  for (const [instance, says] of [['Running', 'our VM runs'], ['Scheduling', 'our VM is about to start']] as const) {
    it(`says of a VM with a ${instance} instance that ${says}, and asks nobody`, async () => {
      const scene = scenario({ kubevirt: { instance } });
      for (const _ of [1, 2]) await scene.clock.run(createDevice(scene.context, createRequest()));
      const details = scene.events.flatMap((event) => (event.type === 'step' && event.step.startsWith('check that nobody') && event.state === 'skipped' ? [event.detail] : []));
      assert.deepEqual(details, [undefined, says]);
    });
  }

  it('gives the Secret its VM as owner, and the Secret is there before the VM', async () => {
    const scene = scenario();
    await scene.clock.run(createDevice(scene.context, createRequest()));
    const vm = scene.cluster.find('VirtualMachine', 'gw-01')!;
    const secret = scene.cluster.find('Secret', 'gw-01-cloud-init')!;
    assert.deepEqual(secret.metadata.ownerReferences?.map((owner) => owner.uid), [vm.metadata.uid]);
    assert.equal(secret.metadata.labels?.['app.kubernetes.io/instance'], 'gw-01');
    assert.deepEqual(scene.cluster.writes, ['apply secrets', 'apply virtualmachines', 'apply secrets']);
  });

  it('writes the objects as edge-vm, also over the connection of a controller, so that each can take a device over from the other', async () => {
    const scene = scenario();
    scene.cluster.fieldManager = 'edge-vm-operator';
    const request = createRequest({ device: device({ spec: { gateway: { type: 'ClusterIP', ports: [8883] } } }), namespacePerDevice: true });
    await scene.clock.run(createDevice(scene.context, request));
    const managers = scene.cluster.store.all().flatMap(({ kind, metadata }) => (metadata.managedFields ?? []).map(({ manager }) => `${kind} ${manager}`));
    assert.deepEqual(managers.sort(), ['Namespace edge-vm', 'Secret edge-vm', 'Service edge-vm', 'VirtualMachine edge-vm']);
  });

  it('changes nothing the second time, and says so', async () => {
    const scene = scenario();
    const request = createRequest({ device: device({ spec: { gateway: { type: 'ClusterIP', ports: [8883] } } }) });
    await scene.clock.run(createDevice(scene.context, request));
    const before = scene.cluster.store.all().map((object) => `${object.kind} ${object.metadata.resourceVersion}`);
    const result = await scene.clock.run(createDevice(scene.context, request));
    assert.deepEqual(outcomes(result), ['Secret unchanged', 'VirtualMachine unchanged', 'Service unchanged']);
    assert.deepEqual(scene.cluster.store.all().map((object) => `${object.kind} ${object.metadata.resourceVersion}`), before);
    assert.deepEqual(result.warnings.filter((warning) => !warning.startsWith('spec.edge.edgeCa')), []);
  });

  it('keeps a stopped VM stopped, and starts it when asked', async () => {
    const scene = scenario();
    await scene.clock.run(createDevice(scene.context, createRequest()));
    await scene.cluster.vmAction('gw-01', 'edge', 'stop');
    const again = await scene.clock.run(createDevice(scene.context, createRequest()));
    assert.equal(scene.cluster.find('VirtualMachine', 'gw-01')?.spec?.['runStrategy'], 'Halted');
    assert.deepEqual(outcomes(again), ['Secret unchanged', 'VirtualMachine unchanged']);
    const started = await scene.clock.run(createDevice(scene.context, createRequest({ start: true })));
    assert.equal(scene.cluster.find('VirtualMachine', 'gw-01')?.spec?.['runStrategy'], 'Always');
    assert.deepEqual(outcomes(started), ['Secret unchanged', 'VirtualMachine changed']);
  });

  it('puts the key into the Secret and nowhere else', async () => {
    const scene = scenario({ hub: false });
    const result = await scene.clock.run(createDevice(scene.context, createRequest({ identity: givenIdentity() })));
    const holders = scene.cluster.store.all().filter((object) => decodings(JSON.stringify(object)).some((text) => text.includes(CANARY)));
    assert.deepEqual(holders.map((object) => object.kind), ['Secret']);
    assert.ok(!JSON.stringify([result, scene.events]).includes(CANARY));
  });

  it('reads the connection string from a Secret', async () => {
    const scene = scenario({ hub: false });
    const text = `HostName=hub.example.net;DeviceId=gw-01;SharedAccessKey=${CANARY}`;
    scene.cluster.store.put({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'mine', namespace: 'edge' }, data: { cs: Buffer.from(`${text}\n`).toString('base64') } }, new Map());
    const result = await scene.clock.run(createDevice(scene.context, createRequest({ identity: { kind: 'secret', name: 'mine' } })));
    assert.equal(result.device.id, 'gw-01');
    await rejects(scene, createRequest({ identity: { kind: 'secret', name: 'mine', key: 'other' } }), 'invalid-input');
    await rejects(scene, createRequest({ identity: { kind: 'secret', name: 'absent' } }), 'not-found');
  });

  describe('refuses before anything is created:', () => {
    const cases: { name: string; code: CauseCode; arrange?: (scene: Scenario) => void; request?: Partial<CreateRequest>; check?: 'unauthorized' }[] = [
      { name: 'no KubeVirt', code: 'no-kubevirt', arrange: ({ cluster }) => cluster.served.delete('kubevirt.io/v1') },
      { name: 'no CDI', code: 'no-cdi', arrange: ({ cluster }) => cluster.served.delete('cdi.kubevirt.io/v1beta1') },
      { name: 'a right that is missing', code: 'forbidden', arrange: ({ cluster }) => cluster.forbidden.add('patch secrets') },
      { name: 'a Secret that may be written but not read', code: 'forbidden', arrange: ({ cluster }) => cluster.forbidden.add('get secrets') },
      { name: 'a wrong key', code: 'unauthorized', request: { identity: givenIdentity() }, check: 'unauthorized', arrange: ({ hub }) => hub.register('gw-01') },
      { name: 'a refused key of a device that is disabled, where the hub is asked', code: 'device-disabled', request: { identity: givenIdentity() }, check: 'unauthorized', arrange: ({ hub }) => hub.register('gw-01', { status: 'disabled' }) },
      { name: 'a refused key of a device that is not there, where the hub is asked', code: 'device-not-found', request: { identity: givenIdentity() }, check: 'unauthorized' },
      { name: 'a device that is not edge-enabled', code: 'not-edge-enabled', arrange: ({ hub }) => hub.register('gw-01', { edgeEnabled: false }) },
      { name: 'a given key of a device that is not edge-enabled', code: 'not-edge-enabled', request: { identity: givenIdentity() }, arrange: ({ hub }) => hub.register('gw-01', { edgeEnabled: false }) },
      { name: 'a given key of a device that was deleted', code: 'device-not-found', request: { identity: givenIdentity() } },
      { name: 'a disabled device', code: 'device-disabled', arrange: ({ hub }) => hub.register('gw-01', { status: 'disabled' }) },
      { name: 'a device with certificates', code: 'unauthorized', arrange: ({ hub }) => hub.register('gw-01', { authType: 'selfSigned' }) },
      { name: 'an identity that somebody uses', code: 'identity-in-use', arrange: ({ hub }) => {
        hub.register('gw-01');
        hub.answering.add('gw-01');
      } },
      { name: 'a VM that is not ours', code: 'not-owned', arrange: ({ cluster }) => cluster.store.put({ apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachine', metadata: { name: 'gw-01', namespace: 'edge' }, spec: { runStrategy: 'Halted' } }, new Map()) },
      { name: 'a Secret that is not ours', code: 'not-owned', arrange: ({ cluster }) => cluster.store.put({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'gw-01-cloud-init', namespace: 'edge' } }, new Map()) },
      { name: 'a spec of another device', code: 'invalid-input', request: { identity: givenIdentity('gw-02'), device: device({ spec: { deviceId: 'gw-01' } }) } },
    ];
    for (const { name, code, arrange, request, check } of cases) {
      it(name, async () => {
        const scene = scenario(check === undefined ? {} : { check: async () => ({ ok: false, code: check, message: 'SAS refused', status: 401 }) });
        arrange?.(scene);
        const before = scene.cluster.store.all().length;
        const error = await rejects(scene, createRequest(request), code);
        assert.equal(scene.cluster.store.all().length, before);
        assert.deepEqual(scene.cluster.writes, []);
        if (code !== 'invalid-input') assert.ok(error.hint, 'it has a hint');
        // For bad input all problems are reported, and nothing was done.
        if (code === 'invalid-input') assert.ok(error instanceof InvalidInputError);
        else assert.equal(ProvisionError.is(error) && error.result.name, 'gw-01');
        assert.equal(scene.clock.sleeping, 0);
      });
    }
  });

  it('goes on with a wrong key when the check is skipped, and when the hub cannot be reached from here, unless there is no such hub', async () => {
    const wrong = scenario({ hub: false, check: async () => ({ ok: false, code: 'unauthorized', message: '401' }) });
    await wrong.clock.run(createDevice(wrong.context, createRequest({ identity: givenIdentity(), skipCredentialCheck: true })));
    const mistyped = scenario({ hub: false, check: async () => ({ ok: false, code: 'hub-unreachable', noSuchHub: true, message: 'cannot reach hub contosso (ENOTFOUND)' }) });
    const error = await rejects(mistyped, createRequest({ identity: givenIdentity() }), 'hub-unreachable');
    assert.match(hintOf(error, 'edge-vm') ?? '', /Check the hub's name.*--skip-credential-check/);
    assert.deepEqual(mistyped.cluster.writes, []);
    const away = scenario({ hub: false, check: async () => ({ ok: false, code: 'hub-unreachable', message: 'ECONNREFUSED' }) });
    const result = await away.clock.run(createDevice(away.context, createRequest({ identity: givenIdentity() })));
    assert.match(result.warnings.join(), /could not be checked from here: ECONNREFUSED/);
  });

  it('goes on if the hub’s registry may not be read', async () => {
    const scene = scenario();
    scene.hub.before = (call) => {
      if (call === 'getDevice') throw new EdgeVmError('hub-forbidden', 'RegistryRead is missing');
    };
    const result = await scene.clock.run(createDevice(scene.context, createRequest({ identity: givenIdentity() })));
    assert.ok(outcomes(result).includes('VirtualMachine created'));
  });

  it('refuses a name that another device has, and a device that has another name', async () => {
    const scene = scenario();
    await scene.clock.run(createDevice(scene.context, createRequest()));
    const taken = await rejects(scene, createRequest({ device: device({ spec: { identity: { register: { deviceId: 'other' } } } }), identity: { kind: 'register', deviceId: 'other' } }), 'not-owned');
    assert.match(taken.message, /belongs to device gw-01/);
    const twice = await rejects(scene, createRequest({ device: device({ metadata: { name: 'second' } }) }), 'identity-in-use');
    assert.match(twice.message, /already VirtualMachine edge\/gw-01/);
    scene.cluster.store.put({ apiVersion: 'edge-vm.io/v1alpha1', kind: 'EdgeDevice', metadata: { name: 'gw-01', namespace: 'edge' }, spec: {} }, new Map());
    const { uid = '' } = scene.cluster.find('EdgeDevice', 'gw-01')!.metadata;
    scene.cluster.edit('VirtualMachine', 'edge', 'gw-01', 'operator', ({ metadata }) => void (metadata.ownerReferences = [{ apiVersion: 'edge-vm.io/v1alpha1', kind: 'EdgeDevice', name: 'gw-01', uid, controller: true }]));
    const kept = await rejects(scene, createRequest({ device: device({ metadata: { name: 'second' } }) }), 'identity-in-use');
    assert.match(`${kept.message}. ${kept.hint}`, /already EdgeDevice edge\/gw-01\. .*delete that EdgeDevice/);
  });

  it('refuses an identity of a machine in another namespace, if it may look there', async () => {
    const scene = scenario();
    await scene.clock.run(createDevice(scene.context, createRequest()));
    const elsewhere = createRequest({ device: device({ metadata: { name: 'gw-01', namespace: 'other' } }) });
    const refused = await rejects(scene, elsewhere, 'identity-in-use');
    assert.equal(refused.message, 'device gw-01 is already VirtualMachine edge/gw-01');
    assert.equal(hintOf(refused, 'edge-vm'), 'Give this device another identity, or delete that one first: edge-vm delete gw-01 -n edge');
    const list = scene.cluster.list.bind(scene.cluster);
    scene.cluster.list = async (type, options) => {
      if (options?.namespace === undefined && type.kind === 'VirtualMachine') throw new EdgeVmError('forbidden', 'not in the whole cluster');
      return list(type, options);
    };
    await scene.clock.run(createDevice(scene.context, elsewhere));
    assert.ok(scene.cluster.find('VirtualMachine', 'gw-01', 'other'), 'nobody can know');
  });

  it('names field and manager of a conflict', async () => {
    const scene = scenario();
    await scene.clock.run(createDevice(scene.context, createRequest()));
    scene.cluster.edit('VirtualMachine', 'edge', 'gw-01', 'kubectl-edit', (vm) => {
      (vm.spec as { template: { spec: { terminationGracePeriodSeconds: number } } }).template.spec.terminationGracePeriodSeconds = 5;
    });
    const error = await rejects(scene, createRequest(), 'field-conflict');
    assert.match(error.message, /terminationGracePeriodSeconds is held by kubectl-edit/);
    await scene.clock.run(createDevice(scene.context, createRequest({ takeOwnership: true })));
  });

  it('says each time that the disk has other user-data, until a new generation', async () => {
    const scene = scenario();
    await scene.clock.run(createDevice(scene.context, createRequest()));
    const changed = createRequest({ device: device({ spec: { guest: { user: 'somebody' } } }) });
    for (let run = 0; run < 2; run++) {
      const { warnings } = await scene.clock.run(createDevice(scene.context, changed));
      assert.match(warnings.join(), /cloud-init does not run again on it.*spec\.firstBootGeneration: 2/);
    }
    const next = createRequest({ device: device({ spec: { firstBootGeneration: 2, guest: { user: 'somebody' } } }) });
    for (let run = 0; run < 2; run++) assert.doesNotMatch((await scene.clock.run(createDevice(scene.context, next))).warnings.join(), /cloud-init/);
  });

  it('says that a kept disk stays as it is', async () => {
    const scene = scenario();
    await scene.clock.run(createDevice(scene.context, createRequest()));
    await scene.clock.run(deleteDevice(scene.context, deleteRequest({ keepDisk: true })));
    const larger = createRequest({ device: device({ spec: { vm: { disk: { size: '99Gi' } } } }) });
    assert.match((await scene.clock.run(createDevice(scene.context, larger))).warnings.join(), /DataVolume gw-01-root exists with another size/);
  });

  describe('before it makes a namespace of the device’s own', () => {
    const own = createRequest({ namespacePerDevice: true });
    async function refused(scene: Scenario): Promise<EdgeVmError> {
      const start = scene.cluster.writes.length;
      const error: unknown = await scene.clock.run(createDevice(scene.context, own)).then(() => undefined, (reason: unknown) => reason);
      assert.ok(EdgeVmError.is(error), String(error));
      assert.deepEqual([scene.cluster.writes.length - start, scene.hub.devices.size], [0, 0], 'nothing was changed');
      return error;
    }

    it('asks for the right to', async () => {
      const scene = scenario();
      for (const right of ['create namespaces', 'create secrets']) scene.cluster.forbidden.add(right);
      const error = await refused(scene);
      assert.equal(error.code, 'forbidden');
      assert.match(error.message, /^not allowed to create namespace msiot-\S+ for the device: create namespaces, create secrets$/);
      assert.match(hintOf(error, 'edge-vm') ?? '', /docs\/rbac\.md.*make namespace msiot-.*--namespace/);
      assert.deepEqual(error.details['missing'], ['create namespaces', 'create secrets']);
    });

    it('names all that is missing where namespaces may not even be read', async () => {
      const scene = scenario();
      for (const right of ['get namespaces', 'patch namespaces']) scene.cluster.forbidden.add(right);
      assert.match((await refused(scene)).message, /: get namespaces, patch namespaces$/);
    });

    it('asks by name, and for patch as within the namespace, as the API server does', async () => {
      const scene = scenario();
      const asked: object[] = [];
      scene.cluster.canI = async (access) => {
        if (access.resource === 'namespaces') asked.push(access);
        return true;
      };
      const { namespace } = await scene.clock.run(createDevice(scene.context, own));
      assert.deepEqual(asked, [{ verb: 'create', resource: 'namespaces', name: namespace }, { verb: 'patch', resource: 'namespaces', name: namespace, namespace }]);
    });

    it('needs no such right for one that is there, nor for a device in a shared one', async () => {
      const scene = scenario();
      await scene.clock.run(createDevice(scene.context, own));
      for (const right of ['create namespaces', 'patch namespaces']) scene.cluster.forbidden.add(right);
      await scene.clock.run(createDevice(scene.context, own));
      const shared = scenario();
      for (const right of ['get namespaces', 'create namespaces', 'patch namespaces']) shared.cluster.forbidden.add(right);
      await shared.clock.run(createDevice(shared.context, createRequest()));
    });

    it('finds out that it is being deleted', async () => {
      const scene = scenario();
      const { namespace } = await scene.clock.run(createDevice(scene.context, own));
      scene.cluster.edit('Namespace', undefined, namespace, 'test', (object) => void (object.metadata.finalizers = ['test/slow']));
      scene.cluster.store.delete(`Namespace//${namespace}`, 'Background');
      scene.hub.devices.clear();
      const error = await refused(scene);
      assert.deepEqual([error.code, error.message], ['not-found', `namespace ${namespace} is being deleted`]);
    });
  });

  it('makes a namespace of the device’s own, marked as made by edge-vm, and leaves one that was there', async () => {
    const scene = scenario();
    const result = await scene.clock.run(createDevice(scene.context, createRequest({ namespacePerDevice: true })));
    assert.match(result.namespace, /^msiot-/);
    assert.deepEqual(outcomes(result), ['Namespace created', 'Secret created', 'VirtualMachine created']);
    assert.equal(scene.cluster.find('Namespace', result.namespace, '')?.metadata.labels?.['edge-vm.io/created-namespace'], 'true');
    const again = await scene.clock.run(createDevice(scene.context, createRequest({ namespacePerDevice: true })));
    assert.deepEqual(outcomes(again), ['Secret unchanged', 'VirtualMachine unchanged']);
  });

  it('registers nothing and makes nothing where rendering, the API server or a missing namespace will refuse', async () => {
    const badConfig = device({ spec: { guest: { cloudConfig: { runcmd: 'not a list' } } } });
    const refused = new EdgeVmError('admission-refused', 'admission webhook denied the request');
    const missing = new EdgeVmError('not-found', 'namespaces "edge" not found', { details: { kind: 'namespaces', name: 'edge' } });
    for (const [code, request, failure] of [
      ['invalid-input', createRequest({ device: badConfig }), undefined],
      ['admission-refused', createRequest(), refused],
      ['not-found', createRequest(), missing],
    ] as const) {
      const scene = scenario();
      scene.cluster.before = (call) => {
        if (failure !== undefined && call.what === 'virtualmachines' && ['try', 'apply'].includes(call.verb)) throw failure;
      };
      const error = await rejects(scene, request, code);
      assert.deepEqual(scene.cluster.writes, [], code);
      assert.equal(scene.hub.devices.size, 0, code);
      if (failure === missing) assert.match(`${error.message} ${error.hint}`, /namespace edge does not exist.*kubectl create namespace edge/);
    }
  });

  it('creates a device that a webhook without dry runs keeps from being tried, and says so', async () => {
    const scene = scenario();
    scene.cluster.before = (call) => {
      if (call.verb === 'try' && call.what === 'virtualmachines') throw new EdgeVmError('admission-refused', 'admission webhook "old.example" does not support dry run', { details: { status: 400 } });
    };
    const { changes, warnings } = await scene.clock.run(createDevice(scene.context, createRequest()));
    assert.ok(changes.some(({ kind, outcome }) => kind === 'VirtualMachine' && outcome === 'created'));
    assert.match(warnings.join(), /the API server could not try the VirtualMachine, so something may still refuse it: admission webhook "old\.example" does not support dry run/);
  });

  it('tries a new device of a plan for each set of labels; from many on, it says that it did not', async () => {
    const scene = scenario();
    const trials = new Map<string, Promise<boolean>>();
    const plan = async (tier: string): Promise<string[]> => {
      scene.cluster.calls.length = 0;
      const { warnings } = await scene.clock.run(createDevice(scene.context, createRequest({ dryRun: 'client', tryChanges: true, trials, device: device({ metadata: { name: 'gw-01', labels: { tier } } }) })));
      const tried = scene.cluster.calls.filter(({ verb, what }) => verb === 'try' && what === 'virtualmachines').length;
      return [String(tried), ...warnings.filter((text) => text.includes('has tried'))];
    };
    assert.deepEqual([await plan('a'), await plan('b'), await plan('a')], [['1'], ['1'], ['0']]);
    for (let n = trials.size; n < 500; n += 1) trials.set(`other ${n}`, Promise.resolve(true));
    const [tried, warning] = await plan('c');
    assert.equal(tried, '0');
    assert.match(warning ?? '', /has tried another device of this shape, but not one with these labels/);
  });

  it('shows with --dry-run=server what a new namespace would get, without a try in it', async () => {
    const scene = scenario();
    const result = await scene.clock.run(createDevice(scene.context, createRequest({ dryRun: 'server', namespacePerDevice: true })));
    assert.deepEqual(result.changes.map(({ kind, outcome }) => `${kind} ${outcome}`), ['Namespace created', 'Secret created', 'VirtualMachine created']);
    assert.match(result.warnings.join(), /does not exist yet/);
    assert.deepEqual(scene.cluster.writes.filter((write) => !/namespace/i.test(write)), []);
  });

  for (const dryRun of ['client', 'server'] as const) {
    it(`writes nothing with --dry-run=${dryRun}`, async () => {
      const scene = scenario();
      const result = await scene.clock.run(createDevice(scene.context, createRequest({ dryRun, wait: true })));
      assert.deepEqual(outcomes(result), ['Secret created', 'VirtualMachine created']);
      assert.deepEqual(scene.cluster.store.all(), []);
      assert.equal(scene.hub.devices.size, 0);
      assert.match(result.warnings.join(), /would be registered/);
      if (dryRun === 'client') assert.deepEqual(scene.cluster.writes, []);
    });
  }

  it('says with --dry-run=client what is there already', async () => {
    const scene = scenario();
    await scene.clock.run(createDevice(scene.context, createRequest()));
    const same = await scene.clock.run(createDevice(scene.context, createRequest({ dryRun: 'client' })));
    assert.deepEqual(outcomes(same), ['Secret unchanged', 'VirtualMachine unchanged']);
    const other = await scene.clock.run(createDevice(scene.context, createRequest({ dryRun: 'client', device: device({ spec: { vm: { memory: '7Gi' } } }) })));
    assert.deepEqual(outcomes(other), ['Secret changed', 'VirtualMachine changed']);
    assert.deepEqual(other.changes[0], { kind: 'Secret', name: 'gw-01-cloud-init', outcome: 'changed', detail: 'the settings stored in it changed' });
  });

  it('waits for an old VM that is still being deleted', async () => {
    const scene = scenario();
    await scene.clock.run(createDevice(scene.context, createRequest()));
    const old = scene.cluster.find('VirtualMachine', 'gw-01')!.metadata.uid;
    scene.cluster.edit('VirtualMachineInstance', 'edge', 'gw-01', 'test', (vmi) => {
      vmi.metadata.finalizers = ['test/slow'];
    });
    await scene.cluster.delete({ type: { apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachine', plural: 'virtualmachines', namespaced: true }, name: 'gw-01' });
    const creating = createDevice(scene.context, createRequest());
    await scene.clock.advance(5000);
    scene.cluster.edit('VirtualMachineInstance', 'edge', 'gw-01', 'test', (vmi) => {
      vmi.metadata.finalizers = [];
    });
    const result = await scene.clock.run(creating);
    assert.notEqual(scene.cluster.find('VirtualMachine', 'gw-01')!.metadata.uid, old);
    assert.deepEqual(outcomes(result), ['Secret created', 'VirtualMachine created']);
  });

  it('ends as interrupted when the signal fires, and as timed out when the time runs out', async () => {
    const scene = scenario();
    const controller = new AbortController();
    scene.cluster.before = ({ verb }) => {
      if (verb === 'apply') controller.abort();
    };
    scene.cluster.after = () => {
      if (controller.signal.aborted) throw new Error('aborted');
    };
    const error: unknown = await scene.clock.run(createDevice({ ...scene.context, signal: controller.signal }, createRequest())).catch((reason: unknown) => reason);
    assert.ok(EdgeVmError.is(error) && error.code === 'interrupted' && error.exitCode === 130);
  });

  it('is an InvalidInputError for a bad connection string, without the string', async () => {
    const scene = scenario();
    const text = `HostName=hub.example.net;DeviceId=x;SharedAccessKeyName=y;SharedAccessKey=${CANARY}`;
    scene.cluster.store.put({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'mine', namespace: 'edge' }, data: { cs: Buffer.from(text).toString('base64') } }, new Map());
    const error = await rejects(scene, createRequest({ identity: { kind: 'secret', name: 'mine' } }), 'invalid-input');
    assert.ok(error instanceof InvalidInputError);
    assert.ok(!JSON.stringify(error).includes(CANARY));
  });
});

describe('createDevice, killed at any request and run again', () => {
  it('converges with no duplicate, wherever it was killed', async () => {
    const whole = scenario();
    await whole.clock.run(createDevice(whole.context, createRequest({ namespacePerDevice: true })));
    const requests = whole.cluster.calls.length;
    const namespace = whole.cluster.store.all().find((object) => object.kind === 'Namespace')!.metadata.name;
    const shape = (scene: Scenario): string[] => scene.cluster.store.all().map((object) => `${object.kind}/${object.metadata.name} ${(object.metadata.ownerReferences ?? []).map((owner) => owner.kind).join()}`).sort();
    for (const when of ['before', 'after'] as const) {
      for (let kill = 0; kill < requests; kill++) {
        const scene = scenario();
        let count = 0;
        scene.cluster[when] = () => {
          if (count++ === kill) throw new Error('killed');
        };
        await scene.clock.run(createDevice(scene.context, createRequest({ namespacePerDevice: true }))).catch(() => undefined);
        scene.cluster[when] = () => undefined;
        await scene.clock.run(createDevice(scene.context, createRequest({ namespacePerDevice: true })));
        assert.deepEqual(shape(scene), shape(whole), `killed ${when} request ${kill}`);
        const owner = scene.cluster.find('Secret', 'gw-01-cloud-init', namespace)?.metadata.ownerReferences?.[0]?.uid;
        assert.equal(owner, scene.cluster.find('VirtualMachine', 'gw-01', namespace)?.metadata.uid);
        assert.equal(scene.hub.devices.size, 1);
      }
    }
  }).timeout(60_000);
});
