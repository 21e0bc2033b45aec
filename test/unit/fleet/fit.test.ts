import assert from 'node:assert/strict';
import type { KubeObject } from '../../../src/cluster/types.js';
import { requestsOf, settingsOf } from '../../../src/fleet/fit/demand.js';
import { withoutPodsOf } from '../../../src/fleet/fit/growth.js';
import { checkHub } from '../../../src/fleet/fit/hub.js';
import { podRequest, refusalOf, roomsOf } from '../../../src/fleet/fit/nodes.js';
import { packNodes } from '../../../src/fleet/fit/pack.js';
import { amountOf, bytesText } from '../../../src/fleet/fit/quantity.js';
import { checkLimits, checkQuotas } from '../../../src/fleet/fit/quota.js';
import { checkStorage, defaultClassOf } from '../../../src/fleet/fit/storage.js';
import type { Demand } from '../../../src/fleet/fit/types.js';

const Gi = 2 ** 30;
const demand = (over: Partial<Demand> = {}): Demand => ({
  name: 'gw-01', namespace: 'edge', cpu: 0.2, memory: 2 * Gi, kvm: 1, architecture: 'amd64', nodeSelector: {}, tolerations: [], nodeAffinity: undefined,
  limits: {}, disks: [{ name: 'gw-01-root', bytes: 20 * Gi }], hasService: false, isUnknown: false, registers: true, ...over,
});
const many = (count: number, over: Partial<Demand> = {}): Demand[] => Array.from({ length: count }, (_, i) => demand({ name: `gw-${String(i + 1).padStart(2, '0')}`, ...over }));
const node = (name: string, over: { labels?: Record<string, string>; spec?: Record<string, unknown>; allocatable?: Record<string, string>; ready?: string } = {}): KubeObject => ({
  apiVersion: 'v1', kind: 'Node', metadata: { name, labels: { 'kubevirt.io/schedulable': 'true', 'kubernetes.io/arch': 'amd64', ...over.labels } }, spec: over.spec ?? {},
  status: { allocatable: { cpu: '4', memory: '8Gi', 'devices.kubevirt.io/kvm': '1k', pods: '110', ...over.allocatable }, conditions: [{ type: 'Ready', status: (over.ready ?? 'True') as 'True' }] },
});
const pod = (nodeName: string, memory: string, over: Record<string, unknown> = {}): KubeObject => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'edge' }, spec: { nodeName, containers: [{ resources: { requests: { memory, cpu: '500m' } } }], ...over }, status: { phase: 'Running' } });

describe('fleet/fit: quantities', () => {
  for (const [text, value] of [['200m', 0.2], ['1410Mi', 1410 * 2 ** 20], ['1k', 1000], ['1e3', 1000], ['0.5', 0.5], [3, 3], ['35M', 35e6], ['x', 0], [undefined, 0]] as const) {
    it(`${text} is ${value}`, () => assert.equal(amountOf(text), value));
  }
  it('shows bytes in the largest unit', () => assert.deepEqual([bytesText(0), bytesText(1.5 * Gi), bytesText(1024 * Gi)], ['0 B', '1.5 GiB', '1 TiB']));
});

