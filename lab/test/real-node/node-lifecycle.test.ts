import assert from 'node:assert/strict';
import { EdgeVmError, type Cluster, type KubeObject, type ObjectRef, type ResourceType } from 'edge-vm';
import { runNodeLifecycle } from '../../src/real-node/node-lifecycle.js';

type Condition = Record<string, unknown> & { type: string };

const condition = (type: string, status: string, reason?: string): Condition => ({ type, status, lastHeartbeatTime: '2026-11-21T12:00:00Z', lastTransitionTime: '2026-11-21T12:00:00Z', ...(reason === undefined ? {} : { reason, message: 'as kubelet says' }) });

/** A cluster with two nodes, one of them simulated. Its time passes only in `sleep`. */
class Scene {
  now = Date.parse('2026-11-21T12:00:00Z');
  /** When the Lease of real-1 was renewed; kept by `onSleep`. */
  renewed = this.now;
  requests = 0;
  /** Errors of the next patches, which are not done. */
  readonly refusals: { kind: string; code: 'conflict' | 'not-found' }[] = [];
  readonly patches: { ref: ObjectRef; conditions: Condition[]; resourceVersion: unknown; at: number }[] = [];
  readonly objects: KubeObject[] = [node('real-1'), node('node-1'), pod('launcher', 'real-1', condition('Ready', 'True')), pod('starting', 'real-1', condition('Ready', 'False', 'ContainersNotReady')), pod('other', 'node-1', condition('Ready', 'True'))];

  get port(): Cluster {
    return this as unknown as Cluster;
  }

  find(kind: string, name: string): KubeObject {
    return this.objects.find((object) => object.kind === kind && object.metadata.name === name)!;
  }

  async get({ type, name }: ObjectRef): Promise<KubeObject | undefined> {
    this.requests++;
    if (type.kind === 'Lease') return name === 'real-1' ? { apiVersion: type.apiVersion, kind: 'Lease', metadata: { name }, spec: { renewTime: new Date(this.renewed).toISOString() } } : undefined;
    return structuredClone(this.find(type.kind, name));
  }

  async list(type: ResourceType, { fieldSelector }: { fieldSelector?: string }): Promise<KubeObject[]> {
    this.requests++;
    return structuredClone(this.objects.filter((object) => object.kind === type.kind && fieldSelector === `spec.nodeName=${String(object.spec?.['nodeName'])}`));
  }

  async mergePatch(ref: ObjectRef, patch: { metadata: { resourceVersion: unknown }; status: { conditions: Condition[] } }, options: { subresource?: string }): Promise<void> {
    this.requests++;
    assert.equal(options.subresource, 'status');
    if (this.refusals[0]?.kind === ref.type.kind) throw new EdgeVmError(this.refusals.shift()!.code, 'changed meanwhile');
    this.patches.push({ ref, conditions: patch.status.conditions, resourceVersion: patch.metadata.resourceVersion, at: this.now });
    this.find(ref.type.kind, ref.name).status = { conditions: patch.status.conditions };
  }

  /** Runs for so many seconds; `each` simulates what happens in that time. */
  async run(seconds: number, name: string | undefined, each: (now: number) => void = () => {}): Promise<string[]> {
    const end = this.now + seconds * 1000;
    const stop = new AbortController();
    const lines: string[] = [];
    await runNodeLifecycle({
      cluster: this.port, node: () => name, signal: stop.signal, log: (line) => lines.push(line),
      clock: {
        now: () => this.now,
        sleep: async (ms) => {
          for (const until = Math.min(this.now + ms, end); this.now < until; ) {
            this.now = Math.min(this.now + 1000, until);
            each(this.now);
          }
          if (this.now >= end) stop.abort();
        },
      },
    });
    return lines;
  }
}

function node(name: string): KubeObject {
  return { apiVersion: 'v1', kind: 'Node', metadata: { name, resourceVersion: `of ${name}`, creationTimestamp: '2026-11-21T11:00:00Z' }, status: { conditions: [condition('NetworkUnavailable', 'False', 'RouteCreated'), condition('Ready', 'True', 'KubeletReady'), condition('MemoryPressure', 'False', 'Enough'), condition('DiskPressure', 'False', 'Enough')] as never } };
}

function pod(name: string, nodeName: string, ready: Condition): KubeObject {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default', resourceVersion: `of ${name}` }, spec: { nodeName }, status: { conditions: [condition('ContainersReady', 'True'), ready] as never } };
}

