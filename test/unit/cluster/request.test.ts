import assert from 'node:assert/strict';
import { getEventListeners, once } from 'node:events';
import { request } from '../../../src/cluster/request.js';
import { openStream } from '../../../src/cluster/stream.js';
import type { Call } from '../../../src/cluster/request.js';
import type { RetryLimits } from '../../../src/support/retry.js';
import { EdgeVmError } from '../../../src/support/errors.js';
import { json, startFakeApi, status } from './fake-api.js';
import type { FakeApi, Play } from './fake-api.js';

const limits: RetryLimits & { attempts: number } = { deadlineMs: 2000, attempts: 4, backoff: { firstMs: 5, maxMs: 20 } };

describe('cluster request', () => {
  let api: FakeApi;
  let play: Play;
  beforeEach(async () => {
    api = await startFakeApi((...args) => play(...args));
  });
  afterEach(() => api.close());

  const call = (more: Partial<Call> = {}): Call => ({
    method: 'GET', path: '/api/v1/pods', idempotent: true, subject: { verb: 'list', what: 'pods', group: '', server: api.url }, ...more,
  });
  const codeOf = async (work: Promise<unknown>): Promise<EdgeVmError> => {
    const error = await work.then(() => assert.fail('no error'), (e: unknown) => e);
    assert.ok(EdgeVmError.is(error), String(error));
    return error;
  };

  it('sends many requests over one connection', async () => {
    play = (_, response) => json(response, {});
    const transport = api.transport();
    for (let i = 0; i < 20; i += 1) await request(transport, call());
    assert.deepEqual({ server: api.connections, requests: transport.stats.requests, connections: transport.stats.connections }, { server: 1, requests: 20, connections: 1 });
  });

  it('sends nothing that the look before each attempt refuses', async () => {
    play = (_, response) => status(response, 503);
    let looks = 0;
    const transport = api.transport({ beforeSend: () => {
      if ((looks += 1) > 2) throw new EdgeVmError('interrupted', 'no more');
    } });
    const error = await codeOf(request(transport, call({ method: 'PATCH' }), limits));
    assert.deepEqual([error.code, error.message, looks, api.seen.length], ['interrupted', 'no more', 3, 2]);
  });

  it('tries again on 503 and on a lost connection, when it is safe', async () => {
    play = (_, response, count) => {
      if (count === 1) status(response, 503);
      else if (count === 2) response.destroy();
      else json(response, { ok: true });
    };
    assert.deepEqual(await request(api.transport(), call(), limits), { code: 200, body: { ok: true } });
    assert.equal(api.seen.length, 3);
  });

  it('does not repeat a call that may have been done', async () => {
    play = (_, response) => status(response, 503, { message: 'later' });
    assert.equal((await codeOf(request(api.transport(), call({ method: 'POST', idempotent: false }), limits))).code, 'no-cluster');
    assert.equal(api.seen.length, 1);
  });

  it('waits as long as a 429 asks, whatever the method', async () => {
    play = (_, response, count) => (count === 1 ? status(response, 429, {}, { 'Retry-After': '1' }) : json(response, {}));
    const started = Date.now();
    await request(api.transport(), call({ method: 'POST', idempotent: false }), limits);
    assert.ok(Date.now() - started >= 950);
  });

  it('lets no other call through while the server asks one of them to wait, and counts both', async () => {
    play = (_, response, count) => (count === 1 ? status(response, 429, {}, { 'Retry-After': '1' }) : json(response, {}));
    const transport = api.transport();
    const first = request(transport, call(), limits);
    while (transport.stats.throttled === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const started = Date.now();
    await Promise.all([first, ...Array.from({ length: 5 }, () => request(transport, call(), limits).then(() => assert.ok(Date.now() - started >= 900)))]);
    assert.deepEqual([[...transport.stats.calls.values()], transport.stats.throttled, api.seen.length], [[1, 6], 1, 7]);
  });

  it('sends at most 32 calls at the same time, over as many connections', async () => {
    const open: (() => void)[] = [];
    let most = 0;
    // It answers when 32 calls are there: with fewer at the same time this would never end.
    play = (_, response, count) => {
      open.push(() => json(response, {}));
      most = Math.max(most, open.length);
      if (open.length >= 32 || count === 200) for (const answer of open.splice(0)) answer();
    };
    const transport = api.transport();
    await Promise.all(Array.from({ length: 200 }, () => request(transport, call(), limits)));
    assert.deepEqual([most, transport.stats.connections], [32, 32]);
  });

  it('counts calls without an answer', async () => {
    play = (_, response) => response.destroy();
    const transport = api.transport();
    await codeOf(request(transport, call({ idempotent: false }), limits));
    while (transport.stats.calls.size === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.deepEqual([...transport.stats.calls.keys()].map((key) => key.split(' ').at(-1)), ['none']);
  });

  it('leaves nothing in a signal that outlives its calls, not even after a stream', async () => {
    play = (seen, response) => (seen.path === '/log' ? response.end('x') : json(response, {}));
    const transport = api.transport();
    const long = new AbortController();
    const warnings: Error[] = [];
    const warn = (warning: Error): void => void warnings.push(warning);
    process.on('warning', warn);
    await Promise.all(Array.from({ length: 50 }, () => request(transport, call({ signal: long.signal }), limits)));
    const stream = await openStream(transport, '/log', call().subject, { signal: long.signal });
    stream.resume();
    await once(stream, 'close');
    await new Promise((resolve) => setTimeout(resolve, 20));
    process.off('warning', warn);
    assert.deepEqual([getEventListeners(long.signal, 'abort'), warnings], [[], []]);
  });

  it('gives up after its attempts and does not repeat a refusal', async () => {
    play = (_, response) => status(response, 500, { message: 'boom' });
    await codeOf(request(api.transport(), call(), limits));
    assert.equal(api.seen.length, limits.attempts);
    play = (_, response) => status(response, 500, { message: 'failed to create typed patch object' });
    await codeOf(request(api.transport(), call(), limits));
    assert.equal(api.seen.length, limits.attempts + 1);
  });

  it('says that a server does not answer in time, and names it', async () => {
    play = () => undefined;
    const error = await codeOf(request(api.transport(), call(), { ...limits, deadlineMs: 100 }));
    assert.equal(error.code, 'no-cluster');
    assert.ok(error.message.includes(api.url) && /in time/.test(error.message));
  });

  it('ends at once when its caller does', async () => {
    play = () => undefined;
    const own = new AbortController();
    setTimeout(() => own.abort(), 50);
    assert.equal((await codeOf(request(api.transport(), call({ signal: own.signal }), limits))).code, 'interrupted');
    assert.equal((await codeOf(request(api.transport(), call({ signal: AbortSignal.timeout(30) }), limits))).code, 'timed-out');
    const reason = new EdgeVmError('vm-deleted', 'gone');
    assert.equal(await codeOf(request(api.transport(), call({ signal: AbortSignal.abort(reason) }), limits)), reason);
  });

  it('does not show a page that is no JSON', async () => {
    play = (_, response) => response.end('<html>portal</html>');
    const error = await codeOf(request(api.transport(), call(), limits));
    assert.equal(error.code, 'no-cluster');
    assert.doesNotMatch(error.message, /portal/);
  });

  it('stays closed', async () => {
    play = () => undefined;
    const transport = api.transport();
    const pending = codeOf(request(transport, call({ idempotent: false }), limits));
    setTimeout(() => transport.close(), 50);
    assert.equal((await pending).code, 'no-cluster');
    await codeOf(request(transport, call(), limits));
    assert.equal(api.seen.length, 1);
  });
});