describe('fleet/fit: what a launcher pod asks for', () => {
  const template = { domain: { devices: { logSerialConsole: true } }, readinessProbe: { exec: {} } };
  const size = { vcpus: 2, memory: Gi };

  it('is what KubeVirt 1.8 asks for: guest memory, overhead, console log, a tenth of the CPUs', () => {
    const { cpu, memory, kvm } = requestsOf(template, size, settingsOf(undefined), 'amd64');
    // The lab's own pod: 1410Mi for compute, 35M for the log. The page tables (2 MiB) are counted in older versions.
    assert.ok(Math.abs(memory - (1410 * 2 ** 20 + 35e6)) <= 2 * 2 ** 20, String(memory));
    assert.deepEqual([Math.round(cpu * 1000), kvm], [205, 1]);
  });

  it('obeys the settings of KubeVirt and of the machine', () => {
    const kubevirt = { apiVersion: 'kubevirt.io/v1', kind: 'KubeVirt', metadata: { name: 'kubevirt' }, spec: { configuration: { additionalGuestMemoryOverheadRatio: '2', developerConfiguration: { cpuAllocationRatio: 1, memoryOvercommit: 200, useEmulation: true } } } };
    const plain = requestsOf({ domain: { devices: { logSerialConsole: false, autoattachGraphicsDevice: false } } }, size, settingsOf(kubevirt), 'arm64');
    assert.deepEqual([plain.cpu, plain.kvm], [2, 0]);
    assert.equal(plain.memory, Gi / 2 + 2 * ((220 + 8 + 16 + 128) * 2 ** 20 + Gi / 512));
    const asked = requestsOf({ domain: { resources: { requests: { memory: '3Gi', cpu: '1500m' } }, devices: { logSerialConsole: false } } }, size, settingsOf(undefined), 'amd64');
    assert.equal(asked.cpu, 1.5);
    assert.ok(asked.memory > 3 * Gi);
  });
});

describe('fleet/fit: machines that grow', () => {
  it('add to a quota only what is more, and no pod', () => {
    const quota = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'q', namespace: 'edge' }, status: { hard: { 'requests.memory': '4Gi', pods: '1' }, used: { 'requests.memory': '2Gi', pods: '1' } } };
    const grown = (memory: number): Demand => demand({ memory, disks: [], already: { cpu: 0.2, memory: 2 * Gi, kvm: 1, limits: {} } });
    assert.deepEqual([4 * Gi, 5 * Gi].map((memory) => checkQuotas([quota], [grown(memory)], undefined)[0]?.fits), [true, false]);
  });

  it('leave the place of their old pods', () => {
    const own = { ...pod('a', '6Gi'), metadata: { name: 'p', namespace: 'edge', labels: { 'vm.kubevirt.io/name': 'gw-01' } } };
    const rooms = roomsOf([node('a')], withoutPodsOf([own, pod('a', '1Gi')], [{ name: 'gw-01', namespace: 'edge' }]));
    assert.equal(rooms[0]!.memory, 7 * Gi);
  });
});

