import assert from 'node:assert/strict';
import { parseProxy } from '../../../src/net/proxy.js';
import { proxyOfEnvironment } from '../../../src/net/proxy-env.js';
import { InvalidInputError } from '../../../src/support/errors.js';

const via = (host: string, env: Record<string, string>, { secure = true, port = 443 } = {}): string | undefined => proxyOfEnvironment({ secure, host, port }, env)?.name;

describe('the proxy of the environment', () => {
  it('is HTTPS_PROXY for https, HTTP_PROXY for http, in capitals before small letters', () => {
    const env = { HTTPS_PROXY: 'http://a:1', https_proxy: 'http://b:2', http_proxy: 'http://c:3' };
    assert.equal(via('api.example', env), 'http://a:1 (HTTPS_PROXY)');
    assert.equal(via('api.example', { ...env, HTTPS_PROXY: '' }), 'http://b:2 (https_proxy)');
    assert.equal(via('api.example', env, { secure: false }), 'http://c:3 (http_proxy)');
    assert.equal(via('api.example', { HTTP_PROXY: 'http://c:3' }), undefined);
  });

  it('needs no scheme, and keeps its login to itself', () => {
    assert.equal(via('api.example', { HTTPS_PROXY: 'proxy.corp:3128' }), 'http://proxy.corp:3128 (HTTPS_PROXY)');
    assert.equal(via('api.example', { HTTPS_PROXY: '10.0.0.1:8080' }), 'http://10.0.0.1:8080 (HTTPS_PROXY)');
    assert.equal(via('api.example', { HTTPS_PROXY: ' proxy.corp ' }), 'http://proxy.corp:80 (HTTPS_PROXY)');
    const { login, name } = parseProxy('me:p%40ss@proxy.corp:3128', 'HTTPS_PROXY');
    assert.deepEqual([login, name], [{ user: 'me', password: 'p@ss' }, 'http://proxy.corp:3128 (HTTPS_PROXY)']);
    assert.deepEqual([parseProxy('socks5h://[::1]', 'x').port, parseProxy('socks5://h', 'x').scheme, parseProxy('https://h', 'x').port], [1080, 'socks5', 443]);
  });

  it('is refused where it is no proxy, by its variable and without its value', () => {
    for (const value of ['ftp://u:CANARY@h', 'http://', 'http://:CANARY@']) {
      assert.throws(() => via('api.example', { HTTPS_PROXY: value }), (e: Error) => e instanceof InvalidInputError && e.problems[0]?.field === 'HTTPS_PROXY' && !e.message.includes('CANARY'));
    }
  });

  it('never stands before loopback', () => {
    for (const host of ['localhost', '127.0.0.1', '127.3.2.1', '::1']) assert.equal(via(host, { HTTPS_PROXY: 'p:1' }), undefined, host);
  });

  // As golang.org/x/net/http/httpproxy decides.
  for (const [list, host, exempt, port] of [
    ['*', 'api.example', true], ['corp.example', 'corp.example', true], ['corp.example', 'api.corp.example', true], ['corp.example', 'mycorp.example', false],
    ['.corp.example', 'api.corp.example', true], ['.corp.example', 'corp.example', false], ['*.corp.example', 'api.corp.example', true], ['*.corp.example', 'corp.example', false],
    ['CORP.example', 'API.corp.Example', true], ['corp.example:6443', 'corp.example', true, 6443], ['corp.example:6443', 'corp.example', false, 443],
    [' a.example , b.example ', 'b.example', true], ['10.0.0.0/8', '10.1.2.3', true], ['10.0.0.0/8', '11.1.2.3', false], ['10.0.0.0/8', 'api.example', false],
    ['10.1.2.3', '10.1.2.3', true], ['10.1.2.3:443', '10.1.2.3', true], ['10.1.2.3:444', '10.1.2.3', false], ['fd00::/8', 'fd12::1', true], ['[fd12::1]:443', 'fd12::1', true],
    ['fd12::1', 'fd12:0:0::1', true], ['1.2.3', '10.1.2.3', false], [':443', 'api.example', false], ['', 'api.example', false], ['10.0.0.0/99', '10.0.0.1', false],
  ] as [string, string, boolean, number?][]) {
    it(`with NO_PROXY "${list}" ${exempt ? 'is not' : 'is'} used for ${host}`, () => {
      assert.equal(via(host, { HTTPS_PROXY: 'p:1', NO_PROXY: list }, { port: port ?? 443 }) === undefined, exempt);
      assert.equal(via(host, { HTTPS_PROXY: 'p:1', no_proxy: list }, { port: port ?? 443 }) === undefined, exempt);
    });
  }
});
