import assert from 'node:assert/strict';
import { eventRecorder, type EventNote } from '../../../src/cluster/events.js';
import type { KubeObject } from '../../../src/cluster/types.js';
import { FakeCluster } from '../../helpers/fake-cluster/index.js';
import { ManualClock } from '../../helpers/manual-clock.js';

const about = (name = 'gw-01', uid = 'u1'): KubeObject => ({ apiVersion: 'edge-vm.io/v1alpha1', kind: 'EdgeDevice', metadata: { name, namespace: 'edge', uid } });
const note = (message = 'The hub has the device', more: Partial<EventNote> = {}): EventNote => ({ type: 'Normal', reason: 'Registered', message, ...more });

describe('events', () => {
  let clock: ManualClock;
  let cluster: FakeCluster;
  let errors: unknown[];
  const recorder = (): ReturnType<typeof eventRecorder> => eventRecorder(cluster, { component: 'edge-vm-operator', instance: 'pod-1', clock, onError: (error) => errors.push(error) });
  const stored = (): KubeObject[] => cluster.store.all().filter(({ kind }) => kind === 'Event');
  beforeEach(() => {
    clock = new ManualClock();
    cluster = new FakeCluster(clock);
    errors = [];
  });

  it('name the object, the reason and who reports', async () => {
    assert.equal(await recorder()(about(), note()), true);
    const [{ metadata, ...event }] = stored() as [KubeObject];
    assert.match(metadata.name, /^gw-01\.[0-9a-f]{16}$/);
    assert.deepEqual(event, {
      apiVersion: 'v1', kind: 'Event', involvedObject: { apiVersion: 'edge-vm.io/v1alpha1', kind: 'EdgeDevice', name: 'gw-01', namespace: 'edge', uid: 'u1' },
      type: 'Normal', reason: 'Registered', message: 'The hub has the device', count: 1, firstTimestamp: '2026-11-21T12:00:00Z', lastTimestamp: '2026-11-21T12:00:00Z',
      source: { component: 'edge-vm-operator' }, reportingComponent: 'edge-vm-operator', reportingInstance: 'pod-1',
    });
  });

  it('that repeat are counted, also by another process, and at the same time', async () => {
    const record = recorder();
    await record(about(), note());
    await clock.advance(5_000);
    await Promise.all([record(about(), note()), record(about(), note())]);
    const again = recorder();
    await again(about(), note());
    await again(about(), note());
    const [event, ...others] = stored();
    assert.deepEqual([event?.['count'], event?.['firstTimestamp'], event?.['lastTimestamp'], others], [5, '2026-11-21T12:00:00Z', '2026-11-21T12:00:05Z', []]);
    assert.deepEqual(cluster.calls.map(({ verb }) => verb), ['create', 'patch', 'patch', 'create', 'get', 'patch', 'patch']);
  });

  it('are different for another object of the same name, another reason, type or message', async () => {
    const record = recorder();
    await record(about(), note());
    await record(about('gw-01', 'u2'), note());
    await record(about(), note('else'));
    await record(about(), note(undefined, { reason: 'Else' }));
    await record(about(), note(undefined, { type: 'Warning' }));
    assert.equal(stored().length, 5);
  });

  it('begin again when the server has forgotten them', async () => {
    const record = recorder();
    await record(about(), note());
    cluster.store.delete(`Event/edge/${stored()[0]!.metadata.name}`, 'Background');
    assert.equal(await record(about(), note()), true);
    assert.deepEqual(stored().map((event) => event['count']), [1]);
  });

  it('of one reason with many messages are combined', async () => {
    const record = recorder();
    for (let i = 0; i < 15; i += 1) await record(about(), note(`try ${i}`));
    await record(about(), note('try 3'));
    const counts = Object.fromEntries(stored().map((event) => [event['message'], event['count']]));
    assert.equal(Object.keys(counts).length, 11);
    assert.deepEqual([counts['try 9'], counts['try 3'], counts['(combined from similar events): try 14']], [1, 2, 5]);
    await clock.advance(600_001);
    await record(about(), note('try 14'));
    assert.equal(stored().length, 12, 'after ten quiet minutes it stands for itself');
  });

  it('of one object are limited, those of others are not', async () => {
    const record = recorder();
    const results: boolean[] = [];
    for (let i = 0; i < 30; i += 1) results.push(await record(about(), note()));
    assert.equal(results.filter(Boolean).length, 25);
    assert.equal(await record(about('gw-02', 'u2'), note()), true);
    await clock.advance(300_000);
    assert.deepEqual([await record(about(), note()), await record(about(), note())], [true, false]);
  });

  it('that cannot be written are reported, and nothing fails', async () => {
    cluster.forbidden.add('create events');
    assert.equal(await recorder()(about(), note()), false);
    assert.equal(errors.length, 1);
  });

  it('have a name and a message of a length that the server takes', async () => {
    await recorder()(about('x'.repeat(253)), note('y'.repeat(5000)));
    const [event] = stored();
    assert.deepEqual([event?.metadata.name.length, String(event?.['message']).length], [253, 1024]);
  });
});
