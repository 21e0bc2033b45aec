import assert from 'node:assert/strict';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import type { DeviceResult } from '../../src/readiness/types.js';
import { VirtualMachine } from '../../src/cluster/kinds.js';
import { startProxy, startSocks, type FakeProxy } from '../helpers/proxy.js';
import { assertCause, assertCode, environment } from './harness/cli.js';
import { theLab } from './harness/lab.js';
import { openScene, type Scene } from './harness/scene.js';
import { atTerminal } from './harness/terminal.js';

interface Kubeconfig {
  clusters: { cluster: { server: string; 'certificate-authority-data': string } }[];
  users: { user: { 'client-certificate-data': string; 'client-key-data': string } }[];
}

const apiName = 'api.company.invalid';
const login = 'me:s%3Acret';
const question = 'open https://login.company.invalid and type the code it shows: ';

/** A network in which only the proxy can resolve the names of API server and hub; and a login that asks for a code at the terminal. */
describe('in a company network', () => {
  let scene: Scene;
  let names: Record<string, number>;
  let kubeconfig: Kubeconfig;
  let runs: string;
  const open: FakeProxy[] = [];
  before(async () => {
    scene = await openScene('corp');
    const { variables } = theLab();
    kubeconfig = JSON.parse(await readFile(variables.KUBECONFIG, 'utf8')) as Kubeconfig;
    names = {
      [`${apiName}:6443`]: Number(new URL(kubeconfig.clusters[0]!.cluster.server).port),
      [`${scene.hub.hostname}:443`]: Number(new URL(variables.EDGE_VM_HUB_ENDPOINT).port),
    };
    runs = join(scene.folder, 'runs');
  });
  after(async () => {
    for (const proxy of open) await proxy.close();
    await scene.close();
  });
  beforeEach(() => writeFile(runs, ''));

  const started = async (proxy: Promise<FakeProxy>): Promise<FakeProxy> => {
    open.push(await proxy);
    return proxy;
  };
  const logins = async (): Promise<number> => (await readFile(runs, 'utf8')).split('\n').length - 1;

  /** Logs in as the lab's admin with a certificate, after the right code was typed. */
  async function plugin(): Promise<string> {
    const { user } = kubeconfig.users[0]!;
    const decode = (text: string): string => Buffer.from(text, 'base64').toString('utf8');
    const status = { clientCertificateData: decode(user['client-certificate-data']), clientKeyData: decode(user['client-key-data']) };
    const answer = await scene.file('answer.json', JSON.stringify({ apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status }));
    const path = await scene.file('corp-login', `#!/bin/sh\necho run >> '${runs}'\nprintf '%s' '${question}' >&2\nread -r code || { echo 'nobody can answer' >&2; exit 3; }\n[ "$code" = GX7-42 ] || exit 4\ncat '${answer}'\n`);
    await chmod(path, 0o755);
    return path;
  }

  async function settings(cluster: object = {}): Promise<string> {
    const { server: _server, ...trust } = kubeconfig.clusters[0]!.cluster;
    return scene.file('company.kubeconfig', JSON.stringify({
      apiVersion: 'v1', kind: 'Config', 'current-context': 'corp',
      clusters: [{ name: 'corp', cluster: { server: `https://${apiName}:6443`, 'tls-server-name': 'localhost', ...trust, ...cluster } }],
      users: [{ name: 'me', user: { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: await plugin(), interactiveMode: 'IfAvailable' } } }],
      contexts: [{ name: 'corp', context: { cluster: 'corp', user: 'me', namespace: scene.namespace } }],
    }));
  }

  it('a person who types in a code gets a device, registered through the proxy', async () => {
    const proxy = await started(startProxy({ names, login: 'me:s:cret' }));
    const name = scene.name('corp');
    const stdoutFile = join(scene.folder, 'out.json');
    const env = { KUBECONFIG: await settings(), EDGE_VM_HUB_ENDPOINT: undefined, HTTPS_PROXY: `http://${login}@127.0.0.1:${proxy.port}`, EDGE_VM_DEBUG: '1' };
    const run = atTerminal(['create', name, '--register', '-o', 'json'], { env, stdoutFile, cwd: scene.folder });
    const asked = await run.shows(question);
    assert.ok(!/✔/.test(asked), 'nothing is drawn over the question, nor done before it');
    run.type('GX7-42\n');
    const { code, screen } = await run.done;
    assert.equal(code, 0, screen);
    const result = JSON.parse(await readFile(stdoutFile, 'utf8')) as DeviceResult;
    assert.deepEqual([result.name, result.ready, result.stage], [name, true, 'connected']);
    assert.equal((await scene.get(VirtualMachine, name))?.metadata.name, name);
    assert.equal((await scene.hub.device(name))?.['deviceId'], name);
    assert.equal(await logins(), 1);
    // The proxy got each name and no other request, and connections are kept.
    assert.deepEqual([...new Set(proxy.asked)].sort(), Object.keys(names).sort());
    const requests = Number(/cluster: (\d+) requests/.exec(screen)?.[1]);
    const ofCluster = proxy.asked.filter((one) => one.startsWith(apiName)).length;
    assert.ok(requests > 2 * ofCluster, `${requests} requests over ${ofCluster} connections`);
    assert.doesNotMatch(screen, /s:cret|s%3Acret|PRIVATE KEY/);
  });

  it('the same login ends at once if nobody can answer', async () => {
    const proxy = await started(startProxy({ names }));
    const env = { KUBECONFIG: await settings(), EDGE_VM_HUB_ENDPOINT: undefined, https_proxy: `127.0.0.1:${proxy.port}` };
    const run = await scene.run(['create', scene.name(), '--register', '-o', 'json'], { env });
    const { message } = assertCause(run, 3, 'cluster-unauthorized');
    assert.match(message, /corp-login of context "corp" failed with exit code 3/);
    assert.match(run.stderr, /open https:\/\/login\.company\.invalid[^]*nobody can answer/);
    assert.equal(proxy.asked.length, 0);
  });

  it('Ctrl-C ends the wait for the login', async () => {
    const proxy = await started(startProxy({ names }));
    const env = { KUBECONFIG: await settings(), EDGE_VM_HUB_ENDPOINT: undefined, https_proxy: `127.0.0.1:${proxy.port}` };
    const run = atTerminal(['status', 'gw-01'], { env, stdoutFile: join(scene.folder, 'none'), cwd: scene.folder });
    await run.shows(question);
    run.type('\u0003');
    assert.equal((await run.done).code, 130);
  });

  it('kubectl and edge-vm connect in the same ways: proxy-url, SOCKS with names resolved there, a proxy without scheme', async () => {
    const { user } = kubeconfig.users[0]!;
    const http = await started(startProxy({ names, login: 'me:s:cret' }));
    const socks = await started(startSocks({ names, login: 'me:s:cret' }));
    for (const [cluster, env, proxy] of [
      [{ 'proxy-url': `http://${login}@127.0.0.1:${http.port}` }, { HTTPS_PROXY: 'http://127.0.0.1:1' }, http], [{ 'proxy-url': `socks5://${login}@127.0.0.1:${socks.port}` }, {}, socks],
      [{}, { https_proxy: `${login}@127.0.0.1:${http.port}` }, http], [{}, { HTTPS_PROXY: `socks5h://${login}@127.0.0.1:${socks.port}`, NO_PROXY: 'other.invalid,10.0.0.0/8' }, socks],
    ] as const) {
      const config = JSON.parse(await readFile(await settings(cluster), 'utf8')) as { users: object[] };
      config.users = [{ name: 'me', user }];
      const KUBECONFIG = await scene.file('direct.kubeconfig', JSON.stringify(config));
      proxy.asked.length = 0;
      assertCode(await scene.run(['list', '-o', 'json'], { env: { KUBECONFIG, ...env, EDGE_VM_HUB_CONNECTION_STRING: undefined } }), 0);
      const ours = new Set(proxy.asked);
      proxy.asked.length = 0;
      await execa(join(theLab().programs, 'kubectl'), ['get', 'namespace', scene.namespace], { env: environment({ KUBECONFIG, ...env }), extendEnv: false });
      assert.deepEqual([ours, new Set(proxy.asked)], [new Set([`${apiName}:6443`]), new Set([`${apiName}:6443`])]);
    }
  });
});
