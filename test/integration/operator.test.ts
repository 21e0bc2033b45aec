import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { kinds, type KubeObject } from '../../src/cluster/index.js';
import type { EdgeDeviceStatus, StatusCondition } from '../../src/operator/types.js';
import { OPERATOR_RIGHTS } from '../../src/operator/rights.js';
import { listAt } from '../../src/support/plain.js';
import { openOperatorLab, type OperatorLab, type OperatorProcess } from './harness/operator.js';
import { everyEnd } from './harness/every-end.js';
import { eventually } from './harness/objects.js';
import { kubectl } from './harness/programs.js';
import { rightsUsed } from './harness/rights.js';
import { removeDevices } from './harness/remove-devices.js';
import { openScene, type Scene } from './harness/scene.js';
import { holds, whereIn } from './harness/search.js';

const register = { identity: { register: {} } };

function edgeDevice(name: string, spec: Record<string, unknown> = register): object {
  return { apiVersion: 'edge-vm.io/v1alpha1', kind: 'EdgeDevice', metadata: { name }, spec };
}

/** What a person with kubectl does and sees. */
function fleet(scene: Scene) {
  const inNamespace = (...args: string[]): string[] => [...args, '-n', scene.namespace];
  const get = async (name: string): Promise<KubeObject | undefined> => scene.get(kinds.EdgeDevice, name);
  const statusOf = (device: KubeObject | undefined): EdgeDeviceStatus => (device?.status ?? {}) as EdgeDeviceStatus;
  const condition = async (name: string, type: string): Promise<StatusCondition | undefined> => statusOf(await get(name)).conditions?.find((one) => one.type === type);
  return {
    get,
    status: async (name: string) => statusOf(await get(name)),
    condition,
    apply: (...devices: object[]) => kubectl(inNamespace('apply', '--server-side', '-f', '-'), JSON.stringify({ apiVersion: 'v1', kind: 'List', items: devices })),
    patch: (name: string, patch: object) => kubectl(inNamespace('patch', 'edgedevice', name, '--type', 'merge', '-p', JSON.stringify(patch))),
    remove: (...names: string[]) => kubectl(inNamespace('delete', 'edgedevice', ...names, '--wait=false')),
    ready: (...names: string[]) => eventually(`${names.join(', ')} are ready`, async () => {
      const devices = await scene.list(kinds.EdgeDevice);
      const isReady = (name: string): boolean => statusOf(devices.find(({ metadata }) => metadata.name === name)).conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true;
      return names.every(isReady);
    }, 170),
    holds: (name: string, type: string, status: string) => eventually(`${type} of ${name} is ${status}`, async () => {
      const found = await condition(name, type);
      return found?.status === status ? found : undefined;
    }),
    gone: (...names: string[]) => eventually(`${names.join(', ')} are gone`, async () => !(await scene.list(kinds.EdgeDevice)).some(({ metadata }) => names.includes(metadata.name))),
  };
}

