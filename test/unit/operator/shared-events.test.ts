import assert from 'node:assert/strict';
import { Event, Pod } from '../../../src/cluster/kinds.js';
import type { Cluster, KubeObject, ListOptions } from '../../../src/cluster/types.js';
import { sharedEvents } from '../../../src/operator/shared-events.js';

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
    let now = 0;
    const shared = sharedEvents(cluster, { now: () => now });
    assert.deepEqual((await shared.list(Event, of('gw-00'))).map(({ metadata }) => metadata.name), ['1']);
    assert.deepEqual(asked, ['involvedObject.name=gw-00']);
    const names = Array.from({ length: 30 }, (_, index) => `gw-${String(index).padStart(2, '0')}`);
    const found = await Promise.all(names.map((name) => shared.list(Event, of(name))));
    assert.deepEqual(found.flatMap((events) => events.map(({ metadata }) => metadata.name)), ['1', '2', '3']);
    assert.deepEqual(asked.slice(1), ['involvedObject.name=gw-00', 'involvedObject.name=gw-01', undefined]);
    await shared.list(Event, of('gw-00', 'other'));
    assert.equal(asked.length, 5, 'another namespace has its own count');
    now = 10_001;
    await shared.list(Event, of('gw-02'));
    assert.equal(asked.at(-1), 'involvedObject.name=gw-02', 'few again');
  });

  it('are asked for again after a list that failed, and other lists are left alone', async () => {
    let isBad = false;
    const { cluster, asked } = counted([event('1', 'a')], () => isBad);
    const shared = sharedEvents(cluster, { now: () => 0 });
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
