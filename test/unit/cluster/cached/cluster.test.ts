import assert from 'node:assert/strict';
import { cachedCluster, snapshotCluster, startCaches, withoutManagers, withoutStatusManagers, type CacheChange, type CacheFailure, type Caches, type CacheSpec } from '../../../../src/cluster/cached/index.js';
import { DataVolume, Pod, Secret, Service, VirtualMachine } from '../../../../src/cluster/kinds.js';
import { ref } from '../../../../src/cluster/ref.js';
import type { Cluster, KubeObject } from '../../../../src/cluster/types.js';
import { EdgeVmError } from '../../../../src/support/errors.js';
import { FakeCluster } from '../../../helpers/fake-cluster/index.js';
import { ManualClock } from '../../../helpers/manual-clock.js';

const own = { 'app.kubernetes.io/managed-by': 'edge-vm' };
const selector = 'app.kubernetes.io/managed-by=edge-vm';
const make = (kind: string, name: string, labels: Record<string, string> = own, more: Partial<KubeObject> = {}): KubeObject =>
  ({ apiVersion: kind === 'VirtualMachine' ? 'kubevirt.io/v1' : kind === 'DataVolume' ? 'cdi.kubevirt.io/v1beta1' : 'v1', kind, metadata: { name, namespace: 'edge', labels }, ...more });

