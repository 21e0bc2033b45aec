import assert from 'node:assert/strict';
import { connectCluster, kinds, type Cluster } from '../../src/cluster/index.js';
import { runAsLeader, type LeaderEnd } from '../../src/cluster/lease/index.js';
import { startApiProxy, type ApiProxy } from './harness/api-proxy.js';
import { everyEnd } from './harness/every-end.js';
import { theLab } from './harness/lab.js';
import { openScene, type Scene } from './harness/scene.js';

const times = { durationMs: 9_000, renewDeadlineMs: 6_000, retryMs: 500 };

describe('leader election on the API server', () => {
  let scene: Scene;
  let proxy: ApiProxy;
  let remote: Cluster;
  before(async () => {
    scene = await openScene('lease');
    proxy = await startApiProxy({ kubeconfig: theLab().variables.KUBECONFIG, namespace: scene.namespace, folder: scene.folder });
    remote = await connectCluster({ kubeconfig: proxy.kubeconfig });
  });
  after(() => everyEnd(() => remote.close(), () => proxy.close(), () => scene.close()));

  interface Runner {
    end: Promise<LeaderEnd>;
    stop: AbortController;
    /** The signal of its work, once it leads. */
    leading: Promise<AbortSignal>;
  }
  const terms: AbortSignal[] = [];

  function start(cluster: Cluster, identity: string): Runner {
    const stop = new AbortController();
    let led: (signal: AbortSignal) => void = () => undefined;
    const leading = new Promise<AbortSignal>((resolve) => (led = resolve));
    const end = runAsLeader(cluster, {
      namespace: scene.namespace, name: 'test', identity, signal: stop.signal, times,
      onLeading: async (signal) => {
        assert.ok(terms.every(({ aborted }) => aborted), 'the others have stopped');
        terms.push(signal);
        led(signal);
        await new Promise((resolve) => {
          signal.addEventListener('abort', resolve, { once: true });
        });
      },
    });
    return { end, stop, leading };
  }
  const holder = async (): Promise<string> => String((await scene.get(kinds.Lease, 'test'))?.spec?.['holderIdentity']);

  it('goes to another one when the leader is cut off, and back at once when that one stops', async () => {
    const one = start(remote, 'one');
    await one.leading;
    const two = start(scene.cluster, 'two');
    assert.match(await holder(), /^one_/);

    // Neither requests nor answers get through.
    proxy.decide = () => new Promise(() => undefined);
    proxy.cut();
    assert.equal(await one.end, 'lost');
    assert.equal((await one.leading).aborted, true);
    assert.equal((await two.leading).aborted, false);
    assert.match(await holder(), /^two_/);

    proxy.decide = () => 'pass';
    proxy.cut();
    const three = start(remote, 'three');
    two.stop.abort();
    assert.equal(await two.end, 'stopped');
    await three.leading;
    assert.match(await holder(), /^three_/);
    three.stop.abort();
    assert.equal(await three.end, 'stopped');
    assert.equal(await holder(), '');
    const { leaseTransitions } = (await scene.get(kinds.Lease, 'test'))!.spec as { leaseTransitions: number };
    assert.equal(leaseTransitions, 2);
  });
});
