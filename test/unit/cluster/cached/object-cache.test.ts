import assert from 'node:assert/strict';
import fc from 'fast-check';
import { entryOf, objectOf } from '../../../../src/cluster/cached/entry.js';
import { ObjectCache, type EntryChange, type Question } from '../../../../src/cluster/cached/object-cache.js';
import { parseLabelSelector } from '../../../../src/cluster/cached/selector.js';
import { isNewer } from '../../../../src/cluster/cached/version.js';
import type { KubeObject } from '../../../../src/cluster/types.js';
import { propertyRuns } from '../../../helpers/property-runs.js';

const belongs = ({ metadata }: KubeObject): boolean => metadata.labels?.['keep'] === 'yes';
const objectAt = (name: string, version: string, uid: string, more: Partial<KubeObject['metadata']> = {}): KubeObject =>
  ({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: 'n', uid, resourceVersion: version, labels: { keep: 'yes' }, ...more }, data: { at: version } });

function cacheOf(onChange: (change: EntryChange) => void = () => undefined, now: () => number = () => 0): ObjectCache {
  return new ObjectCache({ now, fits: belongs, strip: (object) => object, onChange });
}
const shown = (cache: ObjectCache): string[] => [...cache.values()].map(({ meta }) => `${meta.name}:${meta.uid}@${meta.resourceVersion}`).sort();

