import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { connectCluster } from '../../../src/cluster/index.js';
import { mergeKubeconfigs, parseKubeconfig } from '../../../src/cluster/kubeconfig-file.js';
import { Pod } from '../../../src/cluster/kinds.js';
import type { ConnectOptions } from '../../../src/cluster/index.js';
import type { EdgeVmError } from '../../../src/support/errors.js';
import { certificateFor } from '../hub/tls.js';
import { json, startFakeApi, status } from './fake-api.js';
import type { FakeApi, Play } from './fake-api.js';

describe('connectCluster', () => {
  let folder: string;
  const open: { close(): unknown }[] = [];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'edge-vm-kube-'));
  });
  afterEach(async () => {
    for (const thing of open.splice(0).reverse()) await thing.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const file = (name: string, content: string | object): string => {
    const path = join(folder, name);
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
    return path;
  };
  const config = (name: string, server = `https://${name}.example`): object => ({
    'current-context': name, clusters: [{ name, cluster: { server } }], users: [{ name, user: { token: 't' } }], contexts: [{ name, context: { cluster: name, user: name } }],
  });
  const connect = async (options: ConnectOptions): ReturnType<typeof connectCluster> => {
    const cluster = await connectCluster({ env: {}, ...options });
    open.push(cluster);
    return cluster;
  };
  const fake = async (play: Play, tls?: ReturnType<typeof certificateFor>): Promise<FakeApi> => {
    const api = await startFakeApi(play, tls);
    open.push(api);
    return api;
  };

  it('takes context, namespace and server from the file, and the options before it', async () => {
    const api = await fake((_, response) => json(response, {}));
    const cluster = await connect({ kubeconfig: api.kubeconfig() });
    assert.deepEqual([cluster.context, cluster.namespace, cluster.server], ['fake', 'own', api.url]);
    assert.equal((await connect({ kubeconfig: api.kubeconfig(), namespace: 'other' })).namespace, 'other');
  });

  it('merges the files of KUBECONFIG as kubectl does: the first wins, missing ones are left out', async () => {
    const a = file('a', config('a'));
    const b = file('b', { ...config('b'), clusters: [{ name: 'a', cluster: { server: 'https://not-this' } }, { name: 'b', cluster: { server: 'https://b.example' } }] });
    const env = { KUBECONFIG: [join(folder, 'none'), a, b].join(delimiter) };
    assert.equal((await connect({ env })).server, 'https://a.example');
    assert.equal((await connect({ env, context: 'b' })).server, 'https://b.example');
  });

  it('finds ~/.kube/config', async () => {
    mkdirSync(join(folder, '.kube'));
    file('.kube/config', config('home'));
    assert.equal((await connect({ env: { HOME: folder } })).server, 'https://home.example');
  });

  const bad: [name: string, options: () => ConnectOptions, words: RegExp][] = [
    ['a file that is not there', () => ({ kubeconfig: join(folder, 'none') }), /none \(ENOENT\)/],
    ['nothing at all', () => ({ env: { HOME: folder } }), /no kubeconfig found/],
    ['a KUBECONFIG of missing files', () => ({ env: { KUBECONFIG: `${folder}/x${delimiter}${folder}/y` } }), /KUBECONFIG.*\/x.*\/y/],
    ['a context that is not there', () => ({ kubeconfig: file('k', config('a')), context: 'zz' }), /"zz".*\/k/],
    ['no current context', () => ({ kubeconfig: file('k', { ...config('a'), 'current-context': '' }) }), /current context/],
    ['a missing cluster', () => ({ kubeconfig: file('k', { ...config('a'), clusters: [] }) }), /cluster "a"/],
    ['a missing user', () => ({ kubeconfig: file('k', { ...config('a'), users: [] }) }), /user "a"/],
    ['a server that is no URL', () => ({ kubeconfig: file('k', config('a', 'api.example:6443')) }), /accepted is https/],
    ['no mapping', () => ({ kubeconfig: file('k', 'just words') }), /not a kubeconfig/],
    ['an entry without a name', () => ({ kubeconfig: file('k', { ...config('a'), users: [{ user: {} }] }) }), /users\[0\]\.name/],
  ];
  for (const [name, options, words] of bad) {
    it(`says what is wrong with ${name}`, async () => {
      await assert.rejects(connectCluster({ env: {}, ...options() }), (e: EdgeVmError) => e.code === 'no-cluster' && words.test(e.message));
    });
  }

  it('does not quote the lines around a YAML error: keys and tokens', () => {
    assert.throws(() => parseKubeconfig('users:\n- name: u\n  user: {token: CANARYTOKEN\nx: [', '/k'), (e: EdgeVmError) => /\/k is not valid YAML \(line \d+\)/.test(e.message) && !`${e.message}${e.stack}${String(e.cause)}`.includes('CANARY'));
  });

  it('makes paths absolute to their file', () => {
    const { clusters, users } = parseKubeconfig('clusters: [{name: c, cluster: {certificate-authority: ca.crt}}]\nusers: [{name: u, user: {client-key: /abs/key, exec: {command: ./plugin, apiVersion: v1}}}]', '/home/me/config');
    assert.deepEqual(clusters?.[0]?.['cluster'], { 'certificate-authority': '/home/me/ca.crt' });
    const user = users?.[0]?.['user'] as { 'client-key': string; exec: { command: string; env: { name: string }[] } };
    assert.deepEqual([user['client-key'], user.exec.command, user.exec.env[0]?.name], ['/abs/key', '/home/me/plugin', 'KUBERNETES_EXEC_INFO']);
    assert.deepEqual(mergeKubeconfigs([{}, {}]), { clusters: [], users: [], contexts: [] });
  });

  it('speaks TLS with the context\'s CA, and says so when it does not fit', async () => {
    const tls = certificateFor('localhost');
    const api = await fake((_, response) => json(response, { gitVersion: 'v1' }), tls);
    const ca = { 'certificate-authority-data': Buffer.from(tls.cert).toString('base64') };
    const cluster = await connect({ kubeconfig: api.kubeconfig(undefined, ca) });
    for (let i = 0; i < 10; i += 1) await cluster.version();
    assert.deepEqual(cluster.stats, { requests: 10, connections: 1 });
    const stranger = await connect({ kubeconfig: api.kubeconfig() });
    await assert.rejects(stranger.version(), (e: EdgeVmError) => e.code === 'no-cluster' && e.message.includes(api.url) && /CA of this context/.test(e.hint ?? ''));
  });

  it('names a server that is not there', async () => {
    const api = await fake(() => undefined);
    const cluster = await connect({ kubeconfig: api.kubeconfig() });
    await api.close();
    await assert.rejects(cluster.version(), (e: EdgeVmError) => e.code === 'no-cluster' && e.message.includes(api.url) && /ECONNREFUSED/.test(e.message));
    open.splice(0, 1);
  });

  it('sends token and impersonation', async () => {
    const api = await fake((_, response) => json(response, { items: [] }));
    const cluster = await connect({ kubeconfig: api.kubeconfig(), impersonate: { user: 'bob', groups: ['g1', 'g2'] } });
    await cluster.list(Pod);
    const { headers } = api.seen[0]!;
    assert.deepEqual([headers.authorization, headers['impersonate-user'], headers['impersonate-group']], ['Bearer token-of-fake', 'bob', 'g1, g2']);
  });

  const plugin = (script: string): object => {
    const command = file('plugin.sh', `#!/bin/sh\necho run >> ${join(folder, 'runs')}\n${script}\n`);
    chmodSync(command, 0o755);
    return { exec: { apiVersion: 'client.authentication.k8s.io/v1', command, interactiveMode: 'Never' } };
  };
  const runs = (): number => Number(execFileSync('wc', ['-l', join(folder, 'runs')], { encoding: 'utf8' }).split(' ')[0]);
  const answer = (token: string): string => `echo '{"kind":"ExecCredential","status":{"token":"${token}"}}'`;

  it('starts a credential plugin once for many calls, and again after a 401', async () => {
    const api = await fake((_, response, count) => (count === 3 ? status(response, 401) : json(response, {})));
    const cluster = await connect({ kubeconfig: api.kubeconfig(plugin(answer('from-plugin'))) });
    await cluster.version();
    await cluster.version();
    assert.equal(runs(), 1);
    await cluster.version();
    assert.equal(runs(), 2);
    assert.equal(api.seen[3]?.headers.authorization, 'Bearer from-plugin');
  });

  it('gives up after a second 401', async () => {
    const api = await fake((_, response) => status(response, 401));
    const cluster = await connect({ kubeconfig: api.kubeconfig() });
    await assert.rejects(cluster.version(), { code: 'cluster-unauthorized' });
    assert.equal(api.seen.length, 2);
  });

  it('names a credential plugin that fails or is not installed, without its output', async () => {
    const api = await fake(() => undefined);
    const failing = await connect({ kubeconfig: api.kubeconfig(plugin('echo CANARY-token >&2; exit 1')) });
    await assert.rejects(failing.version(), (e: EdgeVmError) => e.code === 'cluster-unauthorized' && /plugin\.sh.*failed/.test(e.message) && !`${e.message}${String(e.cause)}`.includes('CANARY'));
    const missing = await connect({ kubeconfig: api.kubeconfig({ exec: { command: 'edge-vm-no-such-plugin' } }) });
    await assert.rejects(missing.version(), { code: 'cluster-unauthorized', message: /edge-vm-no-such-plugin.*not installed/ });
    const hanging = await connect({ kubeconfig: api.kubeconfig(plugin('sleep 5')) });
    await assert.rejects(hanging.version({ signal: AbortSignal.timeout(100) }), { code: 'timed-out' });
  });

  it('takes the token of a tokenFile', async () => {
    const api = await fake((_, response) => json(response, {}));
    const tokenFile = file('token', 'first');
    const cluster = await connect({ kubeconfig: api.kubeconfig({ tokenFile }) });
    await cluster.version();
    assert.equal(api.seen[0]?.headers.authorization, 'Bearer first');
  });

  it('does not load client-node with the module', () => {
    const url = new URL('../../../src/cluster/index.js', import.meta.url).href;
    const script = `await import(${JSON.stringify(url)}); const { createRequire } = await import('node:module'); console.log(Object.keys(createRequire(${JSON.stringify(url)}).cache).length, performance.now() < 5000, process.moduleLoadList.filter((m) => /NativeModule (https|tls|child_process)$/.test(m)).join());`;
    assert.equal(execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }).trim(), '0 true');
  });
});