describe('fleet/fit: nodes', () => {
  it('counts what is free: containers and sidecars, or the largest init container; not ended pods', () => {
    const pods = [pod('a', '1Gi'), pod('a', '1Gi', { initContainers: [{ restartPolicy: 'Always', resources: { requests: { memory: '1Gi' } } }, { resources: { requests: { memory: '3Gi' } } }] }), { ...pod('a', '4Gi'), status: { phase: 'Succeeded' } }, pod('b', '1Gi')];
    assert.equal(podRequest(pods[1]!, 'memory'), 3 * Gi);
    const [room] = roomsOf([node('a')], pods);
    assert.deepEqual([room!.cpu, room!.memory, room!.pods], [3, 4 * Gi, 108]);
  });

  const refused: [words: RegExp, node: KubeObject, demand?: Partial<Demand>][] = [
    [/KubeVirt does not run/, node('a', { labels: { 'kubevirt.io/schedulable': 'false' } })],
    [/not ready/, node('a', { ready: 'False' })],
    [/cordoned/, node('a', { spec: { unschedulable: true } })],
    [/architecture is not arm64/, node('a'), { architecture: 'arm64' }],
    [/no label disk=ssd/, node('a'), { nodeSelector: { disk: 'ssd' } }],
    [/taint dedicated=edge:NoSchedule is not tolerated/, node('a', { spec: { taints: [{ key: 'dedicated', value: 'edge', effect: 'NoSchedule' }] } }), { tolerations: [{ key: 'dedicated', value: 'other' }] }],
    [/node affinity/, node('a'), { nodeAffinity: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'zone', operator: 'In', values: ['1'] }] }] } }],
  ];
  for (const [words, one, over] of refused) it(`a node is refused: ${words.source}`, () => assert.match(refusalOf(one, demand(over)) ?? '', words));

  it('a tolerated taint, a preferred one and a fitting affinity refuse nothing', () => {
    const tainted = node('a', { labels: { zone: '1' }, spec: { taints: [{ key: 'dedicated', value: 'edge', effect: 'NoSchedule' }, { key: 'x', effect: 'PreferNoSchedule' }] } });
    for (const toleration of [{ key: 'dedicated', value: 'edge' }, { key: 'dedicated', operator: 'Exists', effect: 'NoSchedule' }, { operator: 'Exists' }]) {
      assert.equal(refusalOf(tainted, demand({ tolerations: [toleration], nodeAffinity: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'zone', operator: 'In', values: ['1'] }] }] } })), undefined);
    }
  });

  it('places devices as long as there is room on single nodes, and says what is short', () => {
    const rooms = roomsOf([node('a'), node('b')], []);
    assert.equal(packNodes(many(8), rooms, true).fits, true);
    const nine = packNodes(many(9), rooms, true);
    assert.deepEqual([nine.fits, nine.devices], [false, ['gw-09']]);
    assert.match(nine.message, /^9 new devices need 1\.8 CPUs, 18 GiB of memory, 9 KVM devices; 2 nodes that may run them have 8 CPUs, 16 GiB of memory, 2000 KVM devices free; 1 device without a place: not enough memory \(a device needs 2 GiB, the nodes then have at most 0 B left\)$/);
    const large = packNodes([demand({ memory: 9 * Gi })], rooms, true);
    assert.equal(large.fits, false, '16 GiB are free, but no node has 9 GiB');
  });

  it('KVM, CPU and the number of pods count too', () => {
    assert.match(packNodes([demand()], roomsOf([node('a', { allocatable: { 'devices.kubevirt.io/kvm': '0' } })], []), true).message, /not enough KVM devices \(a device needs 1/);
    assert.match(packNodes([demand({ cpu: 5 })], roomsOf([node('a')], []), true).message, /not enough CPU/);
    assert.match(packNodes(many(2, { memory: 1 }), roomsOf([node('a', { allocatable: { pods: '1' } })], []), true).message, /as many pods as they may/);
    const mixed = roomsOf([node('a', { allocatable: { cpu: '0' } }), node('b', { allocatable: { memory: '1Gi' } })], []);
    assert.match(packNodes([demand()], mixed, true).message, /no node has CPU, memory and KVM devices for it at the same time/);
  });

  it('names why no node may run a device; without the right to list pods, the answer is not known', () => {
    assert.match(packNodes([demand({ architecture: 'arm64' })], roomsOf([node('a'), node('b')], []), true).message, /no node may run it \(2: its architecture is not arm64\)/);
    const blind = packNodes([demand()], roomsOf([node('a')], []), false);
    assert.equal(blind.fits, null);
    assert.match(blind.message, /without their pods, which you may not list/);
    assert.equal(packNodes([demand({ isUnknown: true })], roomsOf([node('a')], []), true).fits, null);
  });
});

