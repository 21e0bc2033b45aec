import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:net';
import { once } from 'node:events';
import { connectCluster } from '../../../src/cluster/index.js';
import { Pod } from '../../../src/cluster/kinds.js';
import { request } from '../../../src/cluster/request.js';
import { createTransport } from '../../../src/cluster/transport.js';
import { wayTo } from '../../../src/net/way.js';
import type { Cluster } from '../../../src/cluster/types.js';
import type { EdgeVmError } from '../../../src/support/errors.js';
import { startProxy, startSocks, type FakeProxy, type ProxyOptions } from '../../helpers/proxy.js';
import { certificateFor } from '../hub/tls.js';
import { json, startFakeApi } from './fake-api.js';
import type { FakeApi } from './fake-api.js';

const name = 'api.corp.invalid';
const tls = certificateFor(name);
const ca = Buffer.from(tls.cert).toString('base64');

describe('an API server behind a proxy that alone knows its name', () => {
  let api: FakeApi;
  const open: { close(): unknown }[] = [];
  beforeEach(async () => {
    api = await startFakeApi((seen, response) => (seen.query.get('watch') === 'true' ? response.writeHead(200).flushHeaders() : json(response, { gitVersion: 'v1', items: [] })), tls);
    open.push(api);
  });
  afterEach(async () => {
    for (const thing of open.splice(0).reverse()) await thing.close();
  });
  const portOf = (): number => Number(new URL(api.url).port);
  const keep = async <T extends { close(): unknown }>(thing: Promise<T>): Promise<T> => {
    const made = await thing;
    open.push(made);
    return made;
  };
  const proxy = (options: Partial<ProxyOptions> = {}): Promise<FakeProxy> => keep(startProxy({ names: { [`${name}:6443`]: portOf() }, ...options }));
  const cluster = (env: Record<string, string>, more: object = {}, server = `https://${name}:6443`): Promise<Cluster> =>
    keep(connectCluster({ env, kubeconfig: api.kubeconfig(undefined, { server, 'certificate-authority-data': ca, ...more }) }));

  const ways: [string, (p: { http: FakeProxy; socks: FakeProxy; tls: FakeProxy }) => Promise<Cluster>, 'http' | 'socks' | 'tls'][] = [
    ['HTTPS_PROXY', ({ http }) => cluster({ HTTPS_PROXY: `http://127.0.0.1:${http.port}` }), 'http'],
    ['https_proxy without scheme, with a login', ({ http }) => cluster({ https_proxy: `me:s%3Acret@127.0.0.1:${http.port}` }), 'http'],
    ['proxy-url, which wins', ({ http }) => cluster({ HTTPS_PROXY: 'http://127.0.0.1:1' }, { 'proxy-url': `http://me:s%3Acret@127.0.0.1:${http.port}` }), 'http'],
    ['socks5, where the proxy resolves the name', ({ socks }) => cluster({}, { 'proxy-url': `socks5://me:s%3Acret@127.0.0.1:${socks.port}` }), 'socks'],
    ['socks5h of the environment', ({ socks }) => cluster({ HTTPS_PROXY: `socks5h://me:s%3Acret@127.0.0.1:${socks.port}` }), 'socks'],
  ];
  for (const [title, connect, kind] of ways) {
    it(`is reached by ${title}, over one connection for many requests`, async () => {
      const login = title === 'HTTPS_PROXY' ? {} : { login: 'me:s:cret' };
      const proxies = { http: await proxy(login), socks: await keep(startSocks({ names: { [`${name}:6443`]: portOf() }, ...login })), tls: await proxy(login) };
      const way = await connect(proxies);
      for (let i = 0; i < 5; i += 1) await way.version();
      assert.deepEqual(proxies[kind].asked, [`${name}:6443`]);
      assert.deepEqual([{ requests: way.stats.requests, connections: way.stats.connections }, api.connections, api.seen[0]?.headers['proxy-authorization']], [{ requests: 5, connections: 1 }, 1, undefined]);
    });
  }

  it('is reached by a proxy that speaks TLS itself, once its CA is trusted', async () => {
    const own = certificateFor('localhost');
    const { mkdtempSync, writeFileSync } = await import('node:fs');
    const file = `${mkdtempSync('/tmp/edge-vm-ca-')}/ca.pem`;
    writeFileSync(file, own.cert);
    const { port } = await proxy({ tls: own });
    assert.equal(await (await cluster({ HTTPS_PROXY: `https://localhost:${port}`, SSL_CERT_FILE: file })).version(), 'v1');
    await assert.rejects((await cluster({ HTTPS_PROXY: `https://localhost:${port}` })).version(), (e: EdgeVmError) => /proxy https:\/\/localhost:\d+ \(HTTPS_PROXY\) has a certificate that is not trusted/.test(e.message));
  });

  it('watches through it', async () => {
    const { port, asked } = await proxy();
    const way = await cluster({ HTTPS_PROXY: `127.0.0.1:${port}` });
    const signal = AbortSignal.timeout(2_000);
    for await (const event of way.watch(Pod, { signal })) if (event.type === 'synced') break;
    assert.ok(asked.length > 0 && asked.every((one) => one === `${name}:6443`));
  });

  it('is not asked of it where NO_PROXY says so', async () => {
    const { port, asked } = await proxy();
    const way = await cluster({ HTTPS_PROXY: `127.0.0.1:${port}`, NO_PROXY: '.corp.invalid' });
    await assert.rejects(way.version(), { details: { network: 'ENOTFOUND' } });
    assert.deepEqual(asked, []);
  });

  it('is handed plain http with the whole URL, as HTTP_PROXY says', async () => {
    const plain = await keep(startFakeApi((_, response) => json(response, { gitVersion: 'v2' })));
    const { port, forwarded, asked } = await proxy({ names: { [`${name}:8001`]: Number(new URL(plain.url).port) }, login: 'me:s:cret' });
    const way = await cluster({ HTTP_PROXY: `http://me:s%3Acret@127.0.0.1:${port}` }, {}, `http://${name}:8001`);
    assert.equal(await way.version(), 'v2');
    assert.deepEqual([forwarded, asked], [[`http://${name}:8001/version`], []]);
    const stranger = await cluster({ HTTP_PROXY: `http://127.0.0.1:${port}` }, {}, `http://${name}:8001`);
    await assert.rejects(stranger.version(), /proxy http:\/\/127\.0\.0\.1:\d+ \(HTTP_PROXY\) asks for a login \(HTTP 407\)/);
  });

  const failures: [string, Partial<ProxyOptions>, RegExp, RegExp][] = [
    ['asks for a login', { login: 'me:x' }, /asks for a login \(HTTP 407\)/, /USER:PASSWORD/],
    ['knows only Negotiate', { answer: (s) => s.end('HTTP/1.1 407 x\r\nProxy-Authenticate: Negotiate\r\nProxy-Authenticate: NTLM\r\n\r\n') }, /refuses the login in its URL \(HTTP 407\)/, /negotiate, ntlm only.*cntlm/],
    ['forbids it', { answer: (s) => s.end('HTTP/1.1 403 Forbidden\r\n\r\n') }, /does not allow a connection to api\.corp\.invalid:6443 \(HTTP 403\)/, /NO_PROXY/],
    ['does not know the name', { names: {} }, /cannot connect to api\.corp\.invalid:6443 \(HTTP 502\)/, /as the proxy sees it/],
    ['answers nonsense', { answer: (s) => s.end('SSH-2.0-OpenSSH_9.6\r\n') }, /does not answer as an HTTP proxy/, /address of the proxy/],
    ['hangs up', { answer: (s) => s.destroy() }, /ends the connection without an answer/, /and its kind/],
  ];
  for (const [title, options, words, hint] of failures) {
    it(`names a proxy that ${title}, and not its password`, async () => {
      const { port } = await proxy(options);
      const userinfo = title === 'asks for a login' ? '' : 'me:CANARY@';
      const way = await cluster({ HTTPS_PROXY: `http://${userinfo}127.0.0.1:${port}` });
      await assert.rejects(way.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'x' } }), (e: EdgeVmError) => {
        assert.equal(e.code, 'no-cluster');
        assert.match(e.message, new RegExp(`https://${name}:6443: proxy http://127\\.0\\.0\\.1:${port} \\(HTTPS_PROXY\\)`));
        assert.match(e.message, words);
        assert.match(e.hint ?? '', hint);
        assert.doesNotMatch(`${e.message}${e.hint}${JSON.stringify(e.details)}${e.stack}${String(e.cause)}`, /CANARY/);
        return true;
      });
    });
  }

  it('names a proxy that is down, and a wrong login', async () => {
    const { port } = await proxy({ login: 'me:x' });
    await assert.rejects((await cluster({ HTTPS_PROXY: `http://me:CANARY@127.0.0.1:${port}` })).version(), /refuses the login in its URL \(HTTP 407\)/);
    await assert.rejects((await cluster({ HTTPS_PROXY: 'http://127.0.0.1:1' })).version(), /proxy http:\/\/127\.0\.0\.1:1 \(HTTPS_PROXY\) cannot be reached \(ECONNREFUSED\)/);
    await assert.rejects((await cluster({ HTTPS_PROXY: 'http://proxy.corp.invalid:1' })).version(), /proxy\.corp\.invalid:1 \(HTTPS_PROXY\) cannot be reached \(E(NOTFOUND|AI_AGAIN)\)/);
  });

  it('names a SOCKS proxy that fails: login, name, protocol', async () => {
    const socks = await keep(startSocks({ names: {}, login: 'me:x' }));
    const at = (login: string): Promise<Cluster> => cluster({}, { 'proxy-url': `socks5://${login}127.0.0.1:${socks.port}` });
    await assert.rejects((await at('')).version(), /proxy socks5:\/\/127\.0\.0\.1:\d+ \(proxy-url of the kubeconfig\) asks for a login/);
    await assert.rejects((await at('me:CANARY@')).version(), (e: EdgeVmError) => /refuses the login/.test(e.message) && !/CANARY/.test(e.message));
    const web = await proxy();
    await assert.rejects((await cluster({}, { 'proxy-url': `socks5://127.0.0.1:${web.port}` })).version(), /does not answer as a SOCKS5 proxy/);
  });

  it('names the proxy where no answer comes in time', async () => {
    const { port } = await proxy({ answer: () => undefined });
    const env = { HTTPS_PROXY: `http://127.0.0.1:${port}` };
    const none = { get: () => Promise.resolve({ tls: {}, headers: {} }), renew: () => Promise.resolve({ tls: {}, headers: {} }), close: () => undefined };
    const transport = await keep(Promise.resolve(createTransport(`https://${name}:6443`, none, { way: wayTo(new URL(`https://${name}:6443`), { env }) })));
    const call = { method: 'GET', path: '/version', idempotent: true, subject: { verb: 'read', what: 'it', group: '', server: transport.server } } as const;
    await assert.rejects(request(transport, call, { deadlineMs: 100, backoff: { firstMs: 1, maxMs: 1 } }), /does not answer in time through proxy http:\/\/127\.0\.0\.1:\d+ \(HTTPS_PROXY\)/);
  });

  it('ends with its caller while the proxy is silent, and leaves no connection open', async () => {
    const silent: Server = createServer();
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const port = (silent.address() as { port: number }).port;
    const way = await cluster({ HTTPS_PROXY: `http://127.0.0.1:${port}` });
    const connected = once(silent, 'connection') as Promise<[import('node:net').Socket]>;
    const asked = assert.rejects(way.version({ signal: AbortSignal.timeout(100) }), { code: 'timed-out' });
    const [socket] = await connected;
    await asked;
    const gone = once(socket, 'close');
    socket.resume();
    way.close();
    await gone;
    await new Promise((resolve) => silent.close(resolve));
  });

  it('refuses a proxy-url that is none, without its value', async () => {
    await assert.rejects(cluster({}, { 'proxy-url': 'ftp://me:CANARY@h' }), (e: EdgeVmError) => e.code === 'invalid-input' && /proxy-url of the kubeconfig/.test(e.message) && !/CANARY/.test(e.message));
  });
});
