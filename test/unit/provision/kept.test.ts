import assert from 'node:assert/strict';
import { createDevice, prepareDevice } from '../../../src/provision/create/index.js';
import { consequencesOf } from '../../../src/provision/create/look/consequences.js';
import { keptText, toKeep } from '../../../src/provision/kept/document.js';
import { getDevice } from '../../../src/provision/kept/get.js';
import type { EdgeDeviceInput } from '../../../src/spec/types.js';
import { EdgeVmError } from '../../../src/support/errors.js';
import { CANARY, createRequest, decodings, device, givenIdentity, scenario, type Scenario } from '../../helpers/scenario.js';

const put = (scene: Scenario, name: string, data: Record<string, string>): void => {
  scene.cluster.store.put({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: 'edge' }, data: Object.fromEntries(Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString('base64')])) }, new Map());
};

describe('what is kept of a device', () => {
  it('is what was given, in an order of its own, a person’s documents as they were', () => {
    const cloudConfig = { write_files: [{ path: '/b', content: 'x' }], bootcmd: ['z'] };
    const one: EdgeDeviceInput = { kind: 'EdgeDevice', metadata: { namespace: 'edge', labels: { b: '1', a: '2' } }, spec: { vm: { memory: '8Gi', cpus: 2 }, guest: { cloudConfig }, identity: { register: {} } } };
    const other: EdgeDeviceInput = { metadata: { labels: { a: '2', b: '1' } }, spec: { identity: { register: {} }, guest: { cloudConfig }, vm: { cpus: 2, memory: '8Gi' } } };
    const text = keptText(toKeep(one, 'gw-01'));
    assert.equal(text, keptText(toKeep(other, 'gw-01')));
    assert.equal(text, '{"metadata":{"labels":{"a":"2","b":"1"},"name":"gw-01"},"spec":{"guest":{"cloudConfig":{"write_files":[{"path":"/b","content":"x"}],"bootcmd":["z"]}},"identity":{"register":{}},"vm":{"cpus":2,"memory":"8Gi"}}}');
    assert.deepEqual(toKeep(toKeep(one, 'gw-01'), 'gw-01'), toKeep(one, 'gw-01'));
  });

  it('keeps a bare register, and names no file and no variable', () => {
    const own = { secretRef: { name: 'gw-01-cloud-init' } };
    assert.deepEqual(toKeep({ spec: { identity: { register: null as never } } }, 'gw-01').spec?.identity, { register: {} });
    const kept = toKeep({ spec: { identity: { connectionString: { env: 'X' } }, edge: { registry: { server: 's', username: 'u', password: { file: '/p' } }, edgeCa: { certificate: 'PEM', key: { secretRef: { name: 'mine' } } } } } }, 'gw-01');
    assert.deepEqual([kept.spec?.identity?.connectionString, kept.spec?.edge?.registry?.password, kept.spec?.edge?.edgeCa?.key], [own, own, { secretRef: { name: 'mine' } }]);
  });

  it('is given by getDevice with its name and namespace', async () => {
    const scene = scenario();
    await scene.clock.run(createDevice(scene.context, createRequest({ input: { metadata: { name: 'gw-01' }, spec: { identity: { register: {} }, vm: { memory: '3Gi' } } }, device: device({ spec: { identity: { register: {} }, vm: { memory: '3Gi' } } }) })));
    assert.deepEqual(await getDevice(scene.context, { name: 'gw-01', namespace: 'edge' }), {
      apiVersion: 'edge-vm.io/v1alpha1', kind: 'EdgeDevice', metadata: { name: 'gw-01', namespace: 'edge' }, spec: { identity: { register: {} }, vm: { memory: '3Gi' } },
    });
  });

  it('has the present names of fields, also if an older edge-vm kept it', async () => {
    const scene = scenario();
    const made = { ...device(), spec: { ...device().spec, firstBootGeneration: 3 } };
    await scene.clock.run(createDevice(scene.context, createRequest({ device: made, input: made })));
    const secret = scene.cluster.find('Secret', 'gw-01-cloud-init')!;
    const data = secret['data'] as Record<string, string>;
    const older = Buffer.from(data['edgedevice']!, 'base64').toString().replace('"firstBootGeneration"', '"generation"');
    assert.match(older, /"generation":3/);
    scene.cluster.store.put({ ...secret, data: { ...data, edgedevice: Buffer.from(older).toString('base64') } }, new Map());
    const got = await getDevice(scene.context, { name: 'gw-01', namespace: 'edge' });
    assert.deepEqual([got.spec?.firstBootGeneration, Object.hasOwn(got.spec!, 'generation')], [3, false]);
    const prepared = await scene.clock.run(prepareDevice(scene.context, createRequest({ device: made, input: got })));
    assert.deepEqual(prepared.consequences, []);
    const second = { ...made, spec: { ...made.spec, firstBootGeneration: 2 } };
    await assert.rejects(scene.clock.run(prepareDevice(scene.context, createRequest({ device: second, input: second }))), /spec\.firstBootGeneration: must be at least 3/);
  });

  it('is left out with a warning where the Secret has no room for it', async () => {
    const scene = scenario();
    const content = 'x'.repeat(600_000);
    const large = device({ spec: { guest: { cloudConfig: { write_files: [{ path: '/x', content }] } } } });
    const prepared = await scene.clock.run(prepareDevice(scene.context, createRequest({ device: large })));
    assert.equal(prepared.kept, undefined);
    assert.match(prepared.warnings.join(), /too large to keep it/);
  });
});

