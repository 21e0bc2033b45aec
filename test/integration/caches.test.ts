import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { cachedCluster, startCaches, withoutManagers, type Caches } from '../../src/cluster/cached/index.js';
import { connectCluster, kinds, type Cluster, type KubeObject } from '../../src/cluster/index.js';
import { ref } from '../../src/cluster/ref.js';
import { EdgeVmError } from '../../src/support/errors.js';
import { startApiProxy, type ApiProxy } from './harness/api-proxy.js';
import { everyEnd } from './harness/every-end.js';
import { theLab } from './harness/lab.js';
import { openScene, type Scene } from './harness/scene.js';

const labels = { 'edge-vm.io/test': 'cached' };
const names = Array.from({ length: 8 }, (_, i) => `object-${i}`);

describe('caches behind a bad network', () => {
  let scene: Scene;
  let proxy: ApiProxy;
  let remote: Cluster;
  const stop = new AbortController();

  before(async () => {
    scene = await openScene('cache');
    proxy = await startApiProxy({ kubeconfig: theLab().variables.KUBECONFIG, namespace: scene.namespace, folder: scene.folder });
    remote = await connectCluster({ kubeconfig: proxy.kubeconfig });
  });
  after(() => everyEnd(() => stop.abort(), () => remote.close(), () => proxy.close(), () => scene.close()));

  const secret = (name: string, text: string, own: boolean): object => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: scene.namespace, labels: own ? labels : { 'edge-vm.io/test': 'other' } }, stringData: { text } });
  const texts = (objects: readonly KubeObject[]): string[] => objects.map(({ metadata }) => `${metadata.name}:${metadata.uid}@${metadata.resourceVersion}`).sort();

  /**
   * One write after the other, until enough were done: on a slow machine, more of them are cut. What else happens to the object at the
   * same time is no failure.
   */
  async function writer(cluster: Cluster, seed: number, isEnough: (done: number) => boolean, check: (name: string, after: KubeObject) => Promise<void>): Promise<number> {
    let done = 0;
    for (let i = 0; i < 2_500 && !isEnough(done); i += 1) {
      const name = names[(i * 7 + seed) % names.length]!;
      try {
        if (i % 5 === 4) await cluster.delete(ref(kinds.Secret, name, scene.namespace));
        else await check(name, (await cluster.apply(secret(name, `${seed} ${i}`, i % 4 !== 3), { force: true })).object);
        done += 1;
      } catch (error) {
        assert.ok(EdgeVmError.is(error) && ['conflict', 'no-cluster', 'not-found'].includes(error.code), String(error));
      }
    }
    return done;
  }

  /** Until the caches equal the server. */
  async function equal(caches: Caches): Promise<void> {
    const end = Date.now() + 60_000;
    for (;;) {
      const [wanted, shown] = [texts(await scene.list(kinds.Secret, 'edge-vm.io/test=cached')), texts(caches.objects(kinds.Secret))];
      if (wanted.join() === shown.join()) return;
      if (Date.now() > end) assert.deepEqual(shown, wanted);
      await pause(200);
    }
  }

  it('show every write of their own at once, and equal the server in the end, although watches are cut and expire', async () => {
    const caches = startCaches(remote, [{ type: kinds.Secret, namespaces: [scene.namespace], labelSelector: 'edge-vm.io/test=cached', strip: withoutManagers }], { signal: stop.signal });
    await caches.synced;
    const cached = cachedCluster(remote, caches);
    // Half of the watches that continue are too old, so that everything is listed again.
    let watches = 0;
    proxy.decide = ({ path }) => {
      if (!path.includes('watch=true') || path.includes('sendInitialEvents') || (watches += 1) % 2 === 0) return 'pass';
      return { status: 410, body: JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code: 410, reason: 'Expired', message: 'too old resource version' }) };
    };
    const over = new AbortController();
    const cutting = (async () => {
      while (!over.signal.aborted) {
        await pause(400);
        proxy.cut();
      }
    })();
    let reads = 0;
    const version = (object: KubeObject | undefined): number => Number(object?.metadata.resourceVersion);
    const writing = writer(cached, 1, (done) => done > 200 && reads > 100 && watches > 4, async (name, after) => {
      const shown = await cached.get(ref(kinds.Secret, name, scene.namespace));
      reads += 1;
      if (shown !== undefined) assert.ok(version(shown) >= version(after), `${name} is older than what was written`);
    }).finally(() => over.abort());
    const [own, others] = await Promise.all([writing, writer(scene.cluster, 3, (done) => done > 200 && over.signal.aborted, () => Promise.resolve())]);
    await cutting;
    await equal(caches);
    assert.ok(own > 200 && others > 200 && reads > 100 && watches > 4, JSON.stringify({ own, others, reads, watches }));
    proxy.decide = () => 'pass';
    assert.deepEqual(caches.failing, []);
  });
});
