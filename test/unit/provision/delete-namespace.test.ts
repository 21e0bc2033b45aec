import assert from 'node:assert/strict';
import type { KubeObject, ObjectMeta, ResourceType } from '../../../src/cluster/types.js';
import { createDevice } from '../../../src/provision/create/index.js';
import { deleteDevice } from '../../../src/provision/delete/index.js';
import type { DeviceResult } from '../../../src/readiness/types.js';
import { EdgeVmError } from '../../../src/support/errors.js';
import { createRequest, deleteRequest, scenario, type Scenario } from '../../helpers/scenario.js';

const type = (apiVersion: string, kind: string, plural: string): ResourceType => ({ apiVersion, kind, plural, namespaced: true });

/** Types of others that edge-vm itself has no use for. */
const others = [
  type('apps/v1', 'StatefulSet', 'statefulsets'), type('apps/v1', 'DaemonSet', 'daemonsets'), type('apps/v1', 'ReplicaSet', 'replicasets'),
  type('batch/v1', 'CronJob', 'cronjobs'), type('networking.k8s.io/v1', 'Ingress', 'ingresses'), type('networking.k8s.io/v1', 'NetworkPolicy', 'networkpolicies'),
  type('operators.coreos.com/v1alpha1', 'ClusterServiceVersion', 'clusterserviceversions'), type('metrics.k8s.io/v1beta1', 'PodMetrics', 'pods'),
  type('discovery.k8s.io/v1', 'EndpointSlice', 'endpointslices'), type('events.k8s.io/v1', 'Event', 'events'), type('example.com/v2', 'Widget', 'widgets'),
];

async function created(): Promise<Scenario & { namespace: string; put: (apiVersion: string, kind: string, name: string, metadata?: Partial<ObjectMeta>) => KubeObject }> {
  const scene = scenario();
  scene.cluster.namespaced.push(...others);
  const { namespace } = await scene.clock.run(createDevice(scene.context, createRequest({ namespacePerDevice: true })));
  return { ...scene, namespace, put: (apiVersion, kind, name, metadata = {}) => scene.cluster.store.put({ apiVersion, kind, metadata: { name, namespace, ...metadata } }, new Map()) };
}

type Scene = Awaited<ReturnType<typeof created>>;
const remove = (scene: Scene, change = {}): Promise<DeviceResult> => scene.clock.run(deleteDevice(scene.context, deleteRequest({ namespace: scene.namespace, ...change })));
const stays = (scene: Scene): boolean => scene.cluster.find('Namespace', scene.namespace, '') !== undefined;

