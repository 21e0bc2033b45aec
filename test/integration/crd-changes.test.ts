import assert from 'node:assert/strict';
import { declaredFields } from '../../src/spec/schema/walk.js';
import { setField } from '../../src/cli/flags/device-values.js';
import type { EdgeDeviceInput } from '../../src/spec/index.js';
import { installDefinitions, openResources, type Answer, type Resources } from './harness/custom-resources.js';
import { openScene, type Scene } from './harness/scene.js';

/** `undefined`: absent. */
type Value = string | string[] | undefined;
interface Change {
  from: Value;
  to: Value;
  /** True if the device stays the same. */
  fine?: boolean;
  /** The rest of the spec. */
  beside?: Record<string, unknown>;
  /** What the operator has found out meanwhile. */
  status?: { hub: string; id: string };
  /** The field that the API server names, if it is another one with the same meaning. */
  named?: string;
}

const byKey = { identity: { connectionString: { secretRef: { name: 'key' } } } };
const known = { hub: 'contoso.azure-devices.net', id: 'gw#1' };
const own = { vm: { templateFile: 'kind: VirtualMachine\n' } };
const disk = { vm: { dataDisk: { size: '5Gi' } } };

/** Each declared field that can never change, with changes of it. */
const changes: Readonly<Record<string, readonly Change[]>> = {
  'spec.deviceId': [
    { from: 'a', to: 'b' }, { from: 'a', to: undefined }, { from: undefined, to: 'b' },
    { from: undefined, to: '(name)', fine: true }, { from: '(name)', to: undefined, fine: true },
    { from: undefined, to: 'gw#1', beside: byKey, fine: true }, { from: undefined, to: 'gw#1', beside: byKey, status: known, fine: true },
    { from: undefined, to: 'gw#2', beside: byKey, status: known }, { from: 'gw#1', to: undefined, beside: byKey, status: known, fine: true },
  ],
  'spec.identity.register.deviceId': [
    { from: 'a', to: 'b', named: 'spec.deviceId' }, { from: 'a', to: undefined, named: 'spec.deviceId' }, { from: undefined, to: 'b', named: 'spec.deviceId' },
    { from: undefined, to: '(name)', fine: true }, { from: '(name)', to: undefined, fine: true },
  ],
  'spec.hub.hostname': [
    { from: 'a.example', to: 'b.example' }, { from: 'a.example', to: 'A.example', fine: true }, { from: undefined, to: 'b.example', fine: true },
    { from: undefined, to: 'b.example', status: known }, { from: undefined, to: known.hub, status: known, fine: true },
    { from: undefined, to: known.hub, status: { ...known, hub: 'Contoso.azure-devices.net' }, fine: true },
    { from: 'b.example', to: undefined, fine: true }, { from: known.hub, to: undefined, status: known, fine: true },
  ],
  'spec.vm.template': [{ from: 'ubuntu-24.04', to: 'debian-12' }, { from: undefined, to: 'debian-12' }, { from: 'debian-12', to: undefined }, { from: 'ubuntu-24.04', to: undefined, fine: true }],
  'spec.vm.architecture': [
    { from: 'amd64', to: 'arm64' }, { from: undefined, to: 'arm64' }, { from: 'arm64', to: undefined }, { from: undefined, to: 'amd64', fine: true },
    { from: undefined, to: 'arm64', beside: own, fine: true },
  ],
  'spec.vm.image': [{ from: 'pvc:a', to: 'pvc:b' }, { from: undefined, to: 'pvc:b' }, { from: 'pvc:a', to: undefined }],
  'spec.vm.disk.size': [
    { from: '20Gi', to: '30Gi' }, { from: undefined, to: '30Gi' }, { from: '30Gi', to: undefined }, { from: undefined, to: '20Gi', fine: true },
    { from: undefined, to: '30Gi', beside: own, fine: true },
  ],
  ...Object.fromEntries(['disk', 'dataDisk'].flatMap((name) => {
    const beside = name === 'disk' ? {} : { beside: disk };
    return [
      [`spec.vm.${name}.storageClass`, [{ from: 'a', to: 'b', ...beside }, { from: undefined, to: 'b', ...beside }, { from: 'a', to: undefined, ...beside }]],
      [`spec.vm.${name}.accessModes`, [{ from: ['ReadWriteOnce'], to: ['ReadWriteMany'], ...beside }, { from: undefined, to: ['ReadWriteOnce'], ...beside }]],
      [`spec.vm.${name}.volumeMode`, [{ from: 'Block', to: 'Filesystem', ...beside }, { from: 'Block', to: undefined, ...beside }]],
    ];
  })),
  'spec.vm.dataDisk.size': [{ from: '5Gi', to: '6Gi' }],
};