describe('the operator', () => {
  let scene: Scene;
  let lab: OperatorLab;
  let operator: OperatorProcess;
  let names: string[];
  let devices: ReturnType<typeof fleet>;
  before(async () => {
    scene = await openScene('operator');
    devices = fleet(scene);
    lab = await openOperatorLab(scene);
    operator = await lab.start();
  });
  after(() => everyEnd(() => lab.close(), () => removeDevices(scene), () => scene.close()));

  it('makes the devices of resources, registers them, and tells when they are ready', async () => {
    names = Array.from({ length: 10 }, () => scene.name());
    await devices.apply(...names.map((name) => edgeDevice(name)));
    await devices.ready(...names);
    assert.equal((await operator.health('/readyz')).status, 200);
    assert.equal((await operator.health('/healthz')).status, 200);
    for (const name of names) {
      assert.notEqual(await scene.hub.device(name), undefined, `${name} is in the hub`);
      const { registration, summary, stage } = await devices.status(name);
      assert.deepEqual([registration?.state, registration?.deviceId, summary?.code, stage], ['Registered', name, '417 no deployment yet', 'connected']);
    }
    const told = await eventually('the Events are there', async () => {
      const events = (await scene.list(kinds.Event)).filter((event) => (event['involvedObject'] as { kind: string; name: string }).kind === 'EdgeDevice' && (event['involvedObject'] as { name: string }).name === names[0]);
      return events.length >= 3 ? events.map((event) => String(event['reason'])).sort((a, b) => a.localeCompare(b)) : undefined;
    });
    assert.deepEqual(told, ['Applied', 'Ready', 'Registered']);
    const table = await kubectl(['get', 'edge', '-n', scene.namespace]);
    assert.match(table, /NAME +READY +STAGE +CODE +MODULES +VERSION +AGE/);
    assert.equal(table.match(/True +connected +417 no deployment yet/g)?.length, 10, table);
    assert.match(await operator.metrics(), /edge_vm_devices\{stage="connected",cause=""\} 10/);
  });

  it('is quiet at rest: no request for any device, of the API server or the hub', async () => {
    await eventually('the last twins have come', async () => (await Promise.all(names.map((name) => devices.status(name)))).every(({ edge }) => edge?.evidence === 'twin' && edge.connectionState === 'Connected'));
    // A detail may wait for 20 s after the status that says ready, and later ones for 10 s.
    await eventually('each device is ready for so long', async () => {
      const readySince = await Promise.all(names.map(async (name) => Date.parse((await devices.condition(name, 'Ready'))?.lastTransitionTime ?? '')));
      return Date.now() - Math.max(...readySince) > 30_000;
    });
    await eventually('the last details are written', async () => {
      const writes = (): number => lab.proxy.seen.filter(({ method, path }) => method !== 'GET' && !path.includes('/leases/')).length;
      const before = writes();
      await sleep(12_000);
      return writes() === before ? true : undefined;
    });
    const [seen, hub] = [lab.proxy.seen.length, hubRequests(await operator.metrics())];
    await sleep(20_000);
    const since = lab.proxy.seen.slice(seen).filter(({ path }) => !path.includes('watch=true') && !path.includes('/leases/'));
    assert.deepEqual(since.map(({ method, path }) => `${method} ${path}`), []);
    const after = hubRequests(await operator.metrics());
    for (const [operation, count] of Object.entries(after)) if (operation !== 'queryEdgeAgents') assert.equal(count, hub[operation], operation);
    assert.ok(after['queryEdgeAgents']! - hub['queryEdgeAgents']! <= 2, 'one query for all');
  });

  it('applies a change of a label at once, and says that other settings need a restart', async () => {
    const name = names[0]!;
    await devices.patch(name, { metadata: { labels: { site: 'north' } } });
    await eventually('the VM has the label', async () => (await scene.get(kinds.VirtualMachine, name))?.metadata.labels?.['site'] === 'north');
    await devices.patch(name, { spec: { vm: { memory: '1Gi' } } });
    const pending = await devices.holds(name, 'UpToDate', 'False');
    assert.equal(pending.reason, 'RestartRequired');
    assert.deepEqual((await devices.status(name)).pending, { effect: 'restart' });
    assert.equal((await devices.condition(name, 'Connected'))?.status, 'True', 'the device goes on with its old settings');
    await scene.run(['restart', name]);
    await devices.holds(name, 'UpToDate', 'True');
    await devices.ready(name);
  });

  it('puts back a VM that somebody deletes', async () => {
    const name = names[1]!;
    const before = (await scene.get(kinds.VirtualMachine, name))?.metadata.uid;
    await kubectl(['delete', 'vm', name, '-n', scene.namespace]);
    await eventually('another VM is there', async () => {
      const uid = (await scene.get(kinds.VirtualMachine, name))?.metadata.uid;
      return uid !== undefined && uid !== before;
    });
    await devices.ready(name);
    assert.equal((await devices.status(name)).registration?.state, 'Registered');
  });

  it('puts back a Secret that somebody deletes, with the same content', async () => {
    const name = `${names[2]!}-cloud-init`;
    const before = await scene.get(kinds.Secret, name);
    await kubectl(['delete', 'secret', name, '-n', scene.namespace]);
    const now = await eventually('another Secret is there', async () => {
      const secret = await scene.get(kinds.Secret, name);
      return secret !== undefined && secret.metadata.uid !== before?.metadata.uid ? secret : undefined;
    });
    assert.deepEqual(now['data'], before?.['data']);
    assert.equal(now.metadata.ownerReferences?.[0]?.kind, 'EdgeDevice');
  });

  it('puts back a VM that somebody changes', async () => {
    const name = names[3]!;
    await kubectl(['label', 'vm', name, '-n', scene.namespace, 'app.kubernetes.io/name=mine', '--overwrite']);
    await eventually('the label is back', async () => (await scene.get(kinds.VirtualMachine, name))?.metadata.labels?.['app.kubernetes.io/name'] === 'edge-vm');
  });

  it('makes and removes the Service of a gateway', async () => {
    const name = names[3]!;
    await devices.patch(name, { spec: { gateway: {} } });
    await eventually('the Service is there', async () => scene.get(kinds.Service, name));
    await kubectl(['annotate', 'service', name, '-n', scene.namespace, 'edge-vm.io/x=y']);
    await devices.patch(name, { spec: { gateway: { ports: [8883] } } });
    await eventually('the Service has one port', async () => listAt(await scene.get(kinds.Service, name), 'spec', 'ports').length === 1);
    await devices.patch(name, { spec: { gateway: null } });
    await eventually('the Service is gone', async () => (await scene.get(kinds.Service, name)) === undefined);
  });

  it('refuses a bad spec with all its problems, makes nothing of it, and lets it go at once', async () => {
    const name = scene.name('bad');
    await devices.apply(edgeDevice(name, { ...register, guest: { sshKeys: ['ssh-ed25519 AAAA me'], caCertificates: ['-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'] } }));
    const accepted = await devices.holds(name, 'Accepted', 'False');
    assert.equal(accepted.reason, 'InvalidSpec');
    for (const field of ['spec.guest.sshKeys[0]', 'spec.guest.caCertificates[0]']) assert.ok(accepted.message.includes(field), accepted.message);
    assert.equal((await devices.condition(name, 'Ready'))?.reason, 'InvalidSpec');
    assert.equal(await scene.get(kinds.VirtualMachine, name), undefined);
    assert.equal(await scene.hub.device(name), undefined);
    await devices.remove(name);
    await devices.gone(name);
  });

  it('keeps the disk of a deleted device if the spec says so', async () => {
    const name = names[4]!;
    const disk = (await scene.get(kinds.DataVolume, `${name}-root`))?.metadata.uid;
    await devices.patch(name, { spec: { deletionPolicy: 'Retain' } });
    await devices.remove(name);
    await devices.gone(name);
    assert.equal((await scene.get(kinds.DataVolume, `${name}-root`))?.metadata.uid, disk);
    assert.equal(await scene.get(kinds.VirtualMachine, name), undefined);
    await kubectl(['delete', 'datavolume', `${name}-root`, '-n', scene.namespace]);
  });

  it('removes VM, disk, Secret and hub device with the resource', async () => {
    const [first, second] = [names[5]!, names[6]!];
    await devices.remove(first, second);
    await devices.gone(first, second);
    for (const name of [first, second]) await nothingLeft(scene, name);
    assert.notEqual(await scene.hub.device(names[7]!), undefined, 'and nothing of the others');
  });

  it('says what is left of a deleted device if the hub does not answer, and leaves it if somebody gives it up', async () => {
    const name = names[7]!;
    // Only for this device: other tests use the hub at the same time.
    const fault = await scene.hub.fault({ deviceId: name, action: { kind: 'error', status: 503 } });
    try {
      await devices.remove(name);
      const removed = await devices.holds(name, 'HubDeviceRemoved', 'False');
      assert.match(removed.message, new RegExp(`device ${name} is still in .*kubectl annotate edgedevice ${name} -n ${scene.namespace} edge-vm.io/abandon-hub-device=true`));
      assert.equal(await scene.get(kinds.VirtualMachine, name), undefined, 'the cluster did not wait for the hub');
      await kubectl(['annotate', 'edgedevice', name, '-n', scene.namespace, 'edge-vm.io/abandon-hub-device=true']);
      await devices.gone(name);
    } finally {
      await fault.lift();
    }
    assert.notEqual(await scene.hub.device(name), undefined);
  });

  it('takes over a device that a person made', async () => {
    const name = scene.name('own');
    const made = await scene.run(['create', name, '--register', '--no-wait', '-o', 'json']);
    assert.equal(made.code, 0, made.stderr);
    const uid = (await scene.get(kinds.VirtualMachine, name))?.metadata.uid;
    await devices.apply(edgeDevice(name));
    await devices.ready(name);
    const vm = await scene.get(kinds.VirtualMachine, name);
    assert.equal(vm?.metadata.uid, uid, 'it is the same VM');
    assert.deepEqual(vm?.metadata.ownerReferences?.map(({ kind, controller }) => [kind, controller]), [['EdgeDevice', true]]);
    assert.deepEqual((await scene.get(kinds.Secret, `${name}-cloud-init`))?.metadata.ownerReferences?.map(({ kind }) => kind), ['EdgeDevice']);
    assert.equal((await devices.status(name)).registration?.state, 'Adopted');
    await devices.remove(name);
    await devices.gone(name);
    assert.notEqual(await scene.hub.device(name), undefined, 'it was registered before');
  });

  it('ends in order on SIGTERM', async () => {
    operator.kill('SIGTERM');
    assert.equal(await operator.ended, 0, operator.output());
  });

  it('needs exactly the rights that it lists', () => {
    assert.deepEqual(lab.proxy.seen.filter(({ status }) => status === 403).map(({ method, path }) => `${method} ${path}`), []);
    const used = rightsUsed(lab.proxy.seen);
    const listed = OPERATOR_RIGHTS.flatMap(({ group, resources, verbs }) => resources.flatMap((resource) => verbs.map((verb) => `${group}/${resource} ${verb}`)));
    // Reviews are open to everybody; discovery too.
    assert.deepEqual([...used].filter((right) => !listed.includes(right) && !right.startsWith('authorization.k8s.io/') && !right.startsWith('/ ')), []);
    // operator-rights.test.ts and operator-retain.test.ts use these.
    const elsewhere = [
      'kubevirt.io/virtualmachineinstances delete', 'cdi.kubevirt.io/datavolumes delete', '/persistentvolumes list', 'storage.k8s.io/storageclasses list', 'storage.k8s.io/storageclasses get', '/namespaces get',
    ];
    // A get of what is watched comes only after a write that failed, and the rest needs a failure of its own; they have unit tests. This operator watches one namespace, so no nodes.
    const rare = [
      ...elsewhere, '/persistentvolumeclaims patch', '/persistentvolumeclaims get', '/events get', '/events list', '/events patch', '/services get', '/nodes get', '/nodes watch',
      'edge-vm.io/edgedevices get', 'cdi.kubevirt.io/datavolumes get', 'kubevirt.io/virtualmachines get', 'kubevirt.io/virtualmachineinstances get',
    ];
    // Those on EdgeDeployments: edge-deployment.test.ts. One request lists and watches, if the server can do that.
    assert.deepEqual(listed.filter((right) => !used.has(right) && !right.startsWith('edge-vm.io/edgedeployments') && !right.endsWith(' list') && !rare.includes(right)), []);
  });
});