describe('fleet/fit: quotas, limits, storage, hub', () => {
  const quota = (hard: Record<string, string>, used: Record<string, string> = {}, spec: Record<string, unknown> = {}): KubeObject => ({ apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'small', namespace: 'edge' }, spec, status: { hard, used } });

  it('a quota is too small for memory, storage, a class or a number of objects', () => {
    const cases: [hard: Record<string, string>, words: RegExp][] = [
      [{ 'requests.memory': '3Gi' }, /requests\.memory allows 3 GiB, of which 0 B are used and 4 GiB needed/],
      [{ 'requests.storage': '30Gi' }, /requests\.storage allows 30 GiB/],
      [{ 'fast.storageclass.storage.k8s.io/requests.storage': '10Gi' }, /fast\.storageclass/],
      [{ pods: '1' }, /pods allows 1, of which 0 are used and 2 needed/],
      [{ 'count/virtualmachines.kubevirt.io': '1' }, /count\/virtualmachines/],
      [{ 'requests.cpu': '300m' }, /requests\.cpu allows 0\.3/],
    ];
    for (const [hard, words] of cases) {
      const [check] = checkQuotas([quota(hard)], many(2), 'fast');
      assert.equal(check!.fits, false);
      assert.match(check!.message, words);
    }
    assert.equal(checkQuotas([quota({ pods: '3' }, { pods: '2' })], many(2), undefined)[0]!.fits, false, 'what is used counts');
    assert.equal(checkQuotas([quota({ pods: '4', configmaps: '0' }, { pods: '2' })], many(2), undefined)[0]!.fits, true);
    assert.equal(checkQuotas([quota({ pods: '0' }, {}, { scopes: ['Terminating'] })], many(2), undefined)[0]!.fits, null);
    assert.deepEqual(checkQuotas([quota({ pods: '0' })], [demand({ namespace: 'other' })], undefined), []);
  });

  it('a LimitRange is broken by a pod or a disk', () => {
    const range = (limit: Record<string, unknown>): KubeObject => ({ apiVersion: 'v1', kind: 'LimitRange', metadata: { name: 'r', namespace: 'edge' }, spec: { limits: [limit] } });
    const [check] = checkLimits([range({ type: 'Container', max: { memory: '1Gi' } })], many(2));
    assert.deepEqual(check!.devices, ['gw-01', 'gw-02']);
    assert.match(check!.message, /memory of a Container is at most 1 GiB, a device needs 2 GiB/);
    assert.match(checkLimits([range({ type: 'PersistentVolumeClaim', max: { storage: '10Gi' } })], many(1))[0]!.message, /storage of a PersistentVolumeClaim is at most 10 GiB/);
    assert.deepEqual(checkLimits([range({ type: 'Container', max: { memory: '4Gi' } })], many(2)), []);
  });

  it('storage: by class, with the capacity that the driver reports', () => {
    const capacity = (size: string, largest?: string): KubeObject => ({ apiVersion: 'storage.k8s.io/v1', kind: 'CSIStorageCapacity', metadata: { name: 'c' }, storageClassName: 'fast', capacity: size, ...(largest === undefined ? {} : { maximumVolumeSize: largest }) });
    assert.equal(checkStorage(many(2), [capacity('50Gi')], 'fast')[0]!.fits, true);
    const short = checkStorage(many(3), [capacity('50Gi')], 'fast')[0]!;
    assert.equal(short.fits, false);
    assert.match(short.message, /3 new disks of storage class fast need 60 GiB; 50 GiB are free/);
    assert.deepEqual(checkStorage(many(1), [capacity('50Gi', '10Gi')], 'fast')[0]!.devices, ['gw-01']);
    assert.equal(checkStorage(many(1), [], 'fast')[0]!.fits, null);
    assert.equal(checkStorage(many(1), undefined, undefined)[0]!.fits, null);
    const storageClass = (name: string, annotation: string): KubeObject => ({ apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name, annotations: { [annotation]: 'true' } } });
    assert.equal(defaultClassOf([storageClass('a', 'storageclass.kubernetes.io/is-default-class'), storageClass('b', 'storageclass.kubevirt.io/is-default-virt-class')]), 'b');
  });

  it('the hub: time to register, within the limits of its units', () => {
    assert.deepEqual(checkHub([demand({ registers: false })]), []);
    assert.equal(checkHub(many(250))[0]!.message, '250 devices to register: the limits of 1 unit of tier S1 allow it in about 2 minutes');
    assert.equal(checkHub(many(1090), 2)[0]!.message, '1090 devices to register: the limits of 2 units of tier S1 allow it in about 5 minutes');
    assert.match(checkHub(many(1))[0]!.message, /^1 device to register: .* in less than a minute$/);
    assert.deepEqual(checkHub(many(1_000_001), 50).map(({ fits }) => fits), [false]);
  });
});
