import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { step, telling, type LabEvent } from '../../src/control-plane/events.js';
import { labDown } from '../../src/control-plane/lab-down.js';
import { labEnv } from '../../src/control-plane/lab-env.js';
import { labStatus } from '../../src/control-plane/lab-status.js';
import { labPaths } from '../../src/control-plane/paths.js';
import { freeLoopbackAddress, freePorts, isFree } from '../../src/control-plane/ports.js';
import { collectionOf, pathOf } from '../../src/control-plane/resources.js';
import { loadState, newState, portsAreFree, saveState } from '../../src/control-plane/state.js';
import { waitFor } from '../../src/control-plane/wait.js';

describe('a lab that is not there', () => {
  let env: NodeJS.ProcessEnv;
  beforeEach(() => {
    const folder = mkdtempSync(join(tmpdir(), 'edge-vm-setup-'));
    env = { EDGE_VM_STATE_DIR: join(folder, 'state'), EDGE_VM_CACHE_DIR: join(folder, 'cache') };
  });
  afterEach(() => rmSync(join(env.EDGE_VM_STATE_DIR!, '..'), { recursive: true, force: true }));

  it('has a status, no environment, and nothing to take down', async () => {
    const status = await labStatus({ name: 'x', env });
    assert.deepEqual([status.state, status.start, status.processes, status.bytes], ['absent', 'cold', [], 0]);
    assert.throws(() => labEnv({ name: 'x', env }), { code: 'not-found', hint: /lab up/ });
    assert.equal(await labDown({ name: 'x', env }), false);
  });

  for (const name of ['', '.', '..', '../../victim', 'a/b', '/victim', 'a b', '-x', 'x\n', 'x'.repeat(41)]) {
    it(`is refused by the name ${JSON.stringify(name.slice(0, 12))}, which no command may take for a folder`, async () => {
      const victim = join(env.EDGE_VM_STATE_DIR!, '..', 'victim');
      mkdirSync(victim, { recursive: true });
      mkdirSync(join(env.EDGE_VM_STATE_DIR!, 'lab', 'other'), { recursive: true });
      await assert.rejects(labDown({ name, env }), { code: 'invalid-input', message: /the name of a lab must be/ });
      await assert.rejects(labStatus({ name, env }), { code: 'invalid-input' });
      assert.throws(() => labEnv({ name, env }), { code: 'invalid-input' });
      assert.throws(() => labPaths(name, env), { code: 'invalid-input' });
      assert.ok(existsSync(victim) && existsSync(join(env.EDGE_VM_STATE_DIR!, 'lab', 'other')));
    });
  }

  it('has no folder in the working folder when a variable is empty', () => {
    const empty = { HOME: '/home/jane', EDGE_VM_STATE_DIR: '', EDGE_VM_CACHE_DIR: '', XDG_CACHE_HOME: '', XDG_STATE_HOME: '' };
    assert.deepEqual([labPaths('x', empty).state, labPaths('x', empty).cache], ['/home/jane/.local/state/edge-vm/lab/x', '/home/jane/.cache/edge-vm/lab']);
  });

  it('gets its own ports, and none that is taken', async () => {
    const paths = labPaths('x', env);
    const state = await newState('x', 'key', 'cold');
    assert.equal(new Set(Object.values(state.ports)).size, Object.values(state.ports).length);
    assert.equal(await portsAreFree(state), true);
    saveState(paths, state);
    assert.deepEqual(loadState(paths), state);
    const taken = createServer().listen(state.ports.etcd, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    assert.equal(await isFree(state.ports.etcd), false);
    assert.equal(await portsAreFree(state), false);
    assert.equal(await portsAreFree(state, ['kube-apiserver', 'hub']), false);
    assert.equal(await portsAreFree(state, ['etcd']), true, 'it is etcd itself that listens');
    await new Promise((resolve) => taken.close(resolve));
  });

  it('keeps its socket short enough for the kernel, wherever it lies', () => {
    const deep = labPaths('x', { ...env, EDGE_VM_STATE_DIR: `/tmp/${'deep/'.repeat(40)}` });
    assert.ok(deep.egressSocket.length < 108, deep.egressSocket);
    assert.notEqual(deep.egressSocket, labPaths('y', { ...env, EDGE_VM_STATE_DIR: `/tmp/${'deep/'.repeat(40)}` }).egressSocket);
    assert.ok(labPaths('x', { EDGE_VM_STATE_DIR: '/s', EDGE_VM_CACHE_DIR: '/c' }).egressSocket.startsWith('/s/lab/x/'));
  });
});

describe('the set-up’s own tools', () => {
  it('finds free ports and a free loopback address', async () => {
    const ports = await freePorts(['a', 'b', 'c']);
    assert.equal(new Set(Object.values(ports)).size, 3);
    assert.match(await freeLoopbackAddress([ports.a]), /^127\.\d+\.\d+\.\d+$/);
  });

  it('reports each step’s beginning, progress and end', async () => {
    const events: LabEvent[] = [];
    await step('good', (event) => events.push(event), async (progress) => progress('half'));
    await assert.rejects(step('bad', (event) => events.push(event), async () => { throw new Error('no'); }), /no/);
    assert.deepEqual(events.map(({ step: name, state, detail }) => [name, state, detail]), [
      ['good', 'started', undefined], ['good', 'progress', 'half'], ['good', 'done', undefined], ['bad', 'started', undefined], ['bad', 'failed', 'no'],
    ]);
  });

  it('goes on to report the progress of a step that has become silent', async () => {
    const told: string[] = [];
    await telling((detail) => told.push(detail), async (tell) => {
      tell('linking');
      await waitFor(async () => (told.length > 1 ? true : undefined), { what: 'the second report', timeout: 10_000, every: 1 });
    }, 1);
    assert.deepEqual(told.slice(0, 2), ['linking', 'linking']);
  });

  it('waits until its deadline, and stops when the signal aborts', async () => {
    let looks = 0;
    assert.equal(await waitFor(async () => (++looks === 3 ? 'there' : undefined), { what: 'it', timeout: 1000, every: 1 }), 'there');
    await assert.rejects(waitFor(async () => { throw new Error('connection refused'); }, { what: 'the server', timeout: 20, every: 1 }), { code: 'timed-out', message: /the server: connection refused/ });
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 20);
    await assert.rejects(waitFor(async () => undefined, { what: 'nothing', timeout: 10_000, every: 5, signal: stop.signal }), { name: 'AbortError' });
  });

  for (const [apiVersion, kind, namespace, path] of [
    ['v1', 'Node', undefined, '/api/v1/nodes/x'],
    ['storage.k8s.io/v1', 'StorageClass', undefined, '/apis/storage.k8s.io/v1/storageclasses/x'],
    ['cdi.kubevirt.io/v1beta1', 'StorageProfile', undefined, '/apis/cdi.kubevirt.io/v1beta1/storageprofiles/x'],
    ['apps/v1', 'Deployment', 'kubevirt', '/apis/apps/v1/namespaces/kubevirt/deployments/x'],
    ['networking.k8s.io/v1', 'NetworkPolicy', undefined, '/apis/networking.k8s.io/v1/namespaces/default/networkpolicies/x'],
  ] as const) {
    it(`knows the URL of a ${kind}`, () => {
      const object = { apiVersion, kind, metadata: { name: 'x', ...(namespace ? { namespace } : {}) } };
      assert.equal(pathOf(object), path);
      assert.equal(`${collectionOf(object)}/x`, path);
    });
  }
});