describe('the cache of a type', () => {
  const event = (cache: ObjectCache, type: 'added' | 'modified' | 'deleted', ...args: Parameters<typeof objectAt>): void => cache.note(type, cache.entry(objectAt(...args)));

  it('shows the answer of a write before its event, and no older event after it', () => {
    const cache = cacheOf();
    cache.replace([cache.entry(objectAt('a', '3', 'u1'))], '10');
    cache.answered(objectAt('a', '12', 'u1'));
    assert.deepEqual(shown(cache), ['a:u1@12']);
    event(cache, 'modified', 'a', '11', 'u1');
    assert.deepEqual(shown(cache), ['a:u1@12']);
    event(cache, 'modified', 'a', '12', 'u1');
    event(cache, 'modified', 'a', '100', 'u1');
    assert.deepEqual(shown(cache), ['a:u1@100'], 'versions are numbers, not texts');
  });

  it('finds the objects of one device by their labels, also after these change', () => {
    const cache = cacheOf();
    const of = (device: string): string[] => [...cache.candidates(parseLabelSelector(`app.kubernetes.io/managed-by=edge-vm,app.kubernetes.io/instance=${device}`)!)].map(({ meta }) => `${meta.name}@${meta.resourceVersion}`).sort();
    const labels = (device: string): Partial<KubeObject['metadata']> => ({ labels: { keep: 'yes', 'app.kubernetes.io/instance': device } });
    cache.replace([['a', 'gw-01'], ['b', 'gw-01'], ['c', 'gw-02']].map(([name, device]) => cache.entry(objectAt(name!, '3', `u${name}`, labels(device!)))), '10');
    assert.deepEqual([of('gw-01'), of('gw-02'), of('gw-03')], [['a@3', 'b@3'], ['c@3'], []]);
    event(cache, 'modified', 'a', '11', 'ua', labels('gw-01'));
    event(cache, 'modified', 'b', '12', 'ub', labels('gw-02'));
    event(cache, 'deleted', 'c', '13', 'uc', labels('gw-02'));
    cache.answered(objectAt('d', '14', 'ud', labels('gw-03')));
    assert.deepEqual([of('gw-01'), of('gw-02'), of('gw-03')], [['a@11'], ['b@12'], ['d@14']]);
    assert.equal([...cache.candidates(parseLabelSelector('keep=yes')!)].length, 3, 'another label does not narrow');
  });

  it('keeps the names of the fields once for all objects that have the same', () => {
    const [a, b, c] = [objectAt('a', '1', 'u1'), objectAt('b', '2', 'u2'), { ...objectAt('c', '3', 'u3'), type: 'Opaque' }];
    assert.equal(entryOf(a).fields, entryOf(b).fields);
    assert.deepEqual([objectOf(entryOf(a)), objectOf(entryOf(c))], [a, c]);
  });

  it('does not show an object whose deletion came before the late answer of its last write', () => {
    const cache = cacheOf();
    cache.replace([cache.entry(objectAt('a', '3', 'u1'))], '10');
    event(cache, 'deleted', 'a', '13', 'u1');
    cache.answered(objectAt('a', '12', 'u1'));
    assert.deepEqual(shown(cache), []);
  });

  it('keeps what was made anew when the deletion of its predecessor comes late', () => {
    const cache = cacheOf();
    cache.replace([cache.entry(objectAt('a', '3', 'u1'))], '10');
    cache.answered(objectAt('a', '13', 'u2'));
    event(cache, 'modified', 'a', '11', 'u1');
    event(cache, 'deleted', 'a', '12', 'u1');
    assert.deepEqual(shown(cache), ['a:u2@13']);
  });

  it('drops with a new list what was made and deleted while the watch was cut, but not what was written after the list', () => {
    const cache = cacheOf();
    cache.replace([], '10');
    cache.answered(objectAt('a', '12', 'u1'));
    cache.answered(objectAt('b', '22', 'u2'));
    cache.replace([], '20');
    assert.deepEqual(shown(cache), ['b:u2@22']);
  });

  it('hides an object that the server no longer has, also from late events, until there is another one', () => {
    const cache = cacheOf();
    cache.replace([cache.entry(objectAt('a', '3', 'u1'))], '10');
    cache.settle(cache.question('n/a'), undefined);
    event(cache, 'modified', 'a', '11', 'u1');
    assert.deepEqual(shown(cache), []);
    event(cache, 'deleted', 'a', '12', 'u1');
    event(cache, 'added', 'a', '13', 'u2');
    assert.deepEqual(shown(cache), ['a:u2@13']);
  });

  it('does not take "not found" for an object that came after the question', () => {
    const cache = cacheOf();
    cache.replace([cache.entry(objectAt('a', '3', 'u1'))], '10');
    const question = cache.question('n/a');
    event(cache, 'modified', 'a', '11', 'u1');
    cache.settle(question, undefined);
    assert.deepEqual(shown(cache), ['a:u1@11']);
  });

  it('forgets an object that a write has taken out of the selection, and hides it from older events', () => {
    const cache = cacheOf();
    cache.replace([cache.entry(objectAt('a', '3', 'u1'))], '10');
    cache.answered(objectAt('a', '12', 'u1', { labels: {} }));
    event(cache, 'modified', 'a', '11', 'u1');
    assert.deepEqual(shown(cache), []);
    event(cache, 'deleted', 'a', '12', 'u1');
    event(cache, 'added', 'a', '14', 'u1');
    assert.deepEqual(shown(cache), ['a:u1@14']);
  });

  it('doubts after a write that failed, until the server has been asked', () => {
    const cache = cacheOf();
    cache.replace([cache.entry(objectAt('a', '3', 'u1'))], '10');
    const before = cache.question('n/a');
    cache.doubt('n/a');
    cache.settle(before, objectAt('a', '3', 'u1'));
    assert.ok(cache.isDoubtful('n/a'), 'the question is older than the doubt');
    cache.settle(cache.question('n/a'), objectAt('a', '12', 'u1'));
    assert.deepEqual([cache.isDoubtful('n/a'), ...shown(cache)], [false, 'a:u1@12']);
  });

  it('doubts after a deletion until the watch tells of it', () => {
    const cache = cacheOf();
    cache.replace(['a', 'b', 'c'].map((name, i) => cache.entry(objectAt(name, '3', `u${i}`))), '10');
    for (const key of ['n/a', 'n/b', 'n/c']) cache.deleting(key);
    event(cache, 'modified', 'a', '11', 'u0');
    event(cache, 'modified', 'b', '12', 'u1', { deletionTimestamp: '2026-11-28T10:00:00Z' });
    event(cache, 'deleted', 'c', '13', 'u2');
    assert.deepEqual(cache.doubtful(), ['n/a']);
    cache.deleting('n/b');
    assert.deepEqual(cache.doubtful(), ['n/a'], 'it is known that b goes');
  });

  it('doubts for a minute after the deletion of what it has not seen, also when the server says that it is gone', () => {
    let now = 0;
    const cache = cacheOf(undefined, () => now);
    cache.replace([], '10');
    cache.deleting('n/a');
    cache.settle(cache.question('n/a'), undefined);
    event(cache, 'added', 'a', '11', 'u1');
    assert.ok(cache.isDoubtful('n/a'), 'this event is from before the deletion');
    now = 60_000;
    assert.ok(!cache.isDoubtful('n/a'));
  });

  it('leaves versions without an order to the watch, and doubts meanwhile', () => {
    const cache = cacheOf();
    cache.replace([cache.entry(objectAt('a', 'x3', 'u1'))], 'x3');
    cache.answered(objectAt('a', 'x1', 'u1'));
    assert.deepEqual([shown(cache), cache.isDoubtful('n/a')], [['a:u1@x3'], true]);
    event(cache, 'modified', 'a', 'x1', 'u1');
    assert.deepEqual(shown(cache), ['a:u1@x1']);
  });

  it('gives each reader a copy of its own, equal to the object', () => {
    const object: KubeObject = { ...objectAt('a', '3', 'u1', { managedFields: [{ manager: 'm' }], ownerReferences: [{ apiVersion: 'v1', kind: 'X', name: 'x', uid: 'x' }], finalizers: ['f'], annotations: { a: 'b' } }), spec: { list: [1] }, status: { phase: 'x' } };
    const cache = cacheOf();
    cache.replace([cache.entry(object)], '3');
    const [one, two] = [objectOf(cache.find('n/a')!), objectOf(cache.find('n/a')!)];
    one.spec!['list'] = 'changed';
    one.metadata.labels!['keep'] = 'changed';
    one.metadata.ownerReferences![0]!.name = 'changed';
    one.metadata.finalizers!.push('changed');
    one['data'] = 'changed';
    assert.deepEqual(two, object);
    assert.equal(one['data'], 'changed');
    assert.deepEqual(Object.keys(structuredClone({ ...objectOf(cache.find('n/a')!) })), Object.keys(object));
  });

  it('equals the server in the end, whatever the order of events, answers, lists and losses', () => {
    fc.assert(fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 13 }), fc.nat(2), fc.nat(5)), { maxLength: 60 }), fc.boolean(), (steps, answersFirst) => {
      const world = new World();
      for (const [what, name, nth] of steps) world.step(what, 'abc'[name]!, nth);
      world.finish(answersFirst);
    }), { numRuns: propertyRuns(20_000) });
  });
});