describe('secrets of a device', () => {
  const registry = { server: 'r.example', username: 'me', password: { secretRef: { name: 'pull' } } };
  const userData = (scene: Scenario): string => Buffer.from((scene.cluster.find('Secret', 'gw-01-cloud-init')!['data'] as Record<string, string>)['userdata']!, 'base64').toString();

  it('are read from the Secrets that it names, and later from its own', async () => {
    const scene = scenario({ hub: false });
    const named = device({ spec: { edge: { registry } } });
    const missing: unknown = await scene.clock.run(createDevice(scene.context, createRequest({ identity: givenIdentity(), device: named }))).catch((error: unknown) => error);
    assert.ok(EdgeVmError.is(missing) && missing.code === 'not-found', String(missing));
    put(scene, 'pull', { user: 'me', password: 'canary-of-the-registry' });
    await scene.clock.run(createDevice(scene.context, createRequest({ identity: givenIdentity(), device: named })));
    assert.ok(decodings(userData(scene)).some((text) => text.includes('password = "canary-of-the-registry"')));
    const before = userData(scene);
    const own = device({ spec: { edge: { registry: { ...registry, password: { secretRef: { name: 'gw-01-cloud-init' } } } } } });
    await scene.clock.run(createDevice(scene.context, createRequest({ identity: { kind: 'kept' }, device: own })));
    assert.equal(userData(scene), before);
  });

  it('the identity among them: the parent that a connection string named stays, one that the spec named goes with it', async () => {
    const scene = scenario({ hub: false });
    const { identity } = givenIdentity() as { identity: object };
    const viaParent = { kind: 'given', identity: { ...identity, gatewayHostname: 'parent.example' } } as never;
    await scene.clock.run(createDevice(scene.context, createRequest({ identity: viaParent, device: device({ spec: { identity: { connectionString: { env: 'X' } } } }) })));
    const before = userData(scene);
    const kept = createRequest({ identity: { kind: 'kept' }, device: device({ spec: { identity: { connectionString: { secretRef: { name: 'gw-01-cloud-init' } } } } }) });
    await scene.clock.run(createDevice(scene.context, kept));
    assert.equal(userData(scene), before);
    const other = scenario({ hub: false });
    await other.clock.run(createDevice(other.context, createRequest({ identity: givenIdentity(), device: device({ spec: { edge: { parentHostname: 'parent.example' } } }) })));
    await other.clock.run(createDevice(other.context, createRequest({ identity: { kind: 'kept' }, device: device() })));
    assert.ok(!decodings(userData(other)).some((text) => text.includes('parent.example')));
    assert.ok(decodings(userData(other)).some((text) => text.includes(CANARY)));
  });

  it('of a device whose Secret is gone are missed as such', async () => {
    const scene = scenario();
    await scene.clock.run(createDevice(scene.context, createRequest()));
    scene.cluster.store.delete('Secret/edge/gw-01-cloud-init', 'Background');
    for (const [name, code] of [['gw-01', 'secret-missing'], ['gw-09', 'not-found']] as const) {
      const error: unknown = await scene.clock.run(prepareDevice(scene.context, createRequest({ identity: { kind: 'kept' }, mustExist: true, device: device({ metadata: { name } }) }))).catch((reason: unknown) => reason);
      assert.ok(EdgeVmError.is(error) && error.code === code, String(error));
    }
  });
});