describe('a cached cluster', () => {
  let clock: ManualClock;
  let fake: FakeCluster;
  let stop: AbortController;
  let changes: CacheChange[];
  let failures: CacheFailure[];
  const specs: CacheSpec[] = [{ type: Service }, { type: Secret, labelSelector: selector }, { type: VirtualMachine, labelSelector: selector, key: ({ metadata }) => metadata.labels?.['device'] }];
  /** While it is closed, no event of a watch arrives. */
  let gate: Promise<void>;
  beforeEach(() => {
    gate = Promise.resolve();
    clock = new ManualClock();
    fake = new FakeCluster(clock);
    const listWatch = fake.listWatch.bind(fake);
    fake.listWatch = async function* late(type, options) {
      for await (const event of listWatch(type, options)) {
        await gate;
        yield event;
      }
    };
    stop = new AbortController();
    [changes, failures] = [[], []];
  });
  afterEach(() => stop.abort());

  async function start(of: CacheSpec[] = specs): Promise<{ caches: Caches; cluster: Cluster }> {
    const caches = startCaches(fake, of, { signal: stop.signal, clock, onChange: (change) => changes.push(change), onFailure: (failure) => failures.push(failure) });
    await caches.synced;
    fake.calls.length = 0;
    return { caches, cluster: cachedCluster(fake, caches, { clock }) };
  }
  /** Closes the gate; the returned function opens it, and lets all events arrive. */
  const closeGate = (): (() => Promise<void>) => {
    let open = (): void => undefined;
    gate = new Promise((resolve) => (open = resolve));
    return async () => {
      open();
      await ManualClock.settle();
    };
  };
  const asked = (): string[] => fake.calls.map(({ verb, what }) => `${verb} ${what}`);

  it('answers get and list without a request', async () => {
    for (const name of ['b', 'a']) fake.store.put(make('Service', name), new Map());
    fake.store.put(make('Secret', 's', { ...own, x: 'y' }), new Map());
    const { cluster } = await start();
    assert.equal((await cluster.get(ref(Service, 'a')))?.metadata.name, 'a');
    assert.equal(await cluster.get(ref(Service, 'c')), undefined, 'the cache of this type is complete');
    assert.deepEqual((await cluster.list(Service, { namespace: 'edge' })).map(({ metadata }) => metadata.name), ['a', 'b'], 'in the order of the server');
    assert.deepEqual((await cluster.list(Service, { fieldSelector: 'metadata.name=b' })).map(({ metadata }) => metadata.name), ['b']);
    assert.deepEqual((await cluster.list(Secret, { labelSelector: `x=y, ${selector}` })).map(({ metadata }) => metadata.name), ['s']);
    assert.deepEqual(await cluster.list(Secret, { namespace: 'other', labelSelector: selector }), []);
    assert.deepEqual(asked(), []);
  });

  it('sends on what the caches cannot answer: other types, other selectors, and objects outside of the selector', async () => {
    fake.store.put(make('Secret', 'foreign', {}), new Map());
    const { cluster } = await start();
    assert.equal((await cluster.get(ref(Secret, 'foreign')))?.metadata.name, 'foreign');
    await cluster.get(ref(Pod, 'p'));
    await cluster.list(Secret, {});
    await cluster.list(Service, { fieldSelector: 'spec.type=ClusterIP' });
    assert.deepEqual(asked(), ['get secrets', 'get pods', 'list secrets', 'list services']);
  });

  for (const [what, write] of [
    ['apply', (cluster: Cluster) => cluster.apply(make('Service', 'a'))],
    ['create', (cluster: Cluster) => cluster.create(make('Service', 'a'))],
  ] as const) {
    it(`shows what ${what} answered without a request`, async () => {
      const { cluster } = await start();
      const open = closeGate();
      await write(cluster);
      const live = await cluster.get(ref(Service, 'a'));
      assert.equal(live?.metadata.resourceVersion, fake.find('Service', 'a')?.metadata.resourceVersion);
      assert.deepEqual(asked(), [`${what} services`]);
      await open();
      assert.deepEqual(await cluster.get(ref(Service, 'a')), live);
      assert.deepEqual(changes.map(({ type }) => type), ['added'], 'told once');
    });
  }

  it('shows what a patch answered, and asks after a deletion until the watch tells of it', async () => {
    fake.store.put(make('Service', 'a'), new Map());
    const { cluster } = await start();
    const open = closeGate();
    await cluster.mergePatch(ref(Service, 'a'), { metadata: { labels: { new: 'label' }, finalizers: ['x'] } });
    assert.equal((await cluster.get(ref(Service, 'a')))?.metadata.labels?.['new'], 'label');
    await cluster.delete(ref(Service, 'a'));
    assert.notEqual((await cluster.get(ref(Service, 'a')))?.metadata.deletionTimestamp, undefined);
    await open();
    assert.notEqual((await cluster.get(ref(Service, 'a')))?.metadata.deletionTimestamp, undefined);
    assert.deepEqual(asked(), ['patch services', 'delete services', 'get services']);
  });

  it('asks the server after a write that was refused or whose answer was lost, in get and in list', async () => {
    fake.store.put(make('Service', 'a'), new Map());
    fake.store.put(make('Service', 'b'), new Map());
    const { cluster } = await start();
    await assert.rejects(cluster.mergePatch(ref(Service, 'a'), { metadata: { resourceVersion: '1' } }), { code: 'conflict' });
    await cluster.get(ref(Service, 'b'));
    assert.deepEqual(asked(), ['patch services'], 'only the object that was written is in doubt');
    await cluster.get(ref(Service, 'a'));
    await cluster.get(ref(Service, 'a'));
    assert.deepEqual(asked(), ['patch services', 'get services']);
    fake.calls.length = 0;
    closeGate();
    fake.after = ({ verb }) => {
      if (verb === 'apply') throw new EdgeVmError('no-cluster', 'the answer is lost');
    };
    await assert.rejects(cluster.apply(make('Service', 'c')), { code: 'no-cluster' });
    assert.deepEqual((await cluster.list(Service, { labelSelector: selector })).map(({ metadata }) => metadata.name), ['a', 'b', 'c']);
    await cluster.list(Service, { labelSelector: selector });
    assert.deepEqual(asked(), ['apply services', 'get services']);
  });

  it('asks once about an object whose write failed, and not in each list that the object could be in', async () => {
    const { cluster } = await start();
    closeGate();
    const of = (device: string): string => `${selector},device=${device}`;
    fake.before = ({ verb }) => {
      if (verb === 'apply') throw new EdgeVmError('no-cluster', 'the request is lost');
    };
    await assert.rejects(cluster.apply(make('Secret', 'lost', { ...own, device: 'gw-1' })), { code: 'no-cluster' });
    // The object does not exist, and a list of another device cannot show that.
    await Promise.all(['gw-1', 'gw-2', 'gw-3'].map((device) => cluster.list(Secret, { namespace: 'edge', labelSelector: of(device) })));
    assert.deepEqual(await cluster.list(Secret, { namespace: 'edge', labelSelector: of('gw-2') }), []);
    assert.deepEqual(asked(), ['apply secrets', 'get secrets']);
  });

  it('lists from the server what stays in doubt', async () => {
    const { cluster } = await start();
    closeGate();
    fake.before = ({ verb }) => {
      if (verb === 'apply' || verb === 'get') throw new EdgeVmError('no-cluster', 'the request is lost');
    };
    await assert.rejects(cluster.apply(make('Secret', 'lost')), { code: 'no-cluster' });
    assert.deepEqual(await cluster.list(Secret, { namespace: 'edge', labelSelector: selector }), []);
    assert.deepEqual(asked(), ['apply secrets', 'get secrets', 'list secrets']);
  });

  it('shows nothing that is gone when a write finds it missing', async () => {
    fake.store.put(make('Service', 'a'), new Map());
    const { cluster } = await start();
    closeGate();
    fake.store.delete('Service/edge/a', 'Background');
    assert.equal(await cluster.delete(ref(Service, 'a')), false);
    assert.equal(await cluster.get(ref(Service, 'a')), undefined);
    assert.deepEqual(asked(), ['delete services']);
  });

  it('asks about a VM after it was started or stopped', async () => {
    fake.store.put(make('VirtualMachine', 'gw', own, { spec: { runStrategy: 'Halted' } }), new Map());
    const { cluster } = await start();
    closeGate();
    await cluster.vmAction('gw', 'edge', 'start');
    assert.equal((await cluster.get(ref(VirtualMachine, 'gw')))?.spec?.['runStrategy'], 'Always');
  });

  it('stores nothing of a dry run', async () => {
    const { cluster } = await start();
    await cluster.apply(make('Service', 'a'), { dryRun: true });
    await cluster.create(make('Service', 'a'), { dryRun: true });
    assert.equal(await cluster.get(ref(Service, 'a')), undefined);
  });

  it('shows the whole object after an apply whose caller needs only its metadata', async () => {
    const { cluster } = await start();
    const open = closeGate();
    const data = { userdata: 'eA==' };
    await cluster.apply(make('Secret', 'own', own, { data }), { answer: 'metadata' });
    assert.deepEqual((await cluster.get(ref(Secret, 'own', 'edge')))?.data, data);
    assert.deepEqual(asked(), ['apply secrets']);
    const other = await cluster.apply(make('ConfigMap', 'other', own, { data }), { answer: 'metadata' });
    assert.equal(other.object.data, undefined, 'no cache needs it');
    await open();
  });

  it('compares before an apply with what it shows, instead of a request', async () => {
    const { cluster } = await start();
    const seen: unknown[] = [];
    const apply = fake.apply.bind(fake);
    fake.apply = (object, options) => {
      seen.push(options?.before);
      return apply(object, options);
    };
    await cluster.apply(make('Service', 'a'));
    await cluster.apply(make('Service', 'a'));
    await cluster.apply(make('Secret', 'not-in-a-complete-cache'));
    assert.deepEqual(seen.map((before) => (before as KubeObject | null | undefined)?.metadata.name ?? before), [null, 'a', undefined]);
  });

  it('tells of every change of what it shows, with the state before, and finds objects by key', async () => {
    const { cluster, caches } = await start();
    await cluster.apply(make('VirtualMachine', 'gw', { ...own, device: 'one' }));
    await ManualClock.settle();
    fake.edit('VirtualMachine', 'edge', 'gw', 'somebody', (vm) => {
      vm.metadata.labels!['device'] = 'two';
    });
    await ManualClock.settle();
    assert.deepEqual([caches.objects(VirtualMachine, 'one').length, caches.objects(VirtualMachine, 'two').length, caches.objects(VirtualMachine).length], [0, 1, 1]);
    fake.store.delete('VirtualMachine/edge/gw', 'Background');
    await ManualClock.settle();
    const label = (object: KubeObject | undefined): string | undefined => object?.metadata.labels?.['device'];
    const told = changes.map(({ type, resource, object, old }) => [type, resource.plural, label(object), label(old)]);
    assert.deepEqual([told[0], told[1]], [['added', 'virtualmachines', 'one', undefined], ['modified', 'virtualmachines', 'two', 'one']]);
    assert.deepEqual(told.at(-1), ['deleted', 'virtualmachines', 'two', 'two']);
    assert.deepEqual([caches.objects(VirtualMachine, 'two'), caches.sizes()['virtualmachines']], [[], { objects: 0, characters: 0 }]);
  });

  it('watches each namespace by itself, and asks about the others', async () => {
    for (const namespace of ['one', 'two', 'three']) fake.store.put({ ...make('Service', 'a'), metadata: { name: 'a', namespace } }, new Map());
    const { cluster, caches } = await start([{ type: Service, namespaces: ['one', 'two', 'one'] }]);
    assert.equal(fake.watching('services'), 2);
    for (const namespace of ['one', 'two']) assert.equal((await cluster.list(Service, { namespace })).length, 1);
    assert.deepEqual([asked(), caches.objects(Service).length], [[], 2]);
    await cluster.list(Service);
    await cluster.get(ref(Service, 'a', 'three'));
    assert.deepEqual(asked(), ['list services', 'get services']);
  });

  describe('when it is watched', () => {
    const follow = (cluster: Cluster, options: { namespace?: string; labelSelector?: string; fieldSelector?: string } = {}, signal = stop.signal): { told: string[]; error: Promise<unknown> } => {
      const told: string[] = [];
      const error = (async () => {
        for await (const event of cluster.watch(Service, { ...options, signal })) told.push(event.type === 'synced' ? 'synced' : `${event.type} ${event.object.metadata.name}`);
        return 'ended';
      })().catch((reason: unknown) => reason);
      return { told, error };
    };

    it('tells many watchers what one watch has told it, each its selection', async () => {
      fake.store.put(make('Service', 'a'), new Map());
      fake.store.put(make('Service', 'b', {}), new Map());
      const { cluster } = await start();
      const all = follow(cluster);
      const some = follow(cluster, { namespace: 'edge', labelSelector: selector });
      const one = follow(cluster, { namespace: 'edge', fieldSelector: 'metadata.name=c' });
      await ManualClock.settle();
      await cluster.apply(make('Service', 'c', {}));
      fake.edit('Service', 'edge', 'a', 'somebody', (service) => void (service.metadata.labels = {}));
      await ManualClock.settle();
      fake.store.delete('Service/edge/c', 'Background');
      await ManualClock.settle();
      const without = (told: string[]): string[] => told.filter((text) => text !== 'modified c');
      assert.deepEqual(without(all.told), ['added a', 'added b', 'synced', 'added c', 'modified a', 'deleted c']);
      assert.deepEqual(some.told, ['added a', 'synced', 'deleted a']);
      assert.deepEqual(without(one.told), ['synced', 'added c', 'deleted c']);
      assert.equal(fake.watching('services'), 1);
      stop.abort();
      assert.deepEqual(await Promise.all([all.error, some.error, one.error]), ['ended', 'ended', 'ended']);
    });

    it('tells of a failure of its watch, and leaves other selections to the server', async () => {
      const { cluster, caches } = await start();
      const here = follow(cluster);
      await ManualClock.settle();
      const [scope] = caches.scopes;
      scope!.failure = new EdgeVmError('forbidden', 'not allowed');
      for (const listener of scope!.onFailure) listener();
      assert.equal(((await here.error) as EdgeVmError).code, 'forbidden');
      const other = new AbortController();
      const there = follow(cluster, { fieldSelector: 'spec.type=ClusterIP' }, other.signal);
      await ManualClock.settle();
      assert.equal(fake.watching('services'), 2);
      other.abort();
      assert.equal(await there.error, 'ended');
    });
  });

  it('reports a missing right, asks the server meanwhile, and goes on when the right is back', async () => {
    fake.store.put(make('Service', 'a'), new Map());
    const broken = new Set(['services']);
    fake.before = ({ verb, what }) => {
      if (verb === 'watch' && broken.has(what)) throw new EdgeVmError('forbidden', 'not allowed to watch services', { details: { status: 403 } });
    };
    const { cluster, caches } = await start();
    assert.deepEqual(failures.map(({ resource, error }) => [resource.plural, (error as EdgeVmError).code]), [['services', 'forbidden']]);
    assert.equal(caches.failing.length, 1);
    assert.equal((await cluster.get(ref(Service, 'a')))?.metadata.name, 'a');
    assert.deepEqual(asked(), ['get services']);
    broken.clear();
    await clock.advance(2_000);
    assert.deepEqual(caches.failing, []);
    await cluster.get(ref(Service, 'a'));
    assert.deepEqual(asked(), ['get services', 'watch services']);
  });

  it('waits for the first list through an outage, and not for a type that is not served', async () => {
    fake.served.delete('cdi.kubevirt.io/v1beta1');
    let down = true;
    fake.before = ({ what }) => {
      if (what === 'datavolumes') throw new EdgeVmError('no-cdi', 'no CDI', { details: { status: 404 } });
      if (down) throw new EdgeVmError('no-cluster', 'does not answer');
    };
    const caches = startCaches(fake, [{ type: DataVolume }, { type: Service }], { signal: stop.signal, clock, onFailure: (failure) => failures.push(failure) });
    let synced = false;
    void caches.synced.then(() => (synced = true));
    await clock.advance(5_000);
    assert.equal(synced, false);
    down = false;
    await clock.advance(60_000);
    assert.equal(synced, true);
    assert.deepEqual(caches.failing.map(({ resource }) => resource.plural), ['datavolumes']);
    stop.abort();
    await clock.run(caches.ended);
    assert.equal(clock.sleeping, 0);
  });

  it('remembers rights, served groups and the version for some minutes, a no for 20 s, an error never', async () => {
    const { cluster } = await start();
    let versions = 0;
    fake.version = async () => {
      versions += 1;
      if (versions === 1) throw new EdgeVmError('no-cluster', 'does not answer');
      return 'v1.34.4';
    };
    await assert.rejects(cluster.version(), { code: 'no-cluster' });
    assert.deepEqual([await cluster.version(), await cluster.version(), versions], ['v1.34.4', 'v1.34.4', 2]);
    fake.forbidden.add('delete pods');
    const ask = (): Promise<boolean[]> => Promise.all([cluster.canI({ verb: 'get', resource: 'pods' }), cluster.canI({ resource: 'pods', verb: 'get' }), cluster.canI({ verb: 'delete', resource: 'pods' })]);
    assert.deepEqual(await ask(), [true, true, false]);
    assert.equal(asked().length, 2);
    await clock.advance(21_000);
    await ask();
    assert.equal(asked().length, 3, 'only the no is asked again');
    await clock.advance(5 * 60_000);
    await ask();
    assert.equal(asked().length, 5);
  });

  it('asks for the rights again after a refusal', async () => {
    const { cluster } = await start();
    await cluster.rights('edge');
    await cluster.rights('edge');
    fake.forbidden.add('apply services');
    await assert.rejects(cluster.apply(make('Service', 'a')), { code: 'forbidden' });
    await cluster.rights('edge');
    assert.deepEqual(asked(), ['rights edge', 'apply services', 'rights edge']);
  });

  it('lets one caller give up without an effect on the others that wait for the same answer', async () => {
    const { cluster } = await start();
    let answer: (rights: { rules: []; incomplete: boolean }) => void = () => undefined;
    fake.rights = () => new Promise((resolve) => (answer = resolve));
    const impatient = new AbortController();
    const [one, two] = [cluster.rights('edge', { signal: impatient.signal }), cluster.rights('edge')];
    impatient.abort();
    await assert.rejects(one, { code: 'interrupted' });
    answer({ rules: [], incomplete: false });
    assert.deepEqual(await two, { rules: [], incomplete: false });
    await assert.rejects(cluster.get(ref(Service, 'a'), { signal: impatient.signal }), { code: 'interrupted' });
  });

  describe('from a snapshot', () => {
    it('asks once for each type, and shows its own writes', async () => {
      fake.store.put(make('Service', 'a'), new Map());
      fake.store.put({ ...make('Service', 'b'), metadata: { name: 'b', namespace: 'other' } }, new Map());
      const cluster = await snapshotCluster(fake, specs, { namespace: 'edge' });
      assert.deepEqual(asked(), ['list services', 'list secrets', 'list virtualmachines']);
      await cluster.apply(make('Service', 'c'));
      assert.deepEqual((await cluster.list(Service, { namespace: 'edge' })).map(({ metadata }) => metadata.name), ['a', 'c']);
      await cluster.delete(ref(Service, 'a'));
      assert.equal(await cluster.get(ref(Service, 'a')), undefined);
      assert.equal(await cluster.get(ref(Service, 'a')), undefined);
      assert.deepEqual(asked().slice(3), ['apply services', 'delete services', 'get services'], 'asked once after the deletion');
    });

    it('asks about what it may not list, and fails if the server does not answer', async () => {
      fake.forbidden.add('list services');
      const cluster = await snapshotCluster(fake, specs);
      await cluster.get(ref(Service, 'a'));
      assert.equal(asked().at(-1), 'get services');
      fake.before = () => {
        throw new EdgeVmError('no-cluster', 'does not answer');
      };
      await assert.rejects(snapshotCluster(fake, specs), { code: 'no-cluster' });
    });
  });

  it('keeps of managed fields what is needed', () => {
    const entries = [
      { manager: 'edge-vm', operation: 'Apply', fieldsV1: { 'f:spec': {} } }, { manager: 'virt-controller', operation: 'Update', subresource: 'status', fieldsV1: { 'f:status': {} } },
      { manager: 'argocd-controller', operation: 'Update', fieldsV1: { 'f:spec': {} } },
    ];
    const object = { ...make('VirtualMachine', 'gw'), metadata: { name: 'gw', managedFields: entries, annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}', a: 'b' } } };
    assert.deepEqual(withoutStatusManagers(object).metadata.managedFields, [entries[0], { manager: 'virt-controller', operation: 'Update', subresource: 'status' }, entries[2]]);
    assert.deepEqual(withoutManagers(object).metadata, { name: 'gw', annotations: { a: 'b' } });
  });
});