interface Told {
  type: 'added' | 'modified' | 'deleted';
  object: KubeObject;
}

/** A server with a log of events, and a client whose watch and answers are late. */
class World {
  readonly #objects = new Map<string, KubeObject>();
  readonly #log: Told[] = [];
  #version = 10;
  #uids = 0;
  #position = 0;
  /** A list that has been read but not delivered: the events behind it wait. */
  #list: { objects: KubeObject[]; version: string } | undefined;
  readonly #answers: (() => void)[] = [];
  readonly #mirror = new Map<string, string>();
  readonly #gone = new Set<string>();
  readonly cache = cacheOf((change) => this.#follow(change));

  constructor() {
    this.#readList();
  }

  step(what: number, name: string, nth: number): void {
    const live = this.#objects.get(name);
    switch (what) {
      case 0: return void this.#write(name, {});
      case 1: return live && void this.#write(name, { labels: live.metadata.labels?.['keep'] === 'yes' ? {} : { keep: 'yes' } });
      case 2: return void this.#remove(name);
      case 3: return this.#ownWrite(name, {}, false);
      case 4: return this.#ownWrite(name, { labels: nth % 2 === 0 ? {} : { keep: 'yes' } }, false);
      case 5: return this.#ownWrite(name, {}, true);
      case 6: return this.#ownDelete(name);
      case 7: return this.#ask(name, false);
      case 8: return this.#ask(name, true);
      case 9:
      case 10: return this.#answers.splice(nth % Math.max(1, this.#answers.length), 1)[0]?.();
      case 11: return this.#readList();
      case 12: return live && void this.#write(name, { deletionTimestamp: '2026-11-28T10:00:00Z' });
      default: return this.#deliver();
    }
  }

  finish(answersFirst: boolean): void {
    const answers = (): void => {
      while (this.#answers.length > 0) this.#answers.shift()!();
    };
    if (answersFirst) answers();
    while (this.#list !== undefined || this.#position < this.#log.length) this.#deliver();
    answers();
    const wanted = [...this.#objects.values()].filter(belongs).map(({ metadata }) => `${metadata.name}:${metadata.uid}@${metadata.resourceVersion}`).sort();
    assert.deepEqual(shown(this.cache), wanted);
    assert.deepEqual([...this.#mirror.values()].sort(), wanted, 'the changes tell the same');
  }

  /** What is shown goes forward only, and what the server has called gone never comes back. */
  #follow({ type, entry, old }: EntryChange): void {
    const text = `${entry.meta.name}:${entry.meta.uid}@${entry.meta.resourceVersion}`;
    assert.equal(this.#mirror.has(entry.key), type !== 'added', `${type} ${text}`);
    if (type === 'modified') assert.ok(isNewer(entry.meta.resourceVersion, old?.meta.resourceVersion) && entry.meta.uid === old?.meta.uid, text);
    if (type === 'deleted') this.#mirror.delete(entry.key);
    else {
      assert.ok(!this.#gone.has(entry.meta.uid!), `${text} is gone`);
      this.#mirror.set(entry.key, text);
    }
  }

  #write(name: string, change: Partial<KubeObject['metadata']>): KubeObject {
    const before = this.#objects.get(name);
    const object = objectAt(name, String(++this.#version), before?.metadata.uid ?? `u${++this.#uids}`, { ...(before === undefined ? {} : { labels: before.metadata.labels! }), ...change });
    this.#objects.set(name, object);
    if (belongs(object)) this.#log.push({ type: before !== undefined && belongs(before) ? 'modified' : 'added', object });
    else if (before !== undefined && belongs(before)) this.#log.push({ type: 'deleted', object: { ...before, metadata: { ...before.metadata, resourceVersion: object.metadata.resourceVersion! } } });
    return object;
  }

  #remove(name: string): boolean {
    const before = this.#objects.get(name);
    if (before === undefined) return false;
    this.#objects.delete(name);
    this.#version += 1;
    if (belongs(before)) this.#log.push({ type: 'deleted', object: { ...before, metadata: { ...before.metadata, resourceVersion: String(this.#version) } } });
    return true;
  }

  #ownWrite(name: string, change: Partial<KubeObject['metadata']>, lost: boolean): void {
    const object = this.#write(name, change);
    this.#answers.push(() => {
      if (lost) return this.cache.doubt(`n/${name}`);
      this.cache.answered(object);
      const { resourceVersion, uid } = object.metadata;
      const entry = this.cache.find(`n/${name}`);
      if (entry !== undefined) assert.ok(isNewer(resourceVersion, entry.meta.resourceVersion) === false, 'the caller reads what it wrote, or newer');
      // It is not shown: because it does not belong here, or has gone since.
      else assert.ok(!belongs(object) || this.#objects.get(name)?.metadata.uid !== uid || this.#log.some((one) => one.type === 'deleted' && one.object.metadata.name === name && isNewer(one.object.metadata.resourceVersion, resourceVersion)));
    });
  }

  #ownDelete(name: string): void {
    const question = this.cache.question(`n/${name}`);
    const existed = this.#remove(name);
    this.#answers.push(() => (existed ? this.cache.deleting(question.key) : this.#isMissing(question)));
  }

  #ask(name: string, late: boolean): void {
    const question = this.cache.question(`n/${name}`);
    const read = this.#objects.get(name);
    const answer = (object: KubeObject | undefined): void => {
      if (object === undefined) this.#isMissing(question);
      this.cache.settle(question, object);
    };
    this.#answers.push(late ? () => answer(this.#objects.get(name)) : () => answer(read));
  }

  #isMissing(question: Question): void {
    const entry = this.cache.find(question.key);
    this.cache.missing(question);
    if (entry !== undefined && this.cache.find(question.key) === undefined) this.#gone.add(entry.meta.uid!);
  }

  #readList(): void {
    this.#list = { objects: [...this.#objects.values()].filter(belongs), version: String(this.#version) };
    this.#position = this.#log.length;
  }

  #deliver(): void {
    if (this.#list !== undefined) {
      this.cache.replace(this.#list.objects.map(this.cache.entry), this.#list.version);
      this.#list = undefined;
      return;
    }
    const told = this.#log[this.#position];
    if (told === undefined) return;
    this.#position += 1;
    this.cache.note(told.type, this.cache.entry(told.object));
  }
}