describe('what a change of a device does', () => {
  const of = (before: EdgeDeviceInput['spec'], after: EdgeDeviceInput['spec']) => consequencesOf({ spec: { identity: { register: {} }, ...before } }, { spec: { identity: { register: {} }, ...after } })
    .map(({ path, from, to, effect, removed }) => [path, from, to, effect, removed]);
  const cases: [name: string, before: EdgeDeviceInput['spec'], after: EdgeDeviceInput['spec'], told: unknown[]][] = [
    ['nothing', { vm: { cpus: 2 } }, {}, []],
    ['a value', { vm: { memory: '2Gi' } }, { vm: { memory: '3Gi' } }, [['spec.vm.memory', '2Gi', '3Gi', 'restart', false]]],
    ['a fall to the default', { vm: { memory: '8Gi' } }, {}, [['spec.vm.memory', '8Gi', '2Gi', 'restart', true]]],
    ['a list that grows', { guest: { docker: { dns: ['1.1.1.1'] } } }, { guest: { docker: { dns: ['1.1.1.1', '2.2.2.2'] } } }, [['spec.guest.docker.dns', ['1.1.1.1'], ['1.1.1.1', '2.2.2.2'], 'first-boot', false]]],
    ['a list that loses an entry', { guest: { docker: { dns: ['1.1.1.1'] } } }, { guest: { docker: { dns: ['2.2.2.2'] } } }, [['spec.guest.docker.dns', ['1.1.1.1'], ['2.2.2.2'], 'first-boot', true]]],
    ['a part that goes', { gateway: { type: 'NodePort' } }, {}, [['spec.gateway', { type: 'NodePort', ports: [8883, 5671, 443] }, null, 'at-once', true]]],
    ['a map’s entry whose key has dots', { vm: { nodeSelector: { 'a.b/c': '1', d: '2' } } }, { vm: { nodeSelector: { d: '2' } } }, [['spec.vm.nodeSelector.a.b/c', '1', null, 'restart', true]]],
    ['a password in a URL', { guest: { proxy: { http: 'http://me:pw@p:1' } } }, { guest: { proxy: { http: 'http://p:1' } } }, [['spec.guest.proxy.http', '(not shown)', 'http://p:1', 'first-boot', false]]],
    ['a cloud-config', { guest: { cloudConfig: { a: 1 } } }, { guest: { cloudConfig: { a: 2 } } }, [['spec.guest.cloudConfig', '(not shown)', '(not shown)', 'first-boot', false]]],
    ['the order of keys', { guest: { networkData: { version: 2, ethernets: { e: { match: {}, dhcp4: true } } } } }, { guest: { networkData: { ethernets: { e: { dhcp4: true, match: {} } }, version: 2 } } }, []],
    ['a toleration more, with the keys of the other sorted', { vm: { tolerations: [{ key: 'a', effect: 'NoSchedule' }] } }, { vm: { tolerations: [{ effect: 'NoSchedule', key: 'a' }, { key: 'b' }] } }, [['spec.vm.tolerations', [{ key: 'a', effect: 'NoSchedule' }], [{ effect: 'NoSchedule', key: 'a' }, { key: 'b' }], 'restart', false]]],
    ['another identity', {}, { identity: { connectionString: { secretRef: { name: 's' } } } }, [['spec.identity', { register: {} }, { connectionString: { secretRef: { name: 's' } } }, 'at-once', false]]],
    ['the second generation of a device without one', {}, { firstBootGeneration: 2 }, [['spec.firstBootGeneration', 1, 2, 'first-boot', false]]],
    ['the first generation, written out', {}, { firstBootGeneration: 1 }, []],
    ['a generation', { firstBootGeneration: 1 }, { firstBootGeneration: 2 }, [['spec.firstBootGeneration', 1, 2, 'first-boot', false]]],
  ];
  for (const [name, before, after, told] of cases) it(name, () => assert.deepEqual(of(before, after), told));
});