describe('the real node in the simulated node lifecycle controller', () => {
  it('is left alone while its Lease is renewed, and is hardly looked at', async () => {
    const scene = new Scene();
    await scene.run(600, 'real-1', (now) => {
      if (now - scene.renewed >= 10_000) scene.renewed = now;
    });
    assert.deepEqual(scene.patches, []);
    assert.ok(scene.requests <= 22, `${scene.requests} requests in 10 minutes`);
  });

  it('is lost 40 s after the last renewal: conditions Unknown, pods not ready without a reason, once', async () => {
    const scene = new Scene();
    const last = scene.now + 100_000;
    const lines = await scene.run(400, 'real-1', (now) => {
      if (now <= last && now - scene.renewed >= 10_000) scene.renewed = now;
    });
    assert.deepEqual(scene.patches.map(({ ref, at }) => [ref.type.kind, ref.name, at - scene.renewed]), [['Node', 'real-1', 40_000], ['Pod', 'launcher', 40_000]]);
    assert.deepEqual(scene.patches.map(({ resourceVersion }) => resourceVersion), ['of real-1', 'of launcher']);
    const time = new Date(scene.renewed + 40_000).toISOString().replace('.000', '');
    const [network, ...others] = scene.patches[0]!.conditions;
    assert.equal(network?.['status'], 'False', 'the network’s condition is not kubelet’s');
    assert.deepEqual(others.map(({ type, status, reason, lastTransitionTime }) => [type, status, reason, lastTransitionTime]), [
      ['Ready', 'Unknown', 'NodeStatusUnknown', time], ['MemoryPressure', 'Unknown', 'NodeStatusUnknown', time], ['DiskPressure', 'Unknown', 'NodeStatusUnknown', time],
      ['PIDPressure', 'Unknown', 'NodeStatusNeverUpdated', time],
    ]);
    assert.equal(others[0]?.['lastHeartbeatTime'], '2026-11-21T12:00:00Z', 'kubelet’s last heartbeat stays');
    const [containers, ready] = scene.patches[1]!.conditions;
    assert.equal(containers?.['status'], 'True');
    assert.deepEqual([ready?.['status'], ready?.['reason'], ready?.['lastTransitionTime']], ['False', undefined, time]);
    assert.equal(lines.length, 1);
  });

  it('is lost a second time when it was back in between', async () => {
    const scene = new Scene();
    const begin = scene.now;
    await scene.run(300, 'real-1', (now) => {
      // Kubelet is back for 20 s after two minutes.
      if (now - begin < 120_000 || now - begin > 140_000) return;
      scene.renewed = now;
      Object.assign(scene.find('Node', 'real-1'), { status: node('real-1').status });
    });
    assert.deepEqual(scene.patches.filter(({ ref }) => ref.type.kind === 'Node').map(({ at }) => (at - begin) / 1000), [40, 180]);
  });

  it('is marked again at once when somebody wrote at the same time', async () => {
    const scene = new Scene();
    scene.refusals.push({ kind: 'Node', code: 'conflict' }, { kind: 'Node', code: 'conflict' }, { kind: 'Pod', code: 'conflict' }, { kind: 'Pod', code: 'not-found' });
    const lines = await scene.run(60, 'real-1');
    assert.deepEqual(scene.patches.map(({ ref, at }) => [ref.type.kind, Math.floor((at - scene.renewed) / 1000)]), [['Node', 40], ['Pod', 40]]);
    assert.equal(lines.length, 1);
  });

  it('is not lost when it was kubelet that wrote at the same time', async () => {
    const scene = new Scene();
    scene.refusals.push({ kind: 'Node', code: 'conflict' });
    await scene.run(60, 'real-1', (now) => {
      if (now - scene.renewed > 40_000) scene.renewed = now;
    });
    assert.deepEqual(scene.patches, []);
  });

  it('has 40 s after the start of a lab that was stopped for long', async () => {
    const scene = new Scene();
    scene.renewed = scene.now - 3_600_000;
    const begin = scene.now;
    await scene.run(60, 'real-1', (now) => {
      if (now - begin > 15_000) scene.renewed = now;
    });
    assert.deepEqual(scene.patches, []);
  });

  it('does not concern simulated nodes, nor a lab without a real one', async () => {
    const scene = new Scene();
    scene.renewed = 0;
    await scene.run(120, undefined);
    await scene.run(120, 'node-1');
    assert.equal(scene.requests, 0);
  });
});
