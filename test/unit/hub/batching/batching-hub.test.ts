import assert from 'node:assert/strict';
import { batchingHub } from '../../../../src/hub/batching/batching-hub.js';
import type { BatchingOptions } from '../../../../src/hub/batching/batching-hub.js';
import type { Hub, HubCall } from '../../../../src/hub/types.js';
import { EdgeVmError } from '../../../../src/support/errors.js';
import { ManualClock } from '../../../helpers/manual-clock.js';
import { BulkHub } from './bulk-hub.js';

const names = (count: number, prefix = 'd'): string[] => Array.from({ length: count }, (_, i) => `${prefix}${i}`);

describe('batchingHub', () => {
  let clock: ManualClock;
  let hub: BulkHub;
  let many: Hub;
  const start = (options: BatchingOptions = {}): void => {
    many = batchingHub(hub, { clock, ...options });
  };
  beforeEach(() => {
    clock = new ManualClock();
    hub = new BulkHub();
    start();
  });
  afterEach(() => assert.equal(clock.sleeping, 0));

  describe('registers', () => {
    it('devices that come together by one request of 100, with keys of its own', async () => {
      const all = await clock.run(Promise.all(names(150).map((id) => many.ensureDevice(id, { tags: { site: 'x' } }))));
      assert.deepEqual(hub.log.map((line) => line.split(' ').length - 1), [100, 50]);
      assert.ok(all.every(({ created, device }) => created && device.edgeEnabled && device.primaryKey!.reveal() === hub.devices.get(device.deviceId)!.primaryKey!.reveal()));
      assert.equal(new Set(all.map(({ device }) => device.primaryKey!.reveal())).size, 150);
      assert.ok(all.every(({ device }) => Buffer.from(device.primaryKey!.reveal(), 'base64').length === 32));
    });

    it('later ones while the first request is under way by the next one', async () => {
      let answer = (): void => undefined;
      hub.request = () => new Promise((resolve) => {
        answer = resolve;
      });
      const first = many.ensureDevice('a');
      await clock.advance(5);
      const rest = [];
      for (const id of ['b', 'c']) {
        rest.push(many.ensureDevice(id));
        await clock.advance(100);
      }
      hub.request = () => undefined;
      answer();
      await clock.run(Promise.all([first, ...rest]));
      assert.deepEqual(hub.log, ['create a', 'create b c']);
    });

    it('and adopts a device that exists, with its own key; new tags by themselves', async () => {
      const { primaryKey } = hub.register('old', { deviceScope: 'scope' });
      const [old, made] = await clock.run(Promise.all([many.ensureDevice('old', { tags: { site: 'x' }, removedTags: ['line'] }), many.ensureDevice('new')]));
      assert.deepEqual([old.created, old.device.primaryKey, made.created], [false, primaryKey, true]);
      assert.deepEqual(hub.log, ['create old new', 'get old']);
      assert.deepEqual(hub.tags, [['old', { tags: { site: 'x' }, removedTags: ['line'] }]]);
    });

    it('and does not try to create what it has just read', async () => {
      hub.register('old', { edgeEnabled: false });
      await clock.run(many.getDevice('old'));
      const { created } = await clock.run(many.ensureDevice('old', { tags: { site: 'x' } }));
      assert.deepEqual([created, hub.log, hub.tags], [false, ['get old'], []]);
    });

    it('and knows a device as its own although the answer was lost', async () => {
      const create = hub.createDevices.bind(hub);
      hub.createDevices = async (devices) => {
        await create(devices);
        // The client sends it again.
        return create(devices);
      };
      const { created } = await clock.run(many.ensureDevice('a'));
      assert.equal(created, true);
      assert.equal(hub.devices.size, 1);
    });

    it('one device once, whoever asks', async () => {
      const both = await clock.run(Promise.all([many.ensureDevice('a'), many.ensureDevice('a')]));
      assert.deepEqual(both.map(({ created }) => created), [true, false]);
      assert.equal(both[0].device.primaryKey!.reveal(), both[1].device.primaryKey!.reveal());
      assert.equal(hub.log[0], 'create a');
    });

    it('the others if the hub refuses one, in either way', async () => {
      hub.itemErrors.set('bad', new EdgeVmError('invalid-input', 'bad id'));
      const results = await clock.run(Promise.allSettled(['a', 'bad', 'b'].map((id) => many.ensureDevice(id))));
      assert.deepEqual(results.map(({ status }) => status), ['fulfilled', 'rejected', 'fulfilled']);
      hub.createDevices = () => Promise.reject(new EdgeVmError('invalid-input', 'the request is bad'));
      hub.before = () => undefined;
      const single = hub.ensureDevice.bind(hub);
      hub.ensureDevice = (id, options) => (id === 'worse' ? Promise.reject(new EdgeVmError('invalid-input', 'worse id')) : single(id, options));
      const again = await clock.run(Promise.allSettled(['c', 'worse'].map((id) => many.ensureDevice(id))));
      assert.deepEqual(again.map(({ status }) => status), ['fulfilled', 'rejected']);
      assert.ok(hub.devices.has('c'));
    });

    it('nothing for callers that have given up, and tells all the others of an error', async () => {
      const ended = new AbortController();
      const gone = many.ensureDevice('gone', { signal: ended.signal });
      const stays = many.ensureDevice('stays');
      ended.abort();
      await assert.rejects(gone, { code: 'interrupted' });
      await clock.run(stays);
      assert.deepEqual(hub.log, ['create stays']);
      hub.request = () => Promise.reject(new EdgeVmError('hub-forbidden', 'no'));
      const failed = await clock.run(Promise.allSettled(['x', 'y'].map((id) => many.ensureDevice(id))));
      assert.deepEqual(failed.map((r) => r.status === 'rejected' && (r.reason as EdgeVmError).code), ['hub-forbidden', 'hub-forbidden']);
    });

    it('no more in one run after the hub has forbidden it; who runs on tries again', async () => {
      for (const [oneRun, requests] of [[true, 1], [false, 3]] as const) {
        hub.log.length = 0;
        start({ oneRun });
        hub.request = () => Promise.reject(new EdgeVmError('hub-forbidden', 'no'));
        const failed = await clock.run(Promise.allSettled(names(250).map((id) => many.ensureDevice(id))));
        assert.ok(failed.every((one) => one.status === 'rejected' && (one.reason as EdgeVmError).code === 'hub-forbidden'));
        assert.equal(hub.log.length, requests);
      }
      hub.request = () => undefined;
      assert.equal((await clock.run(many.ensureDevice('d0'))).created, true);
    });

    it('again after such an error', async () => {
      hub.request = () => Promise.reject(new EdgeVmError('hub-unreachable', 'no'));
      await clock.run(assert.rejects(many.ensureDevice('x'), { code: 'hub-unreachable' }));
      hub.request = () => undefined;
      assert.equal((await clock.run(many.ensureDevice('x'))).created, true);
    });
  });

  describe('reads devices', () => {
    it('by one request each; of many only those that a query finds', async () => {
      for (const id of ['d1', 'd3']) hub.register(id);
      const found = await clock.run(Promise.all(names(6).map((id) => many.getDevice(id))));
      assert.deepEqual(found.map((device) => device?.deviceId), [undefined, 'd1', undefined, 'd3', undefined, undefined]);
      assert.deepEqual(hub.log, ['query d0 d1 d2 d3 d4 d5', 'get d1', 'get d3']);
      hub.log.length = 0;
      await clock.run(Promise.all(['x', 'y'].map((id) => many.getDevice(id))));
      assert.deepEqual(hub.log, ['get x', 'get y'], 'few need no query');
    });

    it('not at all for some time, if a query of many did not find them', async () => {
      hub.register('d1');
      assert.deepEqual(await clock.run(many.foresee!(names(200))), new Set(['d1']));
      assert.equal(hub.log.length, 1);
      assert.equal(await clock.run(many.getDevice('d0')), undefined);
      assert.equal((await clock.run(many.getDevice('d1')))?.deviceId, 'd1');
      assert.deepEqual(hub.log.slice(1), ['get d1']);
      assert.equal((await clock.run(many.ensureDevice('d0'))).created, true);
      assert.equal((await clock.run(many.getDevice('d0')))?.deviceId, 'd0', 'it was made meanwhile');
      await clock.advance(301_000);
      hub.register('d7');
      assert.equal((await clock.run(many.getDevice('d7')))?.deviceId, 'd7', 'the query is too old');
    });

    it('without a query if the credential may not query', async () => {
      hub.request = (call) => (call === 'query' ? Promise.reject(new EdgeVmError('hub-forbidden', 'no')) : undefined);
      for (const id of names(5)) hub.register(id);
      const found = await clock.run(Promise.all(names(5).map((id) => many.getDevice(id))));
      assert.ok(found.every((device) => device !== undefined));
      await clock.run(Promise.all(names(5, 'e').map((id) => many.getDevice(id))));
      assert.equal(await clock.run(many.foresee!(names(5))), undefined);
      assert.equal(hub.log.filter((line) => line.startsWith('query')).length, 1);
    });

    it('again after a minute, or after its own change', async () => {
      hub.register('a');
      const read = () => clock.run(many.getDevice('a'));
      await read();
      await clock.advance(59_000);
      await read();
      assert.equal(hub.log.length, 1);
      await many.setParent('a', 'scope');
      assert.deepEqual((await read())?.parentScopes, ['scope']);
      await clock.advance(61_000);
      await read();
      assert.equal(hub.log.length, 3);
      await clock.run(many.deleteDevice('a'));
      assert.equal(await read(), undefined);
    });

    it('at once after it has made them', async () => {
      await clock.run(many.ensureDevice('a'));
      assert.equal((await many.getDevice('a'))?.deviceId, 'a');
      assert.deepEqual(hub.log, ['create a']);
    });
  });

  it('deletes devices that come together by one request, and says which existed', async () => {
    hub.register('a');
    hub.itemErrors.set('kept', new EdgeVmError('hub-forbidden', 'no'));
    const results = await clock.run(Promise.allSettled(['a', 'none', 'kept', 'a'].map((id) => many.deleteDevice(id))));
    assert.deepEqual(results.map((r) => (r.status === 'fulfilled' ? r.value : (r.reason as EdgeVmError).code)), [true, false, 'hub-forbidden', true]);
    assert.deepEqual(hub.log, ['delete a none kept']);
  });

  describe('reads the twins of edge agents', () => {
    const ask = async (ids: string[], signal?: AbortSignal): Promise<string[]> => {
      const got: string[] = [];
      for await (const { deviceId } of many.queryEdgeAgents(ids, signal === undefined ? {} : { signal })) got.push(deviceId);
      return got;
    };

    it('of many devices by one query of the whole hub, in pages, for all callers', async () => {
      for (const id of names(120)) hub.register(id);
      start({ pageSize: 50 });
      const both = await clock.run(Promise.all([ask(names(120)), ask(names(60))]));
      assert.deepEqual(both.map((ids) => ids.length), [120, 60]);
      assert.deepEqual(hub.log, ['page', 'page', 'page']);
      assert.equal((await ask(['d7'])).length, 1);
      assert.equal(hub.log.length, 3, 'the answer is current');
      assert.ok(await many.getEdgeAgentTwin('d8'));
      assert.ok(!hub.calls.includes('getEdgeAgentTwin'));
      await clock.advance(15_000);
      await ask(names(120));
      await many.getEdgeAgentTwin('none');
      assert.deepEqual([hub.log.length, hub.calls.includes('getEdgeAgentTwin')], [6, true]);
    });

    it('of few devices by their ids, also those that the shared answer does not have', async () => {
      assert.deepEqual(await ask(['a']), []);
      for (const id of names(60)) hub.register(id);
      await ask(names(60));
      hub.register('new');
      assert.deepEqual(await ask(['d1', 'new']), ['d1', 'new']);
      assert.deepEqual(hub.log, ['list a', 'page', 'list new']);
    });

    it('anew after its own deployment', async () => {
      for (const id of names(60)) hub.register(id);
      await ask(names(60));
      await many.applyConfiguration('d1', { modulesContent: { $edgeAgent: { 'properties.desired': { schemaVersion: '1.1' } } } });
      assert.equal((await many.getEdgeAgentTwin('d1'))?.desired['schemaVersion'], '1.1');
      const rows = [];
      for await (const row of many.queryEdgeAgents(['d1'])) rows.push(row);
      assert.equal(rows[0]?.twin.desired['schemaVersion'], '1.1');
    });

    it('by their ids in a hub with many other devices', async () => {
      for (const id of names(700)) hub.register(id);
      start({ pageSize: 100 });
      const wanted = names(60);
      assert.equal((await ask(wanted)).length, 60);
      assert.equal((await ask(wanted)).length, 60);
      assert.deepEqual(hub.log.map((line) => line.split(' ')[0]), ['page', 'page', 'page', 'page', 'list', 'list']);
    });

    it('for the others when one caller gives up or the query fails once', async () => {
      for (const id of names(60)) hub.register(id);
      let answer = (): void => undefined;
      hub.request = () => new Promise((resolve) => {
        answer = resolve;
      });
      const ended = new AbortController();
      const gone = ask(names(60), ended.signal);
      const stays = ask(names(60));
      await ManualClock.settle();
      ended.abort();
      await assert.rejects(gone, { code: 'interrupted' });
      answer();
      assert.equal((await stays).length, 60);
      await clock.advance(15_000);
      hub.request = () => Promise.reject(new EdgeVmError('hub-throttled', 'no'));
      await assert.rejects(ask(names(60)), { code: 'hub-throttled' });
      hub.request = () => undefined;
      assert.equal((await ask(names(60))).length, 60);
    });
  });

  it('waits long for the limits of the hub, or as long as it is told, and sends every other call on', async () => {
    const patience: unknown[] = [];
    hub.getModuleTwin = (...args: unknown[]) => {
      patience.push((args[2] as HubCall).patienceMs);
      return Promise.resolve(undefined);
    };
    await many.getModuleTwin('d', '$edgeHub');
    start({ patienceMs: 5_000 });
    await many.getModuleTwin('d', '$edgeHub');
    await many.getModuleTwin('d', '$edgeHub', { patienceMs: 1 });
    assert.deepEqual(patience, [900_000, 5_000, 1]);
    await many.putConfiguration({ id: 'c', content: {}, targetCondition: '*', priority: 1 });
    assert.deepEqual([(await many.getConfiguration('c'))?.id, (await many.listConfigurations()).length, await many.deleteConfiguration('c')], ['c', 1, true]);
    assert.equal((await many.ping('d')).answered, false);
    assert.equal(many.stats, hub.stats);
    assert.equal(many.hostname, hub.hostname);
  });
});
