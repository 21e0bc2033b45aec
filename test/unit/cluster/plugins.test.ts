import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { credentialsOf } from '../../../src/cluster/credentials.js';
import { loadKubeconfig } from '../../../src/cluster/kubeconfig.js';
import { request } from '../../../src/cluster/request.js';
import { createTransport } from '../../../src/cluster/transport.js';
import { connectCluster, type ConnectOptions } from '../../../src/cluster/index.js';
import { Pod } from '../../../src/cluster/kinds.js';
import { watchObjects } from '../../../src/cluster/watch.js';
import type { Cluster } from '../../../src/cluster/types.js';
import { EdgeVmError } from '../../../src/support/errors.js';
import { certificateFor } from '../hub/tls.js';
import { json, startFakeApi, status } from './fake-api.js';
import type { FakeApi, Play } from './fake-api.js';

const v1 = 'client.authentication.k8s.io/v1';
const v1beta1 = 'client.authentication.k8s.io/v1beta1';

/** Real programs as credential plugins, with a simulated API server. */
describe('credential plugins', () => {
  let folder: string;
  let api: FakeApi;
  let play: Play;
  const open: { close(): unknown }[] = [];
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'edge-vm-plugin-'));
    play = (_, response) => json(response, { gitVersion: 'v1' });
    api = await startFakeApi((...args) => play(...args));
    open.push(api);
  });
  afterEach(async () => {
    for (const thing of open.splice(0).reverse()) await thing.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** An `exec` entry whose program is a shell script; each run leaves a line in `runs`. */
  const plugin = (script: string, more: object = {}): object => {
    const command = join(folder, 'plugin');
    writeFileSync(command, `#!/bin/sh\necho "$KUBERNETES_EXEC_INFO" >> ${join(folder, 'runs')}\n${script}\n`);
    chmodSync(command, 0o755);
    return { exec: { apiVersion: v1, command, interactiveMode: 'IfAvailable', ...more } };
  };
  const infos = (): { apiVersion: string; spec: { interactive: boolean; cluster?: Record<string, unknown> } }[] =>
    existsSync(join(folder, 'runs')) ? readFileSync(join(folder, 'runs'), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as never) : [];
  const gives = (statusOf: object, apiVersion = v1): string => `echo '${JSON.stringify({ apiVersion, kind: 'ExecCredential', status: statusOf })}'`;
  const numbered = `n=$(wc -l < "$(dirname "$0")/runs"); echo '{"apiVersion":"${v1}","kind":"ExecCredential","status":{"token":"token-'$n'"}}'`;
  const connect = async (user: object, options: ConnectOptions = {}, cluster: object = {}): Promise<Cluster> => {
    const made = await connectCluster({ env: { PATH: process.env['PATH'] }, kubeconfig: api.kubeconfig(user, cluster), ...options });
    open.push(made);
    return made;
  };
  const failing = async (work: Promise<unknown>): Promise<EdgeVmError> => {
    const error = await work.then(() => assert.fail('no error'), (e: unknown) => e);
    assert.ok(EdgeVmError.is(error), String(error));
    return error;
  };
  const tokens = (): (string | undefined)[] => api.seen.map(({ headers }) => headers.authorization);

  it('show a person what they say, as it comes, the code to type in included', async () => {
    let shown = '';
    const cluster = await connect(plugin(`printf 'open https://login.example and enter ABC-123' >&2; sleep 0.2; echo ' now' >&2; ${gives({ token: 't' })}`), { plugin: { onOutput: (text) => (shown += text) } });
    await cluster.version();
    assert.equal(shown, 'open https://login.example and enter ABC-123 now\n');
  });

  it('read nothing where there is no terminal, so that one that asks ends', async () => {
    const cluster = await connect(plugin(`read -r line; ${gives({ token: 'after-$line-' })}`));
    await cluster.version();
    assert.deepEqual([tokens(), infos()[0]?.spec.interactive, infos()[0]?.apiVersion], [['Bearer after-$line-'], false, v1]);
  });

  for (const [mode, terminal, interactive] of [['Never', true, false], ['IfAvailable', true, true], ['IfAvailable', false, false], ['Always', true, true]] as const) {
    it(`with interactiveMode ${mode} ${terminal ? 'at a terminal' : 'without one'} ${interactive ? 'may' : 'may not'} ask`, async () => {
      const told: unknown[] = [];
      const cluster = await connect(plugin(gives({ token: 't' }), { interactiveMode: mode }), { plugin: { interactive: () => terminal, onRun: (...args) => told.push(args) } });
      await cluster.version();
      assert.equal(infos()[0]?.spec.interactive, interactive);
      assert.deepEqual(told, [['started', interactive], ['ended', interactive]]);
    });
  }

  it('with interactiveMode Always are not started where there is no terminal', async () => {
    const error = await failing((await connect(plugin(gives({ token: 't' }), { interactiveMode: 'Always' }))).version());
    assert.match(error.message, /needs a terminal/);
    assert.deepEqual(infos(), []);
  });

  it('get the cluster’s data if they ask for it', async () => {
    const cluster = { 'tls-server-name': 'api', 'certificate-authority-data': 'Q0E=', extensions: [{ name: 'client.authentication.k8s.io/exec', extension: { tenant: 't1' } }, { name: 'other', extension: {} }] };
    await (await connect(plugin(gives({ token: 't' }), { provideClusterInfo: true }), {}, cluster)).version();
    assert.deepEqual(infos()[0]?.spec, { cluster: { server: api.url, 'tls-server-name': 'api', 'certificate-authority-data': 'Q0E=', config: { tenant: 't1' } }, interactive: false });
    await (await connect(plugin(gives({ token: 't' })), {}, cluster)).version();
    assert.equal(infos()[1]?.spec.cluster, undefined);
  });

  it('get the variables of this process and of the kubeconfig, and their arguments', async () => {
    const user = plugin(`echo "$A $B $1" > ${join(folder, 'got')}; ${gives({ token: 't' })}`, { args: ['one'], env: [{ name: 'B', value: 'b' }] });
    await (await connect(user, { env: { PATH: process.env['PATH'], A: 'a', B: 'no' } })).version();
    assert.equal(readFileSync(join(folder, 'got'), 'utf8'), 'a b one\n');
  });

  it('may take long; that time does not count for the API server', async () => {
    const env = { PATH: process.env['PATH'] };
    const loaded = loadKubeconfig({ kubeconfig: api.kubeconfig(plugin(`sleep 0.5; ${gives({ token: 't' })}`)), env });
    const transport = createTransport(api.url, credentialsOf(loaded, { env }));
    open.push(transport);
    const subject = { verb: 'read', what: 'version', group: '', server: api.url };
    const answer = await request(transport, { method: 'GET', path: '/version', idempotent: true, subject }, { deadlineMs: 300, attempts: 1, backoff: { firstMs: 1, maxMs: 1 } });
    assert.equal(answer.code, 200);
  });

  it('may take long, and a watch does not count the server as dead', async () => {
    const env = { PATH: process.env['PATH'] };
    play = (_, response) => response.write(`${JSON.stringify({ type: 'BOOKMARK', object: { metadata: { resourceVersion: '7', annotations: { 'k8s.io/initial-events-end': 'true' } } } })}\n`);
    const transport = createTransport(api.url, credentialsOf(loadKubeconfig({ kubeconfig: api.kubeconfig(plugin(`sleep 0.5; ${gives({ token: 't' })}`)), env }), { env }));
    open.push(transport);
    const timing = { serverTimeoutSeconds: 50, idleMs: 60_000, openMs: 200, backoff: { firstMs: 1, maxMs: 1 } };
    for await (const { type } of watchObjects(transport, Pod, { signal: new AbortController().signal }, timing)) if (type === 'synced') break;
    assert.deepEqual([infos().length, api.seen.map(({ query }) => query.get('sendInitialEvents'))], [1, ['true']]);
  });

  it('are ended with the command that waits for them, and leave no process', async () => {
    const cluster = await connect(plugin(`echo $$ > ${join(folder, 'pid')}; trap 'echo term > ${join(folder, 'ended')}; exit 1' TERM; while :; do sleep 0.05; done`));
    const own = new AbortController();
    const work = failing(cluster.version({ signal: own.signal }));
    const pid = await fileSoon('pid');
    own.abort();
    assert.equal((await work).code, 'interrupted');
    assert.equal(await fileSoon('ended'), 'term');
    await gone(Number(pid));
  });

  it('go on while somebody else still waits for them', async () => {
    const cluster = await connect(plugin(`while [ ! -e ${join(folder, 'go')} ]; do sleep 0.02; done; ${gives({ token: 't' })}`));
    const own = new AbortController();
    const [first, second] = [failing(cluster.version({ signal: own.signal })), cluster.version()];
    await fileSoon('runs');
    own.abort();
    await first;
    writeFileSync(join(folder, 'go'), '');
    assert.equal(await second, 'v1');
    assert.equal(infos().length, 1);
  });

  it('run once for all calls until the answer expires', async () => {
    const cluster = await connect(plugin(gives({ token: 't', expirationTimestamp: new Date(Date.now() + 3_600_000).toISOString() })));
    await Promise.all([cluster.version(), cluster.version(), cluster.list(Pod)]);
    assert.equal(infos().length, 1);
    const short = await connect(plugin(gives({ token: 't', expirationTimestamp: new Date(Date.now() - 1_000).toISOString() })));
    await short.version();
    await short.version();
    assert.equal(infos().length, 3);
  });

  it('are asked again after one 401, for calls, watches and logs; a second one is an error', async () => {
    let stray = true;
    play = ({ query, path }, response) => {
      const refuse = stray;
      stray = false;
      if (refuse) status(response, 401);
      else if (query.get('watch') === 'true') response.writeHead(200).flushHeaders();
      else if (path.endsWith('/log')) response.end('line\n');
      else json(response, { metadata: { resourceVersion: '1' }, items: [], gitVersion: 'v1' });
    };
    const cluster = await connect(plugin(numbered));
    await cluster.version();
    assert.deepEqual(tokens(), ['Bearer token-1', 'Bearer token-2']);
    stray = true;
    const lines: string[] = [];
    for await (const line of cluster.logs({ namespace: 'n', pod: 'p', container: 'c' })) lines.push(line);
    assert.deepEqual([lines, tokens().slice(2)], [['line'], ['Bearer token-2', 'Bearer token-3']]);
    const own = new AbortController();
    const events = cluster.watch(Pod, { signal: own.signal })[Symbol.asyncIterator]();
    assert.deepEqual((await events.next()).value, { type: 'synced' });
    const watching = events.next();
    while (api.seen.at(-1)?.query.get('watch') !== 'true') await new Promise((resolve) => setTimeout(resolve, 10));
    stray = true;
    api.dropAll();
    while (tokens().at(-1) !== 'Bearer token-4') await new Promise((resolve) => setTimeout(resolve, 10));
    own.abort();
    await watching;
    play = (_, response) => status(response, 401);
    const before = infos().length;
    assert.equal((await failing(cluster.version())).code, 'cluster-unauthorized');
    assert.equal(infos().length, before + 1);
  });

  it('are not asked twice by many calls that were refused together', async () => {
    let refused = 0;
    play = ({ headers }, response) => (headers.authorization === 'Bearer token-1' ? (refused += 1, status(response, 401)) : json(response, { gitVersion: 'v1' }));
    const cluster = await connect(plugin(numbered));
    await Promise.all([cluster.version(), cluster.version(), cluster.version()]);
    assert.deepEqual([refused, infos().length], [3, 2]);
  });

  for (const [title, user, words, hint] of [
    ['that fail', () => plugin('echo CANARY >&2; echo CANARY; exit 3'), /plugin of context "fake" failed with exit code 3/, /log in again/],
    ['that are killed', () => plugin('kill -9 $$'), /was ended by SIGKILL/, /./],
    ['that print nothing', () => plugin(':'), /did not print an ExecCredential/, /./],
    ['that answer by another version', () => plugin(gives({ token: 'CANARY' }, v1beta1)), /answered with apiVersion ".*v1beta1" instead of ".*v1"/, /./],
    ['without a status', () => plugin(`echo '{"kind":"ExecCredential","apiVersion":"${v1}"}'`), /gave no status/, /./],
    ['without a token', () => plugin(gives({})), /neither a token nor a certificate/, /./],
    ['with half a pair', () => plugin(gives({ clientCertificateData: 'CANARY' })), /only one of certificate and key/, /./],
    ['with a broken pair', () => plugin(gives({ clientCertificateData: 'CANARY', clientKeyData: 'x' })), /cannot be read or do not belong together/, /./],
    ['with an end that is no date', () => plugin(gives({ token: 'CANARY', expirationTimestamp: 'soon' })), /expirationTimestamp that is no date/, /./],
    ['that are not installed', () => ({ exec: { apiVersion: v1beta1, command: 'edge-vm-no-such-plugin', installHint: '\u001b[31mGet it:\u001b[0m\n  brew install it' } }), /edge-vm-no-such-plugin.*not installed/, /^Get it: {3}brew install it$/],
    ['that cannot be started', () => ({ exec: { apiVersion: v1beta1, command: folder } }), /cannot be started \(EACCES\)/, /./],
  ] as [string, () => object, RegExp, RegExp][]) {
    it(`${title} are named, without what they printed`, async () => {
      const error = await failing((await connect(user())).version());
      assert.equal(error.code, 'cluster-unauthorized');
      assert.match(error.message, words);
      assert.match(error.hint ?? '', hint);
      assert.doesNotMatch(`${error.message}${error.hint}${String(error.cause)}${JSON.stringify(error.details)}`, /CANARY/);
    });
  }

  for (const [what, exec, words] of [
    ['no command', { apiVersion: v1, interactiveMode: 'Never' }, /has no command/], ['no apiVersion', { command: 'x' }, /has no apiVersion/],
    ['an old apiVersion', { command: 'x', apiVersion: 'client.authentication.k8s.io/v1alpha1' }, /v1alpha1"; accepted are .*v1 and .*v1beta1/],
    ['no interactiveMode in v1', { command: 'x', apiVersion: v1 }, /no interactiveMode/], ['an unknown interactiveMode', { command: 'x', apiVersion: v1, interactiveMode: 'Often' }, /"Often"; accepted are/],
    ['a variable without a name', { command: 'x', apiVersion: v1beta1, env: [{ value: 'CANARY' }] }, /variable without a name/], ['args that are no list', { command: 'x', apiVersion: v1beta1, args: 'CANARY' }, /exec\.args must be a list of texts/],
  ] as const) {
    it(`with ${what} are refused at once`, async () => {
      const error = await failing(connect({ exec }));
      assert.match(error.message, words);
      assert.doesNotMatch(error.message, /CANARY/);
    });
  }

  it('give a client certificate, and a new one after it was refused', async () => {
    const [server, client] = [certificateFor('localhost'), certificateFor('somebody')];
    const subjects: string[] = [];
    const secure = createServer({ ...server, requestCert: true, rejectUnauthorized: false }, (request, response) => {
      const { subject } = (request.socket as TLSSocket).getPeerCertificate() as { subject?: { CN: string } };
      subjects.push(subject?.CN ?? '');
      if (subjects.length === 1) status(response, 401);
      else json(response, { gitVersion: 'v1' });
    });
    secure.listen(0, '127.0.0.1');
    await once(secure, 'listening');
    open.push({ close: () => new Promise((resolve) => (secure.closeAllConnections(), secure.close(resolve))) });
    const other = certificateFor('somebody-new');
    [client, other].forEach(({ cert, key }, index) => {
      writeFileSync(join(folder, `answer-${index + 1}`), JSON.stringify({ apiVersion: v1, kind: 'ExecCredential', status: { clientCertificateData: cert, clientKeyData: key } }));
    });
    const cluster = await connect(plugin(`cat ${join(folder, 'answer')}-$(wc -l < ${join(folder, 'runs')})`), {}, {
      server: `https://localhost:${(secure.address() as AddressInfo).port}`, 'certificate-authority-data': Buffer.from(server.cert).toString('base64'),
    });
    await cluster.version();
    assert.deepEqual(subjects, ['somebody', 'somebody-new']);
  });

  async function fileSoon(name: string): Promise<string> {
    for (;;) {
      const text = existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8').trim() : '';
      if (text !== '') return text;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
  async function gone(pid: number): Promise<void> {
    for (;;) {
      try {
        process.kill(pid, 0);
      } catch {
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
});