describe('the namespace that edge-vm made', () => {
  const theirs = [
    ['apps/v1', 'Deployment'], ['apps/v1', 'StatefulSet'], ['apps/v1', 'DaemonSet'], ['batch/v1', 'Job'], ['batch/v1', 'CronJob'], ['v1', 'Service'], ['v1', 'ConfigMap'],
    ['v1', 'Secret'], ['v1', 'PersistentVolumeClaim'], ['v1', 'ServiceAccount'], ['networking.k8s.io/v1', 'Ingress'], ['networking.k8s.io/v1', 'NetworkPolicy'],
    ['rbac.authorization.k8s.io/v1', 'RoleBinding'], ['kubevirt.io/v1', 'VirtualMachineInstance'], ['cdi.kubevirt.io/v1beta1', 'DataVolume'], ['example.com/v2', 'Widget'],
  ] as const;
  for (const [apiVersion, kind] of theirs) {
    it(`stays for somebody’s ${kind}`, async () => {
      const scene = await created();
      scene.put(apiVersion, kind, 'mine');
      const { warnings, changes } = await remove(scene);
      assert.deepEqual(warnings, [`namespace ${scene.namespace} stays: it still holds ${kind} mine`]);
      assert.ok(changes.some((change) => change.kind === 'Namespace' && change.outcome === 'kept'));
      assert.ok(stays(scene));
    });
  }

  it('goes with what every namespace has, and with what is going', async () => {
    const scene = await created();
    const { put } = scene;
    for (const name of ['kube-root-ca.crt', 'openshift-service-ca.crt', 'istio-ca-root-cert']) put('v1', 'ConfigMap', name);
    put('v1', 'ServiceAccount', 'default');
    put('v1', 'Secret', 'default-token-x', { annotations: { 'kubernetes.io/service-account.name': 'default' } });
    put('rbac.authorization.k8s.io/v1', 'RoleBinding', 'system:deployers');
    put('operators.coreos.com/v1alpha1', 'ClusterServiceVersion', 'copied', { labels: { 'olm.copiedFrom': 'operators' } });
    put('v1', 'Event', 'e');
    put('coordination.k8s.io/v1', 'Lease', 'lock');
    put('discovery.k8s.io/v1', 'EndpointSlice', 'gw-01-x');
    put('metrics.k8s.io/v1beta1', 'PodMetrics', 'p');
    put('v1', 'ConfigMap', 'going', { deletionTimestamp: scene.clock.iso(), finalizers: ['test/slow'] });
    const { warnings } = await remove(scene);
    assert.deepEqual(warnings, []);
    assert.ok(!stays(scene));
  });

  it('goes with what the garbage collector is about to take', async () => {
    const scene = await created();
    const peek = scene.cluster.peek.bind(scene.cluster);
    const claim = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'gw-01-root', ownerReferences: [{ apiVersion: 'cdi.kubevirt.io/v1alpha1', kind: 'DataVolume', name: 'gw-01-root', uid: 'u-gone' }] } };
    let seen = 0;
    scene.cluster.peek = async (of, ...rest) => (of.kind === claim.kind && ++seen > 0 ? { items: [claim], more: false } : peek(of, ...rest));
    assert.deepEqual((await remove(scene)).warnings, []);
    assert.equal(seen, 1);
    assert.ok(!stays(scene));
  });

  it('stays for what belongs to something outside of it, for what an owner leaves behind, and for more than can be seen at once', async () => {
    const owned = await created();
    const owner = owned.cluster.store.put({ apiVersion: 'example.com/v1', kind: 'ClusterWidget', metadata: { name: 'w' } }, new Map());
    owned.put('v1', 'ConfigMap', 'by-an-operator', { ownerReferences: [{ apiVersion: owner.apiVersion, kind: owner.kind, name: 'w', uid: owner.metadata.uid! }] });
    assert.match((await remove(owned)).warnings.join(), /holds ConfigMap by-an-operator$/);
    const orphaned = await created();
    orphaned.put('apps/v1', 'Deployment', 'orphaning', { deletionTimestamp: orphaned.clock.iso(), finalizers: ['orphan'] });
    assert.match((await remove(orphaned)).warnings.join(), /holds Deployment orphaning$/);
    const many = await created();
    const peek = many.cluster.peek.bind(many.cluster);
    many.cluster.peek = async (of, ...rest) => (of.kind === 'Widget' ? { items: [], more: true } : peek(of, ...rest));
    assert.match((await remove(many)).warnings.join(), /holds more than 50 widgets\.example\.com$/);
  });

  it('stays when not all can be seen, and says what', async () => {
    const scene = await created();
    scene.cluster.forbidden.add('list widgets');
    scene.cluster.silent.push('broken.example.com/v1', 'metrics.k8s.io/v1beta1');
    const { warnings } = await remove(scene);
    assert.deepEqual(warnings, [`namespace ${scene.namespace} stays: cannot tell whether it is empty: not allowed to list widgets.example.com; broken.example.com/v1 does not answer`]);
    assert.ok(stays(scene));
  });

  it('stays when a list fails, when discovery does, and when it tells nothing', async () => {
    const cases: [(scene: Scene) => void, RegExp][] = [
      [({ cluster }) => (cluster.before = ({ what }) => refuse(what === 'widgets')), /cannot tell whether it is empty: widgets\.example\.com: broken/],
      [({ cluster }) => (cluster.before = ({ verb }) => refuse(verb === 'discover')), /cannot tell whether it is empty: broken/],
      [({ cluster }) => (cluster.namespaced.length = 0), /cannot tell whether it is empty: the API tells no types/],
    ];
    for (const [breakIt, words] of cases) {
      const scene = await created();
      breakIt(scene);
      assert.match((await remove(scene)).warnings.join(), words);
      assert.ok(stays(scene));
    }
  });

  it('stays when it takes too long to look, with time left for nothing else to fail', async () => {
    const scene = await created();
    const peek = scene.cluster.peek.bind(scene.cluster);
    scene.cluster.peek = async (of, ...rest) => {
      if (of.plural === 'widgets') await scene.clock.sleep(3_600_000, rest[2]?.signal);
      return peek(of, ...rest);
    };
    const { warnings } = await remove(scene);
    assert.match(warnings.join(), /cannot tell whether it is empty: it took more than 60 s/);
    assert.equal(scene.clock.sleeping, 0);
  });

  it('stays where it may not be deleted, and the rest is done', async () => {
    const scene = await created();
    scene.cluster.forbidden.add('delete namespaces');
    const { warnings, changes } = await remove(scene);
    assert.deepEqual(warnings, [`namespace ${scene.namespace} stays: not allowed to delete it`]);
    assert.deepEqual(changes.find(({ kind }) => kind === 'Namespace')?.outcome, 'kept');
    assert.equal(scene.cluster.find('Secret', 'gw-01-cloud-init', scene.namespace), undefined);
  });

  it('is looked into with one request a type, few at once, and no more than needed', async () => {
    const scene = await created();
    let now = 0;
    let most = 0;
    const peek = scene.cluster.peek.bind(scene.cluster);
    scene.cluster.peek = async (...args) => {
      most = Math.max(most, ++now);
      await scene.clock.sleep(10);
      return peek(...args).finally(() => now--);
    };
    const start = scene.cluster.calls.length;
    await remove(scene);
    const lists = scene.cluster.calls.slice(start).filter(({ verb }) => verb === 'list').map(({ what }) => what);
    assert.ok(most <= 6 && most > 1, `${most} at once`);
    const asked = lists.filter((what) => what !== 'datavolumes');
    assert.equal(asked.length, new Set(asked).size);
    assert.ok(asked.includes('widgets') && !asked.includes('events') && !asked.includes('leases'));

    const blind = await created();
    for (const { plural } of blind.cluster.namespaced) if (plural !== 'datavolumes') blind.cluster.forbidden.add(`list ${plural}`);
    const from = blind.cluster.calls.length;
    assert.match((await remove(blind)).warnings.join(), /not allowed to list [a-z, ]+$/);
    assert.ok(blind.cluster.calls.slice(from).filter(({ verb }) => verb === 'list').length < 12);
  });

  it('is looked into only where edge-vm made it and disks do not stay', async () => {
    const scene = await created();
    await remove(scene, { keepDisk: true });
    const plain = scenario();
    await plain.clock.run(createDevice(plain.context, createRequest()));
    await plain.clock.run(deleteDevice(plain.context, deleteRequest()));
    for (const { cluster } of [scene, plain]) assert.ok(!cluster.calls.some(({ verb }) => verb === 'discover'));
  });
});

function refuse(yes: boolean): void {
  if (yes) throw new EdgeVmError('no-cluster', 'broken');
}