describe('an operator for one namespace', () => {
  let scene: Scene;
  let lab: OperatorLab;
  before(async () => {
    scene = await openScene('onens');
    lab = await openOperatorLab(scene, { onlyHere: true });
  });
  after(() => everyEnd(() => lab.close(), () => removeDevices(scene), () => scene.close()));

  it('needs no right outside of it', async () => {
    const devices = fleet(scene);
    const operator = await lab.start(['--watch-namespace', scene.namespace]);
    const name = scene.name();
    await devices.apply(edgeDevice(name));
    await devices.ready(name);
    assert.equal((await operator.health('/readyz')).status, 200);
    await devices.remove(name);
    await devices.gone(name);
    await nothingLeft(scene, name);
    const refused = lab.proxy.seen.filter(({ status }) => status === 403).map(({ method, path }) => `${method} ${path}`);
    assert.deepEqual(refused, []);
  });
});

describe('two replicas of the operator', () => {
  let scene: Scene;
  let lab: OperatorLab;
  before(async () => {
    scene = await openScene('replicas');
    lab = await openOperatorLab(scene);
  });
  after(() => everyEnd(() => lab.close(), () => removeDevices(scene), () => scene.close()));

  it('work one at a time: the other stands by, and takes over when the first is killed', async () => {
    const devices = fleet(scene);
    const [one, two] = await Promise.all([lab.start([], { POD_NAME: 'one' }), lab.start([], { POD_NAME: 'two' })]);
    const leads = async (replica: OperatorProcess): Promise<boolean> => /^edge_vm_leader 1$/m.test(await replica.metrics());
    const leader = await eventually('one of them leads', async () => ((await leads(one)) ? one : (await leads(two)) ? two : undefined));
    const other = leader === one ? two : one;
    assert.equal((await other.health('/readyz')).status, 200, 'one that stands by is ready');
    const first = scene.name();
    await devices.apply(edgeDevice(first));
    await devices.ready(first);
    assert.equal(await leads(other), false);
    assert.doesNotMatch(other.output(), /Applied/);
    leader.kill('SIGKILL');
    const second = scene.name();
    await devices.apply(edgeDevice(second));
    await devices.ready(first, second);
    assert.equal(await leads(other), true);
    other.kill('SIGTERM');
    assert.equal(await other.ended, 0);
    const lease = await scene.get(kinds.Lease, 'edge-vm-operator');
    assert.equal(lease?.spec?.['holderIdentity'], '', 'it gave the Lease back');
  });
});