describe('a field of an EdgeDevice that can never change', () => {
  let scene: Scene;
  let devices: Resources;
  before(async () => {
    await installDefinitions();
    scene = await openScene('crd-changes');
    devices = await openResources(scene, 'edgedevices');
  });
  after(async () => {
    await devices.close();
    await scene.close();
  });

  const told = ({ code, body }: Answer): string => `${code}: ${body.message ?? ''}`;

  async function made(spec: Record<string, unknown>): Promise<{ name: string; device: EdgeDeviceInput }> {
    const name = scene.name();
    const device = { apiVersion: 'edge-vm.io/v1alpha1', kind: 'EdgeDevice', metadata: { name }, spec: { identity: { register: {} }, ...structuredClone(spec) } } as EdgeDeviceInput;
    return { name, device };
  }

  for (const [path, list] of Object.entries(changes)) {
    for (const { from, to, fine = false, beside = {}, status, named = path } of list) {
      const words = `${String(from ?? 'absent')} → ${String(to ?? 'absent')}${beside === byKey ? ', with a connection string' : beside === own ? ', with an own manifest' : ''}${status === undefined ? '' : ', when the device is known'}`;
      it(`${path}: ${fine ? 'may change' : 'cannot change'} ${words}`, async () => {
        const { name, device } = await made(beside);
        const valueOf = (value: Value): Value => (value === '(name)' ? name : value);
        if (from !== undefined) setField(device, path, valueOf(from));
        const created = await devices.create(device);
        assert.equal(created.code, 201, told(created));
        if (status !== undefined) assert.equal((await devices.patch(name, { status: { device: status } }, 'status')).code, 200);
        const patch = {};
        setField(patch, path, valueOf(to) ?? null);
        const answer = await devices.patch(name, patch);
        if (fine) return assert.equal(answer.code, 200, told(answer));
        assert.equal(answer.code, 422, told(answer));
        assert.ok(answer.body.message?.includes(`${named}: Invalid value`) === true && /cannot change: delete the EdgeDevice and create it again/.test(answer.body.message), told(answer));
      });
    }
  }

  it('is in the list above, if it is declared', () => {
    const never = [...declaredFields().values()].filter(({ path, node, change }) => change === 'never' && node.type !== 'object' && path.startsWith('spec.') && !path.includes('[]'));
    assert.deepEqual(never.map(({ path }) => path).sort(), Object.keys(changes).sort());
  });

  it('does not make others fixed: what can change, may', async () => {
    const { name, device } = await made({});
    assert.equal((await devices.create(device)).code, 201);
    for (const spec of [{ vm: { cpus: 4, dataDisk: { size: '5Gi' } } }, { vm: { dataDisk: null } }, { guest: { user: 'jane' } }, { identity: { register: null, connectionString: { secretRef: { name: 'key' } } } }, { deletionPolicy: 'Retain' }]) {
      const answer = await devices.patch(name, { spec });
      assert.equal(answer.code, 200, told(answer));
    }
  });

  it('counts first boots upwards only', async () => {
    const counter = [...declaredFields().keys()].find((path) => /^spec\.(?:firstBootG|g)eneration$/.test(path))!.replace('spec.', '');
    const { name, device } = await made({ [counter]: 2 });
    assert.equal((await devices.create(device)).code, 201);
    for (const [value, code] of [[3, 200], [2, 422], [null, 422], [3, 200]] as const) {
      const answer = await devices.patch(name, { spec: { [counter]: value } });
      assert.equal(answer.code, code, told(answer));
    }
  });
});
