import assert from 'node:assert/strict';
import { kinds, type Cluster, type KubeObject, type WatchEvent } from 'edge-vm';
import { MOUNTED_ANNOTATION, mountSecrets } from '../../src/node/secret-mounts.js';

const launcher = (name: string, secrets: string[], more: { node?: string; phase?: string } = {}): KubeObject => ({
  apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default', uid: name },
  spec: { nodeName: more.node ?? 'sim-1', volumes: [{ name: 'other', secret: { secretName: 'x' } }, ...secrets.map((secretName, i) => ({ name: `cloudinit-${'un'[i]}data`, secret: { secretName } }))] },
  status: { phase: more.phase ?? 'Pending' },
});

/** A cluster that shows `pods`, has `secrets`, and ends the watch once `done` holds. */
function cluster(pods: readonly KubeObject[], secrets: Set<string>, done: (mounted: string[], events: string[]) => boolean) {
  const mounted: string[] = [];
  const events: string[] = [];
  const stop = new AbortController();
  const check = (): void => {
    if (done(mounted, events)) stop.abort();
  };
  async function* watch(_type: unknown, { signal }: { signal: AbortSignal }): AsyncGenerator<WatchEvent> {
    for (const object of pods) yield { type: 'added', object };
    yield { type: 'synced' };
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  }
  const port = {
    watch,
    get: async ({ type, name }: { type: { kind: string }; name: string }) => (type.kind === kinds.Secret.kind && secrets.has(name) ? {} : undefined),
    create: async (event: KubeObject & { message?: string; reason?: string }) => {
      events.push(`${event.reason} ${event.message}`);
      check();
    },
    mergePatch: async ({ name }: { name: string }, patch: { metadata: { annotations: Record<string, string> } }) => {
      assert.deepEqual(patch, { metadata: { annotations: { [MOUNTED_ANNOTATION]: 'true' } } });
      mounted.push(name);
      check();
    },
  } as unknown as Cluster;
  const run = (): Promise<void> => mountSecrets({ cluster: port, signal: stop.signal, isReal: (node) => node.startsWith('real-'), firstPauseMs: 1 });
  return { run, mounted, events };
}

describe('cloud-init Secrets of launcher pods', () => {
  it('are mounted where they are there; real nodes, running pods and pods without them are left alone', async () => {
    const pods = [launcher('real', ['a'], { node: 'real-1' }), launcher('runs', ['a'], { phase: 'Running' }), launcher('none', []), launcher('one', ['a']), launcher('two', ['a', 'b'])];
    const { run, mounted, events } = cluster(pods, new Set(['a', 'b']), (done) => done.length === 2);
    await run();
    assert.deepEqual([mounted.toSorted(), events], [['one', 'two'], []]);
  });

  it('are waited for with kubelet’s words, and mounted once they are there', async () => {
    const secrets = new Set(['a']);
    const { run, mounted, events } = cluster([launcher('two', ['a', 'b'])], secrets, (done, said) => {
      if (said.length === 3) secrets.add('b');
      return done.length === 1;
    });
    await run();
    assert.deepEqual(mounted, ['two']);
    assert.deepEqual(events, Array.from({ length: 3 }, () => 'FailedMount MountVolume.SetUp failed for volume "cloudinit-ndata" : secret "b" not found'));
  });
});