describe('a key in a Secret that an EdgeDevice names', () => {
  const key = randomBytes(32).toString('base64');
  let scene: Scene;
  let lab: OperatorLab;
  before(async () => {
    scene = await openScene('opkey');
    lab = await openOperatorLab(scene);
  });
  after(() => everyEnd(() => lab.close(), () => removeDevices(scene), () => scene.close()));

  it('is in no resource, status, Event, metric and log', async () => {
    const devices = fleet(scene);
    const name = scene.name();
    const connectionString = await scene.hub.register(name, { key });
    await kubectl(['create', 'secret', 'generic', 'key', '-n', scene.namespace, `--from-literal=connection-string=${connectionString}`]);
    await kubectl(['create', 'secret', 'generic', 'half', '-n', scene.namespace, `--from-literal=connection-string=${connectionString.slice(0, -9)}`]);
    const operator = await lab.start(['--no-leader-election'], { EDGE_VM_DEBUG: '1' });
    const byKey = (secret: string, more: object = {}): Record<string, unknown> => ({ identity: { connectionString: { secretRef: { name: secret } } }, ...more });
    const [half, none] = [scene.name('half'), scene.name('none')];
    await devices.apply(edgeDevice(name, byKey('key')), edgeDevice(half, byKey('half')), edgeDevice(none, byKey('missing')));
    await devices.ready(name);
    await devices.holds(half, 'Accepted', 'False');
    await devices.holds(none, 'Accepted', 'False');
    await devices.patch(name, { spec: { vm: { cpus: 3 } } });
    await devices.remove(half);
    await devices.gone(half);
    const texts = { log: operator.output(), metrics: await operator.metrics() };
    for (const [what, text] of Object.entries(texts)) assert.equal(holds(text, key), false, what);
    for (const type of [kinds.EdgeDevice, kinds.VirtualMachine, kinds.VirtualMachineInstance, kinds.DataVolume, kinds.Pod, kinds.Event]) {
      const objects = await scene.list(type);
      assert.deepEqual(objects.flatMap((object) => whereIn(object, key, `${type.kind}/${object.metadata.name}`)), []);
    }
    assert.ok(holds(JSON.stringify(await scene.get(kinds.Secret, `${name}-cloud-init`)), key), 'the search finds it where it belongs');
    await devices.remove(name, none);
    await devices.gone(name, none);
  });
});

async function nothingLeft(scene: Scene, name: string): Promise<void> {
  for (const [type, object] of [[kinds.VirtualMachine, name], [kinds.VirtualMachineInstance, name], [kinds.DataVolume, `${name}-root`], [kinds.Secret, `${name}-cloud-init`]] as const) {
    await eventually(`${type.kind} ${object} is gone`, async () => (await scene.get(type, object)) === undefined);
  }
  assert.equal(await scene.hub.device(name), undefined, `${name} is not in the hub`);
}


/** Calls of the hub by operation. */
function hubRequests(metrics: string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const [, operation, count] of metrics.matchAll(/^edge_vm_hub_requests_total\{operation="(\w+)".*\} (\d+)$/gm)) counts[operation!] = (counts[operation!] ?? 0) + Number(count);
  return counts;
}
