import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { credentialsOf } from '../../../src/cluster/credentials.js';
import { connectCluster } from '../../../src/cluster/index.js';
import { loadKubeconfig } from '../../../src/cluster/kubeconfig.js';
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

  it('takes a KubeConfig of @kubernetes/client-node: its context, server, namespace, CA and user', async () => {
    const { KubeConfig } = await import('@kubernetes/client-node');
    const { cert: ca } = certificateFor('api.example');
    const text = JSON.stringify({
      'current-context': 'plant', clusters: [{ name: 'c', cluster: { server: 'https://api.example:6443', 'certificate-authority-data': Buffer.from(ca).toString('base64') } }],
      users: [{ name: 'u', user: { token: 'a-token' } }], contexts: [{ name: 'plant', context: { cluster: 'c', user: 'u', namespace: 'edge' } }, { name: 'other', context: { cluster: 'c', user: 'u' } }],
    });
    const kubeConfig = new KubeConfig();
    kubeConfig.loadFromString(text);
    const fromFile = loadKubeconfig({ kubeconfig: file('same', text), env: {} });
    const fromObject = loadKubeconfig({ kubeConfig, env: { KUBECONFIG: '/nowhere' } });
    for (const loaded of [fromFile, fromObject]) {
      assert.deepEqual([loaded.context, loaded.server, loaded.namespace], ['plant', 'https://api.example:6443', 'edge']);
      assert.equal(loaded.user?.text('token'), 'a-token');
      assert.equal(loaded.cluster.raw('certificate-authority-data'), Buffer.from(ca).toString('base64'));
    }
    assert.equal((await connect({ kubeConfig, context: 'other' })).namespace, 'default');
  });
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
    const user = users?.[0]?.['user'] as { 'client-key': string; exec: { command: string } };
    assert.deepEqual([user['client-key'], user.exec.command], ['/abs/key', '/home/me/plugin']);
    assert.deepEqual(mergeKubeconfigs([{}, {}]), { clusters: [], users: [], contexts: [] });
  });

  it('speaks TLS with the context\'s CA, and says so when it does not fit', async () => {
    const tls = certificateFor('localhost');
    const api = await fake((_, response) => json(response, { gitVersion: 'v1' }), tls);
    const ca = { 'certificate-authority-data': Buffer.from(tls.cert).toString('base64') };
    const cluster = await connect({ kubeconfig: api.kubeconfig(undefined, ca) });
    for (let i = 0; i < 10; i += 1) await cluster.version();
    assert.deepEqual([cluster.stats.requests, cluster.stats.connections], [10, 1]);
    const stranger = await connect({ kubeconfig: api.kubeconfig() });
    await assert.rejects(stranger.version(), (e: EdgeVmError) => e.code === 'no-cluster' && e.message.includes(api.url) && /names no CA/.test(e.hint ?? ''));
  });

  it('names a server that is not there', async () => {
    const api = await fake(() => undefined);
    const cluster = await connect({ kubeconfig: api.kubeconfig() });
    await api.close();
    await assert.rejects(cluster.version(), (e: EdgeVmError) => e.code === 'no-cluster' && e.message.includes(api.url) && /ECONNREFUSED/.test(e.message));
    open.splice(0, 1);
  });

  it('trusts the CAs of this machine if the context names none: SSL_CERT_FILE', async () => {
    const tls = certificateFor('localhost');
    const api = await fake((_, response) => json(response, { gitVersion: 'v1' }), tls);
    const cluster = await connect({ kubeconfig: api.kubeconfig(), env: { SSL_CERT_FILE: file('ca.pem', tls.cert) } });
    assert.equal(await cluster.version(), 'v1');
  });

  for (const [what, of] of [['the CA', (cert: string) => ({ 'certificate-authority-data': Buffer.from(cert).toString('base64') })], ['that nothing is checked', () => ({ 'insecure-skip-tls-verify': true })]] as const) {
    it(`uses ${what} of a context without a user`, async () => {
      const tls = certificateFor('localhost');
      const api = await fake((_, response) => json(response, { gitVersion: 'v1' }), tls);
      const kubeconfig = file('k', { 'current-context': 'x', clusters: [{ name: 'x', cluster: { server: api.url, ...of(tls.cert) } }], contexts: [{ name: 'x', context: { cluster: 'x' } }] });
      assert.equal(await (await connect({ kubeconfig })).version(), 'v1');
      assert.equal(api.seen[0]?.headers.authorization, undefined);
    });
  }

  it('passes over empty files of a list, and files of comments only', async () => {
    const env = { KUBECONFIG: [file('empty', ''), file('comments', '# nothing\n---\n'), file('null', 'clusters: null\ncontexts:\n'), file('a', config('a'))].join(delimiter) };
    assert.equal((await connect({ env })).server, 'https://a.example');
  });

  describe('in a pod', () => {
    const pod = (): { env: Record<string, string>; mounted: string } => {
      const mounted = join(folder, 'serviceaccount');
      mkdirSync(mounted, { recursive: true });
      file('serviceaccount/token', 'of-the-pod\n');
      file('serviceaccount/ca.crt', 'CA');
      file('serviceaccount/namespace', 'edge\n');
      return { mounted, env: { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443', HOME: folder } };
    };

    it('takes the ServiceAccount where there is no kubeconfig, or an empty one only; its files end in line ends', async () => {
      const { env, mounted } = pod();
      for (const options of [{ env }, { env: { ...env, KUBECONFIG: file('empty', '# none\n') } }]) {
        const { server, namespace, user } = loadKubeconfig(options, mounted);
        assert.deepEqual([server, namespace], ['https://[fd00::1]:443', 'edge']);
        const { headers, tls } = await credentialsOf(loadKubeconfig(options, mounted), { env }).get();
        assert.deepEqual([headers, tls.ca, user?.text('tokenFile')], [{ Authorization: 'Bearer of-the-pod' }, 'CA', join(mounted, 'token')]);
      }
    });

    it('takes POD_NAMESPACE first, and a kubeconfig that says something before all that', () => {
      const { env, mounted } = pod();
      assert.equal(loadKubeconfig({ env: { ...env, POD_NAMESPACE: 'own' } }, mounted).namespace, 'own');
      assert.equal(loadKubeconfig({ env: { ...env, KUBECONFIG: file('a', config('a')) } }, mounted).server, 'https://a.example');
      assert.throws(() => loadKubeconfig({ env, kubeconfig: file('empty', '') }, join(folder, 'none')), /it has no content/);
    });
  });

  describe('acting as somebody else', () => {
    const headersFor = async (user: object, impersonate?: ConnectOptions['impersonate']): Promise<Record<string, unknown>> => {
      const api = await fake((_, response) => json(response, { items: [] }));
      await (await connect({ kubeconfig: api.kubeconfig({ token: 't', ...user }), ...(impersonate === undefined ? {} : { impersonate }) })).list(Pod);
      return Object.fromEntries(Object.entries(api.seen[0]!.headers).filter(([name]) => name.startsWith('impersonate-')));
    };

    it('sends user, uid, groups and further attributes of the kubeconfig', async () => {
      const user = { as: 'bob', 'as-uid': 'u-1', 'as-groups': ['g1', 'g2'], 'as-user-extra': { 'acme.com/project': ['p1', 'p2'], 'a%b': ['x'], none: [] } };
      assert.deepEqual(await headersFor(user), {
        'impersonate-user': 'bob', 'impersonate-uid': 'u-1', 'impersonate-group': 'g1, g2', 'impersonate-extra-acme.com%2fproject': 'p1, p2', 'impersonate-extra-a%25b': 'x',
      });
    });

    it('takes what is given before what is in the kubeconfig, each for itself, as kubectl does', async () => {
      assert.deepEqual(await headersFor({ as: 'bob', 'as-groups': ['g1'] }, { user: 'eve' }), { 'impersonate-user': 'eve', 'impersonate-group': 'g1' });
      assert.deepEqual(await headersFor({ as: 'bob', 'as-groups': ['g1'] }, { groups: ['g2'], uid: 'u' }), { 'impersonate-user': 'bob', 'impersonate-group': 'g2', 'impersonate-uid': 'u' });
    });

    it('writes names of any alphabet as UTF-8', async () => {
      assert.equal(Buffer.from(String((await headersFor({}, { user: 'Zoë Łukasz' }))['impersonate-user']), 'latin1').toString('utf8'), 'Zoë Łukasz');
    });

    it('refuses groups without a user', async () => {
      for (const options of [{ groups: ['g'] }, { uid: 'u' }]) await assert.rejects(connect({ kubeconfig: file('k', config('a')), impersonate: options }), { code: 'usage' });
      const [entry] = (config('a') as { users: [{ name: string; user: object }] }).users;
      await assert.rejects(connect({ kubeconfig: file('k', { ...config('a'), users: [{ ...entry, user: { 'as-groups': ['g'] } }] }) }), { code: 'usage' });
    });
  });

  describe('the user', () => {
    const sent = async (user: object): Promise<string | undefined> => {
      const api = await fake((_, response) => json(response, {}));
      await (await connect({ kubeconfig: api.kubeconfig(user) })).version();
      return api.seen[0]?.headers.authorization;
    };
    const jwt = (exp: number): string => ['{"alg":"none"}', JSON.stringify({ exp }), 'x'].map((part) => Buffer.from(part).toString('base64url')).join('.');
    const oidc = (config: object): object => ({ 'auth-provider': { name: 'oidc', config } });
    const now = Math.floor(Date.now() / 1000);

    it('logs in by token, by password, by an oidc token that counts, and by no plugin beside these', async () => {
      const exec = { apiVersion: 'client.authentication.k8s.io/v1beta1', command: 'edge-vm-no-such-plugin' };
      assert.equal(await sent({ token: 'one', exec }), 'Bearer one');
      assert.equal(await sent({ username: 'me', password: 'pä:ss' }), `Basic ${Buffer.from('me:pä:ss').toString('base64')}`);
      const token = jwt(now + 3600);
      assert.equal(await sent(oidc({ 'id-token': token })), `Bearer ${token}`);
    });

    for (const [title, user, words, hint] of [
      ['an oidc token that has ended', oidc({ 'id-token': jwt(now - 1), 'refresh-token': 'CANARY' }), /oidc token of context "fake" has expired/, /kubectl get --raw \/version.*kubelogin/],
      ['no oidc token yet', oidc({ 'refresh-token': 'CANARY' }), /oidc token .* is missing/, /kubectl get/],
      ['an oidc token that is none', oidc({ 'id-token': 'CANARY' }), /has expired/, /kubectl get/],
      ['azure', { 'auth-provider': { name: 'azure', config: { 'access-token': 'CANARY' } } }, /auth provider "azure"/, /kubelogin convert-kubeconfig/],
      ['gcp', { 'auth-provider': { name: 'gcp', config: { 'access-token': 'CANARY' } } }, /auth provider "gcp"/, /gke-gcloud-auth-plugin/],
      ['an unknown provider', { 'auth-provider': { name: 'x' } }, /auth provider "x"/, /credential plugin/],
      ['a token and a password', { token: 'CANARY', username: 'u', password: 'CANARY' }, /has a token and a password/, /^$/],
      ['a token that is a number', { token: 12345678 }, /user "u" in .*: token must be text/, /quotes/],
      ['a certificate without a key', { 'client-certificate-data': 'CANARY' }, /a client certificate and no key/, /./],
      ['a token file that is not there', { tokenFile: '/none/token' }, /cannot read \/none\/token \(ENOENT\)/, /./],
    ] as [string, object, RegExp, RegExp][]) {
      it(`is refused with ${title}, with a hint`, async () => {
        const error = await sent(user).then(() => assert.fail('no error'), (e: unknown) => e as EdgeVmError);
        assert.match(error.message, words);
        assert.match(error.hint ?? '', hint);
        assert.doesNotMatch(`${error.message}${error.hint}`, /CANARY|12345678/);
      });
    }

    it('has a token file that is read again once its token is refused, whatever line end it has', async () => {
      const tokenFile = file('token', 'first\n');
      const api = await fake(({ headers }, response) => {
        if (headers.authorization === 'Bearer second') return json(response, { gitVersion: 'v1' });
        file('token', 'second\r\n');
        status(response, 401);
      });
      assert.equal(await (await connect({ kubeconfig: api.kubeconfig({ tokenFile, token: 'before' }) })).version(), 'v1');
      assert.deepEqual(api.seen.map(({ headers }) => headers.authorization), ['Bearer first', 'Bearer second']);
    });

    it('has a token file that is read again with time, and `token` where it cannot be read', async () => {
      const clock = { now: () => time, sleep: () => Promise.resolve() };
      let time = 0;
      const loaded = loadKubeconfig({ kubeconfig: file('k', { ...config('a'), users: [{ name: 'a', user: { tokenFile: file('token', 'one'), token: 'fallback' } }] }), env: {} });
      const source = credentialsOf(loaded, { env: {}, clock });
      const token = async (): Promise<unknown> => (await source.get()).headers['Authorization'];
      assert.equal(await token(), 'Bearer one');
      file('token', 'two');
      assert.equal(await token(), 'Bearer one');
      time = 60_000;
      assert.equal(await token(), 'Bearer two');
      rmSync(join(folder, 'token'));
      time = 120_000;
      assert.equal(await token(), 'Bearer fallback');
    });
  });

  it('gives up after a second 401', async () => {
    const api = await fake((_, response) => status(response, 401));
    const cluster = await connect({ kubeconfig: api.kubeconfig() });
    await assert.rejects(cluster.version(), { code: 'cluster-unauthorized' });
    assert.equal(api.seen.length, 2);
  });

  it('loads nothing of a connection with the module', () => {
    const url = new URL('../../../src/cluster/index.js', import.meta.url).href;
    const script = `await import(${JSON.stringify(url)}); const { createRequire } = await import('node:module'); console.log(Object.keys(createRequire(${JSON.stringify(url)}).cache).length, performance.now() < 5000, process.moduleLoadList.filter((m) => /NativeModule (https|tls|child_process)$/.test(m)).join());`;
    assert.equal(execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }).trim(), '0 true');
  });
});
