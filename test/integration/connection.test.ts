import assert from 'node:assert/strict';
import { startApiProxy, type ApiProxy, type Fate } from './harness/api-proxy.js';
import { assertCause, assertCode } from './harness/cli.js';
import { theLab } from './harness/lab.js';
import { together } from './harness/together.js';
import { openScene, type Scene } from './harness/scene.js';

describe('a bad connection to the API server', () => {
  let scene: Scene;
  before(async () => {
    scene = await openScene('line');
  });
  after(() => scene.close());
  const itTogether = together();

  type Create = (name: string, ...more: string[]) => ReturnType<Scene['run']>;
  const through = (title: string, body: (proxy: ApiProxy, create: Create) => Promise<void>): void => itTogether(title, async () => {
    const proxy = await startApiProxy({ kubeconfig: theLab().variables.KUBECONFIG, namespace: scene.namespace, folder: scene.folder });
    const create: Create = (name, ...more) => scene.run(['create', name, '--register', '-o', 'json', ...more], { env: { KUBECONFIG: proxy.kubeconfig } });
    try {
      await body(proxy, create);
    } finally {
      await proxy.close();
    }
  });

  through('that is cut at each line that the command prints', async (proxy) => {
    let cuts = 0;
    const run = await scene.run(['create', scene.name('cut'), '--register', '-o', 'json'], {
      env: { KUBECONFIG: proxy.kubeconfig },
      onStderrLine: () => {
        cuts += 1;
        proxy.cut();
      },
    });
    assertCode(run, 0);
    assert.equal(run.json().stage, 'connected');
    assert.ok(cuts > 15, `cut ${cuts} times`);
    const watches = proxy.seen.filter(({ path }) => path.includes('watch=true') && path.includes('virtualmachineinstances')).length;
    assert.ok(watches > 2, `watched the instance ${watches} times`);
  });

  through('that drops every third request', async (proxy, create) => {
    let count = 0;
    proxy.decide = () => ((count += 1) % 3 === 0 ? 'drop' : 'pass');
    const run = await create(scene.name('drop'));
    assertCode(run, 0);
  });

  through('that loses the answers to writes', async (proxy, create) => {
    let lost = 0;
    proxy.decide = (request) => (request.writes && (lost += 1) % 2 === 1 ? 'drop-answer' : 'pass');
    const name = scene.name('lost');
    const run = await create(name);
    assertCode(run, 0);
    assert.ok(lost >= 4, `answers lost to ${lost} writes`);
    assert.equal((await create(name)).json().changes.every((change) => change.outcome === 'unchanged'), true);
  });

  through('that is overloaded: 429 with Retry-After, 503, and 410 in watches', async (proxy, create) => {
    let count = 0;
    const status = (code: number, reason: string): { status: number; body: string; headers: Record<string, string> } =>
      ({ status: code, headers: { 'retry-after': '1' }, body: JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', reason, code, message: `${reason} by the test` }) });
    proxy.decide = ({ method, path }) => {
      count += 1;
      if (count === 4) return status(429, 'TooManyRequests');
      if (count === 9 && method === 'GET') return status(503, 'ServiceUnavailable');
      if (path.includes('watch=true') && count % 4 === 0) return status(410, 'Expired');
      return 'pass';
    };
    assertCode(await create(scene.name('busy')), 0);
  });

  through('that is gone in the middle ends in a time-out or the cause, not in a hang', async (proxy, create) => {
    let applied = false;
    proxy.decide = (request) => {
      applied ||= request.path.includes('watch=true') && request.path.includes('virtualmachineinstances');
      return applied ? 'drop' : 'pass';
    };
    const run = await create(scene.name('gone'), '--timeout', '15s');
    assert.ok([3, 4].includes(run.code ?? -1), `exit code ${run.code}: ${run.stderr}`);
    assert.ok(run.seconds < 30, `took ${run.seconds} s of 15`);
    const { cause } = run.json();
    assertCause(run, run.code!, cause!.code);
  });

  through('that is slow is waited for, and its quiet watches are no trouble', async (proxy, create) => {
    proxy.decide = async (): Promise<Fate> => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      return 'pass';
    };
    assertCode(await create(scene.name('lag')), 0);
  });
});
