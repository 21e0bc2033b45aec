import assert from 'node:assert/strict';
import fc from 'fast-check';
import { mergePatch, withRemoved } from '../../src/hub/twins/merge.js';
import type { JsonObject, JsonValue } from '../../src/hub/store/model.js';
import { startTestHub, type TestHub } from './support/test-hub.js';

describe('lab hub, twins', () => {
  let hub: TestHub;
  before(async () => {
    hub = await startTestHub();
  });
  after(() => hub.stop());
  beforeEach(async () => {
    await hub.call('PUT', '/devices/t', { body: { deviceId: 't' } });
  });
  afterEach(() => hub.call('DELETE', '/devices/t'));

  const patch = (body: object, ifMatch = '*') => hub.call('PATCH', '/twins/t', { body, ifMatch });
  const desired = (values: object) => patch({ properties: { desired: values } });

  it('merges patches, deletes by null, counts versions', async () => {
    await desired({ a: { b: 1, c: 2 }, list: [1, { x: 1 }] });
    const { body } = await desired({ a: { b: null, d: 3 }, list: [2] });
    const { $metadata, ...values } = body.properties.desired;
    assert.deepEqual(values, { a: { c: 2, d: 3 }, list: [2], $version: 3 });
    assert.equal($metadata.$lastUpdatedVersion, 3);
    assert.equal($metadata.a.$lastUpdatedVersion, 3);
    assert.equal($metadata.a.c.$lastUpdatedVersion, 2);
    assert.equal($metadata.a.b, undefined);
    assert.equal(body.properties.reported.$version, 1);
  });

  it('changes the ETag with tags and desired properties, and refuses a stale one', async () => {
    const { body: before, headers } = await hub.call('GET', '/twins/t');
    assert.equal(headers['etag'], `"${before.etag}"`);
    assert.equal(Buffer.from(before.etag, 'base64').length, 8);
    const { body: after } = await patch({ tags: { a: 1 } }, `"${before.etag}"`);
    assert.notEqual(after.etag, before.etag);
    assert.equal(after.version, before.version + 1);
    assert.equal((await patch({ tags: { a: 2 } }, `"${before.etag}"`)).status, 412);
    assert.equal((await hub.call('GET', '/twins/t')).body.tags.a, 1);
  });

  it('replaces with PUT', async () => {
    await patch({ tags: { old: 1 }, properties: { desired: { old: 1 } } });
    const { body } = await hub.call('PUT', '/twins/t', { body: { tags: { new: 1 }, properties: { desired: { new: 1 } } } });
    assert.deepEqual(body.tags, { new: 1 });
    const { $metadata, ...values } = body.properties.desired;
    assert.deepEqual(values, { new: 1, $version: 3 });
    assert.equal($metadata.old, undefined);
  });

  const deep = (levels: number): object => (levels === 0 ? {} : { d: deep(levels - 1) });
  const refused: [string, object][] = [
    ['a key with a dot', { 'a.b': 1 }],
    ['a key with $ below the top', { a: { $x: 1 } }],
    ['a key with a space', { 'a b': 1 }],
    ['null in an array', { a: [null] }],
    ['11 levels', deep(11)],
    ['a long string', { a: 'x'.repeat(4097) }],
    ['a large integer', { a: 4_503_599_627_370_496 }],
    ['more than 32 KiB', Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`k${i}`, 'x'.repeat(4000)]))],
  ];
  for (const [what, values] of refused) {
    it(`refuses ${what}`, async () => {
      assert.equal((await desired(values)).status, 400);
      assert.equal((await hub.call('GET', '/twins/t')).body.properties.desired.$version, 1);
    });
  }

  it('ignores $version and $metadata that come back', async () => {
    const { body } = await desired({ a: 1, $version: 77, $metadata: { a: {} } });
    assert.equal(body.properties.desired.$version, 2);
  });

  it('notifies of a replacement so that merging it gives the same', () => {
    assert.deepEqual(withRemoved({ a: 1, c: 100 }, { a: 1, b: 2 }), { a: 1, b: null, c: 100 });
    assert.deepEqual(withRemoved({ m: { kept: { x: 1 } } }, { m: { kept: { x: 1, y: 2 }, gone: {} } }), { m: { kept: { x: 1, y: null }, gone: null } });
    const object = fc.letrec<{ value: JsonValue; object: JsonObject }>((tie) => ({
      value: fc.oneof({ depthSize: 'small' }, fc.integer(), tie('object')),
      object: fc.dictionary(fc.constantFrom('a', 'b', 'c', '__proto__'), tie('value'), { maxKeys: 4 }),
    })).object;
    fc.assert(fc.property(object, object, (before, values) => assert.deepEqual(mergePatch(before, withRemoved(values, before)), mergePatch({}, values))), { numRuns: 500 });
  });

  it('merges as RFC 7396 says', () => {
    const values = fc.letrec<{ value: JsonValue; object: JsonObject }>((tie) => ({
      value: fc.oneof({ depthSize: 'small' }, fc.constant(null), fc.integer(), fc.string(), fc.array(fc.integer(), { maxLength: 2 }), tie('object')),
      object: fc.dictionary(fc.constantFrom('a', 'b', 'c', '__proto__'), tie('value'), { maxKeys: 4 }),
    })).object;
    fc.assert(
      fc.property(values, values, (start, change) => {
        const clean = mergePatch({}, start);
        const merged = mergePatch(clean, change);
        // To apply a patch twice is the same as once.
        assert.deepEqual(mergePatch(merged, change), merged);
        assert.equal(JSON.stringify(merged).includes('null'), false);
        for (const key of Object.keys(change)) if (change[key] === null) assert.equal(Object.hasOwn(merged, key), false);
        for (const key of Object.keys(clean)) if (!Object.hasOwn(change, key)) assert.deepEqual(merged[key], clean[key]);
      }),
      { numRuns: 500 },
    );
  });
});
