import assert from 'node:assert/strict';
import { DataVolume, Event, VirtualMachine, VirtualMachineInstance } from '../../../src/cluster/kinds.js';
import { ownSelector } from '../../../src/cluster/owned.js';
import type { KubeObject, ListOptions, ResourceType, WatchEvent } from '../../../src/cluster/types.js';
import { sharedWatches } from '../../../src/fleet/follow/shared-watches.js';
import { EdgeVmError } from '../../../src/support/errors.js';
import { FakeCluster } from '../../helpers/fake-cluster/index.js';
import { ManualClock } from '../../helpers/manual-clock.js';

const labels = { 'app.kubernetes.io/managed-by': 'edge-vm' };
const vm = (name: string, more: Record<string, unknown> = {}): Record<string, unknown> => ({ apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachine', metadata: { name, namespace: 'edge', labels: { ...labels, 'app.kubernetes.io/instance': name } }, spec: {}, ...more });

interface Reading {
  seen: string[];
  ended: Promise<unknown>;
  stop: () => void;
}

describe('fleet/shared-watches', () => {
  let cluster: FakeCluster;
  let shared: FakeCluster;
  let watches: string[];
  let run: AbortController;

  beforeEach(() => {
    cluster = new FakeCluster(new ManualClock());
    watches = [];
    run = new AbortController();
    const original = cluster.watch.bind(cluster);
    cluster.watch = (type: ResourceType, options: ListOptions & { signal: AbortSignal }) => {
      watches.push(`${type.plural} ${options.namespace ?? ''} ${options.labelSelector ?? ''} ${options.fieldSelector ?? ''}`.trim());
      return original(type, options);
    };
    shared = sharedWatches(cluster, run.signal) as FakeCluster;
  });
  afterEach(() => run.abort());

  function read(type: ResourceType, selection: Omit<ListOptions, 'signal'>): Reading {
    const own = new AbortController();
    const seen: string[] = [];
    const work = async (): Promise<void> => {
      for await (const event of shared.watch(type, { ...selection, signal: own.signal })) seen.push(words(event));
    };
    return { seen, ended: work().then(() => undefined, (error: unknown) => error), stop: () => own.abort() };
  }
  const words = (event: WatchEvent): string => (event.type === 'synced' ? 'synced' : `${event.type} ${event.object.metadata.name}`);
  const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

  it('one watch feeds the readers of all devices, each with its own objects', async () => {
    await cluster.create(vm('gw-01'));
    await cluster.create(vm('gw-02'));
    const one = read(VirtualMachine, { namespace: 'edge', fieldSelector: 'metadata.name=gw-01' });
    const two = read(VirtualMachine, { namespace: 'edge', fieldSelector: 'metadata.name=gw-02' });
    await settle();
    const late = read(VirtualMachine, { namespace: 'edge', fieldSelector: 'metadata.name=gw-02' });
    await cluster.mergePatch({ type: VirtualMachine, name: 'gw-02', namespace: 'edge' }, { metadata: { annotations: { a: 'b' } } });
    await cluster.delete({ type: VirtualMachine, name: 'gw-01', namespace: 'edge' });
    await settle();
    assert.deepEqual(one.seen, ['added gw-01', 'synced', 'modified gw-01', 'deleted gw-01']);
    assert.deepEqual(two.seen, ['added gw-02', 'synced', 'modified gw-02']);
    assert.deepEqual(late.seen, ['added gw-02', 'synced', 'modified gw-02']);
    assert.deepEqual(watches, [`virtualmachines edge ${ownSelector()}`]);
    two.stop();
    await two.ended;
    await cluster.create(vm('gw-03'));
    await settle();
    assert.equal(two.seen.length, 3);
  });

  it('events of all objects come from one watch too; a disk without labels has its own', async () => {
    for (const name of ['gw-01', 'gw-02', 'gw-01-root']) read(Event, { namespace: 'edge', fieldSelector: `involvedObject.name=${name}` });
    for (const name of ['gw-01', 'gw-02']) read(VirtualMachineInstance, { namespace: 'edge', fieldSelector: `metadata.name=${name}` });
    for (const name of ['gw-01', 'gw-02']) read(DataVolume, { namespace: 'edge', labelSelector: ownSelector(name) });
    const disk = read(DataVolume, { namespace: 'edge', fieldSelector: 'metadata.name=mine' });
    await settle();
    await cluster.create({ apiVersion: 'cdi.kubevirt.io/v1beta1', kind: 'DataVolume', metadata: { name: 'mine', namespace: 'edge' }, spec: {} });
    await settle();
    assert.deepEqual(watches.sort(), [`datavolumes edge ${ownSelector()}`, 'datavolumes edge  metadata.name=mine', 'events edge', 'virtualmachineinstances edge'].sort());
    assert.ok(disk.seen.includes('added mine'), disk.seen.join());
  });

  it('selects events by the object that they are about', async () => {
    const about = (name: string): KubeObject => ({ apiVersion: 'v1', kind: 'Event', metadata: { name: `e-${name}`, namespace: 'edge' }, involvedObject: { name } });
    await cluster.create(about('gw-01'));
    await cluster.create(about('gw-02'));
    const { seen } = read(Event, { namespace: 'edge', fieldSelector: 'involvedObject.name=gw-02' });
    await settle();
    assert.deepEqual(seen, ['added e-gw-02', 'synced']);
  });

  it('a missing right reaches every reader, and the end of the run ends all', async () => {
    cluster.forbidden.add('watch events');
    const readers = ['a', 'b'].map((name) => read(Event, { namespace: 'edge', fieldSelector: `involvedObject.name=${name}` }));
    const errors = await Promise.all(readers.map(({ ended }) => ended));
    assert.ok(errors.every((error) => EdgeVmError.is(error) && error.code === 'forbidden'), String(errors));
    const other = read(VirtualMachine, { namespace: 'edge', fieldSelector: 'metadata.name=gw-01' });
    await settle();
    run.abort();
    assert.equal(await other.ended, undefined);
  });
});
