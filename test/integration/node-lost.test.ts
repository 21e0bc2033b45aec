import assert from 'node:assert/strict';
import { kinds, type KubeObject } from '../../src/cluster/index.js';
import type { DeviceResult } from '../../src/readiness/types.js';
import { EdgeVmError } from '../../src/support/errors.js';
import { assertCause, assertCode } from './harness/cli.js';
import { everyEnd } from './harness/every-end.js';
import { userKubeconfig } from './harness/lab.js';
import { eventually } from './harness/objects.js';
import { repositoryFile } from './harness/paths.js';
import { kubectl } from './harness/programs.js';
import { openScene, type Scene } from './harness/scene.js';

const running = (result: DeviceResult): string | undefined => result.conditions.find(({ type }) => type === 'Running')?.reason;

describe('a device whose node is lost', () => {
  let scene: Scene;
  let node: string;
  let name: string;
  let unanswered: { lift: () => Promise<void> };

  before(async () => {
    scene = await openScene('lost');
    node = `lost-${scene.namespace}`;
    await addNode();
    name = scene.name();
    assertCode(await scene.run(['create', name, '--register', '--node-selector', `lost=${node}`, '--toleration', 'lost:NoSchedule', '-o', 'json']), 0);
    unanswered = await lose();
  });
  after(() => everyEnd(
    () => unanswered.lift(),
    // Without the node, nothing would end its pod.
    () => scene.run(['delete', name, '--timeout', '60s']),
    () => scene.cluster.delete({ type: kinds.Node, name: node }),
    () => scene.close(),
  ));

  /** A copy of another node, only for this device. */
  async function addNode(): Promise<void> {
    const { metadata, spec, status } = (await scene.cluster.get({ type: kinds.Node, name: 'node-1' }))!;
    const labels = { ...metadata.labels, 'kubernetes.io/hostname': node, lost: node };
    const { allocatable, capacity } = status!;
    await scene.cluster.create({
      apiVersion: 'v1', kind: 'Node', metadata: { name: node, labels, annotations: metadata.annotations },
      spec: { ...spec, taints: [{ key: 'lost', effect: 'NoSchedule' }] }, status: { allocatable, capacity },
    });
  }

  /** Writes the condition `Ready`. Somebody else may write the object at the same moment: then it is read again. */
  async function setReady(read: () => Promise<KubeObject>, change: Record<string, unknown>): Promise<void> {
    await eventually('the condition is written', async () => {
      const object = await read();
      const time = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
      const conditions = (object.status?.conditions ?? []).map((one) => (one.type === 'Ready' ? { ...one, lastTransitionTime: time, ...change } : one));
      const { name: itsName, namespace, resourceVersion } = object.metadata;
      const type = object.kind === 'Node' ? kinds.Node : kinds.Pod;
      return scene.cluster.mergePatch({ type, name: itsName, ...(namespace === undefined ? {} : { namespace }) }, { metadata: { resourceVersion }, status: { conditions } }, { subresource: 'status' }).then(() => true, (error: unknown) => {
        if (EdgeVmError.is(error) && error.code === 'conflict') return false;
        throw error;
      });
    });
  }

  const theNode = async (): Promise<KubeObject> => (await scene.cluster.get({ type: kinds.Node, name: node }))!;

  /** The lab stops the simulation of the node. This writes, once, what the node lifecycle controller would write then. */
  async function lose(): Promise<typeof unanswered> {
    const fault = await scene.hub.fault({ operation: 'method', deviceId: name, action: { kind: 'error', status: 404 } });
    await scene.cluster.mergePatch({ type: kinds.Node, name: node }, { metadata: { annotations: { 'kwok.x-k8s.io/node': null } } });
    // Until the simulation has really stopped, it may say once more that the node is ready.
    let since = Date.now();
    await eventually('the node stays lost', async () => {
      if ((await theNode()).status?.conditions?.find(({ type }) => type === 'Ready')?.status === 'Unknown') return Date.now() - since > 2_000;
      await setReady(theNode, { status: 'Unknown', reason: 'NodeStatusUnknown', message: 'Kubelet stopped posting node status.' });
      since = Date.now();
      return false;
    });
    await setReady(launcher, { status: 'False' });
    return fault;
  }

  async function launcher(): Promise<KubeObject> {
    return (await scene.list(kinds.Pod, `vm.kubevirt.io/name=${name}`))[0]!;
  }

  it('counts as lost for KubeVirt and Kubernetes themselves', async () => {
    await eventually('the instance to be not ready, without a reason', async () => {
      const ready = (await scene.get(kinds.VirtualMachineInstance, name))?.status?.conditions?.find(({ type }) => type === 'Ready');
      return ready?.status === 'False' && (ready.reason ?? '') === '';
    });
    assert.equal((await scene.get(kinds.VirtualMachineInstance, name))?.status?.['phase'], 'Running');
    await eventually('the node to be tainted', async () => {
      const taints = (await scene.cluster.get({ type: kinds.Node, name: node }))?.spec?.['taints'] as { key: string; effect: string }[] | undefined;
      return taints?.some(({ key, effect }) => key === 'node.kubernetes.io/unreachable' && effect === 'NoExecute');
    });
  });

  it('is not ready in status, which names the node and what can be done', async () => {
    const run = await scene.run(['status', name, '-o', 'json']);
    const cause = assertCause(run, 5, 'node-unreachable');
    assert.match(cause.message, new RegExp(`node ${node} does not answer since .* \\(NodeStatusUnknown\\)`));
    assert.match(cause.hint ?? '', new RegExp(`kubectl delete node ${node}`));
    const result = run.json();
    assert.deepEqual([result.ready, result.stage, running(result)], [false, 'scheduled', 'NodeUnreachable']);
  });

  it('is not ready in a list, although it has just reported', async () => {
    const [item] = (await scene.run(['list', '-o', 'json'])).json<{ items: DeviceResult[] }>().items;
    assert.deepEqual([item?.ready, item && running(item)], [false, 'NodeNotReady']);
  });

  it('is reported with only the rights of docs/rbac.yaml', async () => {
    const user = `jane-${scene.namespace}`;
    const KUBECONFIG = await userKubeconfig(user, scene.namespace);
    await kubectl(['apply', '-n', scene.namespace, '-f', repositoryFile('docs', 'rbac.yaml')]);
    await kubectl(['create', 'rolebinding', 'edge-vm', '-n', scene.namespace, '--role=edge-vm', `--user=${user}`]);
    const run = await scene.run(['status', name, '-o', 'json'], { env: { KUBECONFIG } });
    assertCause(run, 5, 'node-unreachable');
    assert.equal(running(run.json()), 'NodeNotReady');
    const wait = await scene.run(['wait', name, '--timeout', '5s', '-o', 'json'], { env: { KUBECONFIG } });
    assertCause(wait, 4, 'timed-out');
    for (const one of [run, wait]) assert.doesNotMatch(one.stderr, /nodes/, 'a right that nobody needs is not asked for');
  });

  it('is waited for, and a time-out says what can be done', async () => {
    const run = await scene.run(['wait', name, '--timeout', '5s', '-o', 'json']);
    const cause = assertCause(run, 4, 'timed-out');
    assert.match(cause.message, /running: node .* does not answer/);
    assert.match(cause.hint ?? '', /kubectl delete node .*edge-vm wait/);
  });

  it('is connected if its agent answers: only the cluster cannot reach the node', async () => {
    await unanswered.lift();
    const result = (await scene.run(['status', name, '-o', 'json'])).json();
    assert.deepEqual([result.ready, result.edge.evidence, result.cause], [true, 'ping', undefined]);
  });

  it('is ready again when the node is back', async () => {
    const wait = scene.start(['wait', name, '--wait-for', 'running', '--timeout', '60s', '-o', 'json']);
    await scene.cluster.mergePatch({ type: kinds.Node, name: node }, { metadata: { annotations: { 'kwok.x-k8s.io/node': 'fake' } } });
    await eventually('the node to be ready', async () => (await scene.cluster.get({ type: kinds.Node, name: node }))?.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True'));
    await setReady(launcher, { status: 'True' });
    assertCode(await wait.done, 0);
    const result = (await scene.run(['status', name, '-o', 'json'])).json();
    assert.deepEqual([result.ready, running(result) === 'Running' || running(result) === 'Implied'], [true, true]);
    const [item] = (await scene.run(['list', '-o', 'json'])).json<{ items: DeviceResult[] }>().items;
    assert.equal(item?.ready, true);
  });
});
