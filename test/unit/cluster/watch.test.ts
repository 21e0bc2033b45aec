import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { Pod } from '../../../src/cluster/kinds.js';
import { listAll } from '../../../src/cluster/list.js';
import { watchObjects } from '../../../src/cluster/watch.js';
import type { WatchTiming } from '../../../src/cluster/watch-request.js';
import type { Transport } from '../../../src/cluster/transport.js';
import type { KubeObject } from '../../../src/cluster/types.js';
import { json, pod, startFakeApi, status } from './fake-api.js';
import type { FakeApi, Play, Seen } from './fake-api.js';

const timing: WatchTiming = { serverTimeoutSeconds: 50, idleMs: 300, openMs: 200, backoff: { firstMs: 5, maxMs: 20 } };
const event = (type: string, object: unknown): string => `${JSON.stringify({ type, object })}\n`;
const bookmark = (version: string): string => event('BOOKMARK', { kind: 'Pod', metadata: { resourceVersion: version } });

describe('watch', () => {
  let api: FakeApi;
  let lists: ((response: ServerResponse) => void)[];
  let watches: ((response: ServerResponse, seen: Seen) => void)[];
  const play: Play = (seen, response) => {
    const next = seen.query.get('watch') === 'true' ? watches.shift() : lists.shift();
    // Past the script, a watch just stays open.
    if (next) next(response, seen);
    else response.writeHead(200).flushHeaders();
  };
  beforeEach(async () => {
    api = await startFakeApi(play);
    lists = [];
    watches = [];
  });
  afterEach(() => api.close());

  const listOf = (version: string, ...items: KubeObject[]) => (response: ServerResponse): void => json(response, { metadata: { resourceVersion: version }, items });
  const watched = (): Seen[] => api.seen.filter((s) => s.query.get('watch') === 'true');

  /** To a server that is known to begin no watch with a list. */
  const listing = (): Transport => Object.assign(api.transport(), { streamsLists: Promise.resolve(false) });

  /** The first `count` events in short form. */
  async function take(count: number, own: AbortController = new AbortController(), transport: Transport = listing()): Promise<string[]> {
    const got: string[] = [];
    for await (const e of watchObjects(transport, Pod, { namespace: 'own', signal: own.signal }, timing)) {
      got.push(e.type === 'synced' ? 'synced' : `${e.type} ${e.object.metadata.name}@${e.object.metadata.resourceVersion}`);
      if (got.length === count) break;
    }
    own.abort();
    return got;
  }

  it('lists, says synced, then follows from there', async () => {
    lists.push(listOf('10', pod('a', '3')));
    watches.push((response) => response.write(event('ADDED', pod('b', '11')) + event('MODIFIED', pod('a', '12')) + event('DELETED', pod('a', '13'))));
    assert.deepEqual(await take(5), ['added a@3', 'synced', 'added b@11', 'modified a@12', 'deleted a@13']);
    const { query } = watched()[0]!;
    assert.deepEqual([query.get('resourceVersion'), query.get('allowWatchBookmarks'), query.get('timeoutSeconds')], ['10', 'true', '50']);
  });

  it('ends with a signal that fires while the request is made, at whichever moment', async () => {
    for (let turns = 0; turns < 30; turns += 1) {
      const own = new AbortController();
      const fire = async (): Promise<void> => {
        for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
        own.abort();
      };
      const firing = fire();
      for await (const _ of watchObjects(api.transport(), Pod, { namespace: 'own', signal: own.signal }, { ...timing, idleMs: 60_000, openMs: 60_000 })) assert.fail('nothing is there');
      await firing;
    }
  });

  it('opens no watch for a signal that fired while the list was read', async () => {
    lists.push(listOf('10', pod('a', '3')));
    const own = new AbortController();
    const got: string[] = [];
    // Without `break`: the generator goes on and must see by itself that it is over.
    for await (const e of watchObjects(listing(), Pod, { namespace: 'own', signal: own.signal }, timing)) {
      got.push(e.type);
      own.abort();
    }
    assert.deepEqual([got, watched().length], [['added', 'synced'], 0]);
  });

  it('asks for nothing more if it is stopped while it waits for what the server can do', async () => {
    let answer: (can: boolean) => void = () => undefined;
    const transport = Object.assign(api.transport(), { streamsLists: new Promise<boolean>((resolve) => (answer = resolve)) });
    const own = new AbortController();
    const ended = take(1, own, transport);
    own.abort();
    answer(true);
    assert.deepEqual(await ended, []);
    assert.deepEqual(api.seen, []);
  });

  it('gives type and version to the items of a list, which come without', async () => {
    const { apiVersion: _a, kind: _k, ...bare } = pod('a', '3');
    lists.push((response) => json(response, { metadata: { resourceVersion: '1' }, items: [bare] }));
    const [item] = (await listAll(api.transport(), Pod, {})).items;
    assert.deepEqual([item?.apiVersion, item?.kind], ['v1', 'Pod']);
  });

  it('resumes after a dropped connection from the last bookmark, without a new list', async () => {
    lists.push(listOf('10'));
    watches.push((response) => {
      response.write(bookmark('25'));
      setTimeout(() => response.destroy(), 20);
    }, (response) => response.write(event('ADDED', pod('b', '30'))));
    assert.deepEqual(await take(2), ['synced', 'added b@30']);
    assert.deepEqual(watched().map((s) => s.query.get('resourceVersion')), ['10', '25']);
    assert.equal(api.seen.length, 3);
  });

  it('takes an event that is cut across chunks, inside a character', async () => {
    lists.push(listOf('10'));
    watches.push((response) => {
      const bytes = Buffer.from(event('ADDED', pod('größe', '30')));
      const cut = bytes.indexOf(0xc3) + 1;
      response.write(bytes.subarray(0, cut));
      setTimeout(() => response.write(bytes.subarray(cut)), 20);
    });
    assert.deepEqual(await take(2), ['synced', 'added größe@30']);
  });

  for (const [name, gone] of [
    ['an ERROR event', (response: ServerResponse) => response.end(event('ERROR', { kind: 'Status', code: 410, reason: 'Expired' }))],
    ['an answer', (response: ServerResponse) => status(response, 410)],
  ] as const) {
    it(`lists again after 410 in ${name}: vanished, replaced, changed and new are reported, unchanged is not, synced is not repeated`, async () => {
      lists.push(listOf('10', pod('gone', '1'), pod('same', '2'), pod('new-uid', '3', 'u1'), pod('changed', '4')));
      watches.push(gone);
      lists.push(listOf('20', pod('same', '2'), pod('new-uid', '13', 'u2'), pod('changed', '14'), pod('new', '15')));
      const got = await take(10);
      assert.deepEqual(got.slice(5), ['deleted gone@1', 'deleted new-uid@3', 'added new-uid@13', 'modified changed@14', 'added new@15']);
      assert.equal(got.filter((g) => g === 'synced').length, 1);
    });
  }

  it('counts a silent connection as dead and opens another', async () => {
    lists.push(listOf('10'));
    watches.push((response) => response.writeHead(200).flushHeaders(), (response) => response.write(event('ADDED', pod('b', '30'))));
    const started = Date.now();
    assert.deepEqual(await take(2), ['synced', 'added b@30']);
    assert.ok(Date.now() - started >= timing.idleMs);
  });

  it('counts a server that does not answer as dead', async () => {
    lists.push(listOf('10'));
    watches.push(() => undefined, (response) => response.write(event('ADDED', pod('b', '30'))));
    assert.deepEqual(await take(2), ['synced', 'added b@30']);
  });

  it('waits longer while watches end at once: no busy loop', async () => {
    lists.push(listOf('10'));
    for (let i = 0; i < 1000; i += 1) watches.push((response) => response.end());
    const own = new AbortController();
    setTimeout(() => own.abort(), 300);
    await take(2, own);
    assert.ok(watched().length > 3 && watched().length < 60, `${watched().length} watches in 300 ms`);
  });

  it('goes on after 500 and 429, and throws 403 and 404', async () => {
    lists.push(listOf('10'));
    watches.push((response) => status(response, 500), (response) => status(response, 429), (response) => status(response, 403, { message: 'User "u" cannot watch resource "pods"' }));
    await assert.rejects(take(2), { code: 'forbidden' });
    assert.equal(watched().length, 3);
    lists.push((response) => response.writeHead(404).end('404 page not found'), (response) => json(response, { gitVersion: 'v1.34.4' }));
    await assert.rejects(take(1), { code: 'not-found' });
  });

  it('ends quietly when the signal aborts, wherever it is', async () => {
    lists.push(listOf('10', pod('a', '1')));
    const own = new AbortController();
    setTimeout(() => own.abort(), 50);
    assert.deepEqual(await take(9, own), ['added a@1', 'synced']);
    assert.deepEqual(await take(9, own), []);
  });

  it('closes its request when the consumer stops', async () => {
    lists.push(listOf('10'));
    let closed = (): void => undefined;
    const end = new Promise<void>((resolve) => {
      closed = resolve;
    });
    watches.push((response) => {
      response.on('close', closed);
      response.write(event('ADDED', pod('b', '30')));
    });
    for await (const e of watchObjects(listing(), Pod, { signal: new AbortController().signal }, { ...timing, idleMs: 60_000 })) if (e.type === 'added') break;
    await end;
  });

  it('reads a list in pages, and starts over once when its snapshot has expired', async () => {
    const page = (name: string, next?: string) => (response: ServerResponse): void => json(response, { metadata: { resourceVersion: '7', ...(next ? { continue: next } : {}) }, items: [pod(name, '1')] });
    lists.push(page('a', 't1'), page('b', 't2'), page('c'));
    const names = async (): Promise<string[]> => (await listAll(api.transport(), Pod, { labelSelector: 'a=b' })).items.map((i) => i.metadata.name);
    assert.deepEqual(await names(), ['a', 'b', 'c']);
    assert.deepEqual(api.seen.map((s) => [s.query.get('continue'), s.query.get('limit'), s.query.get('labelSelector')]), [[null, '500', 'a=b'], ['t1', '500', 'a=b'], ['t2', '500', 'a=b']]);
    lists.push(page('a', 't1'), (response) => status(response, 410), page('x'));
    assert.deepEqual(await names(), ['x']);
    lists.push((response) => status(response, 410), (response) => status(response, 410));
    await assert.rejects(names());
  });

  it('keeps of each object of a list what the caller wants of it', async () => {
    const page = (name: string, next?: string) => (response: ServerResponse): void => json(response, { metadata: next ? { continue: next } : {}, items: [{ ...pod(name, '1'), spec: { large: true } }] });
    lists.push(page('a', 't1'), page('b'));
    const { items } = await listAll(api.transport(), Pod, { lean: ({ apiVersion, kind, metadata: { name } }) => ({ apiVersion, kind, metadata: { name } }) });
    assert.deepEqual(items, ['a', 'b'].map((name) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name } })));
  });

  describe('of a server that begins a watch with what there is', () => {
    const mark = (version: string): string => event('BOOKMARK', { kind: 'Pod', metadata: { resourceVersion: version, annotations: { 'k8s.io/initial-events-end': 'true' } } });

    it('needs one request, says synced at the mark, and takes what changed before it as it stands then', async () => {
      watches.push((response) => response.write([event('ADDED', pod('a', '3')), event('ADDED', pod('b', '4')), bookmark('4'), event('MODIFIED', pod('a', '5')), event('DELETED', pod('b', '6')), mark('6'), event('ADDED', pod('c', '7'))].join('')));
      assert.deepEqual(await take(3, undefined, api.transport()), ['added a@5', 'synced', 'added c@7']);
      assert.equal(api.seen.length, 1);
      const { query } = api.seen[0]!;
      assert.deepEqual([query.get('sendInitialEvents'), query.get('resourceVersionMatch'), query.get('allowWatchBookmarks'), query.get('resourceVersion')], ['true', 'NotOlderThan', 'true', null]);
    });

    it('resumes from the mark, and asks in this way again after 410, and reports the difference', async () => {
      watches.push((response) => {
        response.write(event('ADDED', pod('gone', '3')) + mark('10'));
        setTimeout(() => response.destroy(), 20);
      }, (response) => response.end(event('ERROR', { kind: 'Status', code: 410 })), (response) => response.write(event('ADDED', pod('new', '11')) + mark('20')));
      assert.deepEqual(await take(4, undefined, api.transport()), ['added gone@3', 'synced', 'deleted gone@3', 'added new@11']);
      assert.deepEqual(watched().map((s) => [s.query.get('sendInitialEvents'), s.query.get('resourceVersion')]), [['true', null], [null, '10'], ['true', null]]);
    });

    it('may send many objects slowly, and begin late once it has done so', async () => {
      const transport = api.transport();
      const slowly = (delays: number[]) => (response: ServerResponse): void => {
        response.flushHeaders();
        let at = 0;
        delays.forEach((delay, i) => setTimeout(() => response.write(i === delays.length - 1 ? mark('10') : event('ADDED', pod(`p${i}`, '3'))), at += delay));
      };
      watches.push(slowly([20, 120, 120, 20]), slowly([240, 10]));
      const patient = { ...timing, idleMs: 10_000 };
      for (let i = 0; i < 2; i += 1) {
        for await (const e of watchObjects(transport, Pod, { signal: new AbortController().signal }, patient)) if (e.type === 'synced') break;
      }
      assert.deepEqual(api.seen.map(({ query }) => query.get('sendInitialEvents')), ['true', 'true'], 'no list');
    });

    for (const [name, answer] of [
      ['refuses it', (response: ServerResponse) => status(response, 422, { reason: 'Invalid', message: 'sendInitialEvents: Forbidden: sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled' })],
      ['knows nothing of it and never sends the mark', (response: ServerResponse) => response.write(event('ADDED', pod('a', '3')))],
      ['breaks off before the mark', (response: ServerResponse) => response.end(event('ADDED', pod('a', '3')))],
    ] as const) {
      it(`is done without by a list, for all watches of the connection, where a server ${name}`, async () => {
        const transport = api.transport();
        watches.push(answer);
        lists.push(listOf('10', pod('a', '3')), listOf('10', pod('a', '3')));
        const both = await Promise.all([take(2, undefined, transport), take(2, undefined, transport)]);
        assert.deepEqual(both, [['added a@3', 'synced'], ['added a@3', 'synced']]);
        assert.equal(api.seen.filter((s) => s.query.get('sendInitialEvents') === 'true').length, 1, 'only the first asked');
      });
    }

    it('closes its request when the consumer stops among what there is', async () => {
      let closed = (): void => undefined;
      const end = new Promise<void>((resolve) => {
        closed = resolve;
      });
      watches.push((response) => {
        response.on('close', closed);
        response.write(event('ADDED', pod('a', '3')) + mark('10'));
      });
      for await (const e of watchObjects(api.transport(), Pod, { signal: new AbortController().signal }, { ...timing, idleMs: 60_000 })) if (e.type === 'added') break;
      await end;
    });
  });
});
