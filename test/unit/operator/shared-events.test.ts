import assert from 'node:assert/strict';
import { Event, Pod } from '../../../src/cluster/kinds.js';
import type { Cluster, KubeObject, ListOptions } from '../../../src/cluster/types.js';
import { sharedEvents } from '../../../src/operator/shared-events.js';
import { ManualClock } from '../../helpers/manual-clock.js';

const event = (name: string, about: string): KubeObject => ({ apiVersion: 'v1', kind: 'Event', metadata: { name, namespace: 'edge' }, involvedObject: { name: about } });
const of = (name: string, namespace = 'edge'): ListOptions => ({ namespace, fieldSelector: `involvedObject.name=${name}` });

function counted(events: readonly KubeObject[], fails: () => boolean = () => false): { cluster: Cluster; asked: (string | undefined)[] } {
  const asked: (string | undefined)[] = [];
  const list: Cluster['list'] = async (_, { fieldSelector } = {}) => {
    asked.push(fieldSelector);
    if (fails()) throw new Error('no');
    const name = fieldSelector?.split('=')[1];
    return events.filter((one) => name === undefined || (one['involvedObject'] as { name: string }).name === name);
  };
  return { cluster: { list } as unknown as Cluster, asked };
}

describe('shared Events', () => {
  it('are listed for one object, or once for all objects of a namespace if there are many', async () => {
    const { cluster, asked } = counted([event('1', 'gw-00'), event('2', 'gw-29'), event('3', 'gw-29')]);
    const clock = new ManualClock();
    const shared = sharedEvents(cluster, clock);
    assert.deepEqual((await shared.list(Event, of('gw-00'))).map(({ metadata }) => metadata.name), ['1']);
    assert.deepEqual(asked, ['involvedObject.name=gw-00']);
    const names = Array.from({ length: 30 }, (_, index) => `gw-${String(index).padStart(2, '0')}`);
    const found = await Promise.all(names.map((name) => shared.list(Event, of(name))));
    assert.deepEqual(found.flatMap((events) => events.map(({ metadata }) => metadata.name)), ['1', '2', '3']);
    assert.deepEqual(asked.slice(1), ['involvedObject.name=gw-00', 'involvedObject.name=gw-01', undefined]);
    await shared.list(Event, of('gw-00', 'other'));
    assert.equal(asked.length, 5, 'another namespace has its own count');
    await clock.advance(10_001);
    await shared.list(Event, of('gw-02'));
    assert.equal(asked.at(-1), 'involvedObject.name=gw-02', 'few again');
  });

  it('are kept no longer than the list serves', async () => {
    const { cluster, asked } = counted([event('1', 'a')]);
    const wakes: (() => void)[] = [];
    const sleep = (): Promise<void> => new Promise((resolve) => wakes.push(resolve));
    const shared = sharedEvents(cluster, { now: () => 0, sleep });
    for (let count = 0; count < 5; count += 1) await shared.list(Event, of('a'));
    assert.deepEqual(asked.slice(3), [undefined], 'one list for the fourth and the fifth');
    assert.equal(wakes.length, 1);
    wakes[0]!();
    await ManualClock.settle();
    await shared.list(Event, of('a'));
    assert.equal(asked.length, 5, 'it is gone when its time is over, though the clock stands still');
  });

  it('are kept without what nobody reads, as soon as they are read', async () => {
    const whole = {
      ...event('1', 'a'), metadata: { name: '1', namespace: 'edge', uid: 'u', resourceVersion: '7', creationTimestamp: '2026-11-28T10:00:00Z', managedFields: [{ manager: 'kubelet', fieldsV1: { 'f:reason': {} } }] },
      involvedObject: { kind: 'Pod', name: 'a', uid: 'p' }, type: 'Warning', reason: 'FailedMount', message: 'no', count: 4, firstTimestamp: '2026-11-28T10:00:00Z', lastTimestamp: '2026-11-28T10:01:00Z',
      eventTime: null, source: { component: 'kubelet' }, series: { count: 3, lastObservedTime: '2026-11-28T10:02:00Z' },
    };
    const kept: (KubeObject | undefined)[] = [];
    const list: Cluster['list'] = async (_, options) => {
      kept.push(options?.lean?.(whole));
      return [];
    };
    const shared = sharedEvents({ list } as unknown as Cluster, new ManualClock());
    for (let count = 0; count < 4; count += 1) await shared.list(Event, of('a'));
    const lean = {
      apiVersion: 'v1', kind: 'Event', metadata: { name: '1', namespace: 'edge', creationTimestamp: '2026-11-28T10:00:00Z' }, involvedObject: { name: 'a' },
      type: 'Warning', reason: 'FailedMount', message: 'no', lastTimestamp: '2026-11-28T10:01:00Z', series: { lastObservedTime: '2026-11-28T10:02:00Z' },
    };
    assert.deepEqual(kept, [lean, lean, lean, lean]);
  });

  it('are asked for again after a list that failed, and other lists are left alone', async () => {
    let isBad = false;
    const { cluster, asked } = counted([event('1', 'a')], () => isBad);
    const shared = sharedEvents(cluster, new ManualClock());
    for (let count = 0; count < 3; count += 1) await shared.list(Event, of('a'));
    isBad = true;
    await assert.rejects(shared.list(Event, of('a')));
    isBad = false;
    assert.equal((await shared.list(Event, of('a'))).length, 1);
    assert.deepEqual(asked.slice(3), [undefined, undefined]);
    await shared.list(Pod, of('a'));
    await shared.list(Event, { namespace: 'edge', fieldSelector: 'involvedObject.name!=a' });
    assert.equal(asked.length, 7);
  });
});
