import assert from 'node:assert/strict';
import { connectCluster, kinds } from '../../src/cluster/index.js';
import { assertCause, assertCode } from './harness/cli.js';
import { theLab } from './harness/lab.js';
import { eventually, objectsOf } from './harness/objects.js';
import { virtctl } from './harness/programs.js';
import { openScene, type Scene } from './harness/scene.js';
import { together } from './harness/together.js';

const image = (name: string): { settings: { image: string }; type: string; status: string; restartPolicy: string } =>
  ({ type: 'docker', status: 'running', restartPolicy: 'always', settings: { image: `mcr.example.test/${name}:1.6` } });

/** A deployment of one module, or none; `broken` names an image that cannot be pulled. */
function deployment(options: { broken?: boolean; sensor?: boolean } = {}): unknown {
  const system = { edgeAgent: image('edgeagent'), edgeHub: image('edgehub') };
  const sensor = options.broken === true ? { ...image('sensor'), settings: { image: 'registry.invalid/sensor:1' } } : image('sensor');
  return { modulesContent: { $edgeAgent: { 'properties.desired': { schemaVersion: '1.1', runtime: { type: 'docker', settings: {} }, systemModules: system, modules: options.sensor === false ? {} : { sensor } } } } };
}

/** Reports as virt-handler that the instance has failed; no other account may do this. */
async function failInstance({ namespace }: Scene, name: string): Promise<void> {
  const handler = await connectCluster({ kubeconfig: theLab().variables.KUBECONFIG, impersonate: { user: 'system:serviceaccount:kubevirt:kubevirt-handler' } });
  try {
    await handler.mergePatch({ type: kinds.VirtualMachineInstance, name, namespace }, { status: { phase: 'Failed' } });
  } finally {
    handler.close();
  }
}

describe('what an IoT Hub does in the field', () => {
  let scene: Scene;
  before(async () => {
    scene = await openScene('hub');
  });
  after(() => scene.close());
  const itTogether = together();

  const apply = async (id: string, content: unknown): Promise<void> => {
    const { status, body } = await scene.hub.send('POST', `/devices/${id}/applyConfigurationContent?api-version=2021-04-12`, content);
    assert.equal(status, 204, JSON.stringify(body));
  };

  itTogether('throttles, and create waits as long as the answer says', async () => {
    const name = scene.name('slow');
    const faults = await Promise.all([
      scene.hub.fault({ operation: 'registry-write', deviceId: name, count: 1, action: { kind: 'throttle', retryAfterSeconds: 3 } }),
      scene.hub.fault({ operation: 'twin-read', deviceId: name, count: 2, action: { kind: 'throttle', retryAfterSeconds: 1 } }),
    ]);
    const run = await scene.run(['create', name, '--register', '-o', 'json']);
    assertCode(run, 0);
    assert.ok(run.json().seconds.identity! >= 3, `identity after ${run.json().seconds.identity} s: Retry-After was 3`);
    for (const fault of faults) await fault.lift();
  });

  itTogether('has a bad minute, and create goes on', async () => {
    const name = scene.name('flaky');
    for (const action of [{ kind: 'error', status: 503 }, { kind: 'refuse' }, { kind: 'error', status: 500 }] as const) {
      await scene.hub.fault({ deviceId: name, count: 1, action });
    }
    assertCode(await scene.run(['create', name, '--register', '-o', 'json']), 0);
  });

  itTogether('cannot be reached, which is reported before anything is created', async () => {
    const name = scene.name('away');
    const away = { EDGE_VM_HUB_ENDPOINT: 'https://127.0.0.1:1' };
    const run = await scene.run(['create', name, '--register', '-o', 'json'], { env: away });
    const cause = assertCause(run, 3, 'hub-unreachable');
    assert.match(cause.message, /ECONNREFUSED/);
    assert.deepEqual(await objectsOf(scene, name), []);
    // If the device has its own credential, the guest may still reach the hub: edge-vm reports the problem and waits.
    const given = scene.name('given');
    const connectionString = await scene.hub.register(given);
    const alone = await scene.run(['create', given, '--connection-string-file', '-', '-o', 'json'], { input: connectionString, env: { ...away, EDGE_VM_HUB_CONNECTION_STRING: undefined } });
    assertCode(alone, 0);
    assert.equal(alone.json().edge.evidence, 'guest');
    assert.match(alone.json().warnings.join('\n'), /could not be checked from here/);
  });

  itTogether('does not know the policy’s key', async () => {
    const run = await scene.run(['create', scene.name('key'), '--register', '-o', 'json'], { env: { EDGE_VM_HUB_CONNECTION_STRING: `HostName=${scene.hub.hostname};SharedAccessKeyName=iothubowner;SharedAccessKey=${Buffer.alloc(32, 7).toString('base64')}` } });
    assertCause(run, 3, 'hub-forbidden');
  });

  itTogether('has no certificate that this machine knows', async () => {
    const run = await scene.run(['create', scene.name('ca'), '--register', '-o', 'json'], { env: { EDGE_VM_HUB_CA: undefined } });
    assert.match(assertCause(run, 3, 'hub-unreachable').hint ?? '', /EDGE_VM_HUB_CA/);
  });

  itTogether('keeps a stale 200 of a device that is dead, which is not taken for connected', async () => {
    const name = scene.name('stale');
    // A runtime that ran once and was killed: its twin still says 200.
    const first = await scene.run(['create', name, '--register', '-o', 'json']);
    assertCode(first, 0);
    await apply(name, deployment());
    assertCode(await scene.run(['wait', name, '--wait-for', 'deployed', '--timeout', '60s']), 0);
    // Ended without a report, as at a power cut. The new instance of KubeVirt must not reach the same stage.
    await failInstance(scene, name);
    await virtctl(['stop', name, '-n', scene.namespace, '--grace-period=0', '--force']);
    await eventually('the instance is gone', async () => (await scene.get(kinds.VirtualMachineInstance, name)) === undefined);
    const stopped = await scene.run(['status', name, '-o', 'json']);
    assertCause(stopped, 5, 'vm-stopped');
    assert.equal(stopped.json().ready, false);
    const silent = scene.name('again');
    const connectionString = `HostName=${scene.hub.hostname};DeviceId=${name};SharedAccessKey=${((await scene.hub.device(name)) as { authentication: { symmetricKey: { primaryKey: string } } }).authentication.symmetricKey.primaryKey}`;
    assertCode(await scene.run(['delete', name]), 0);
    const run = await scene.run(['create', silent, '--connection-string-file', '-', '-o', 'json', '--timeout', '40s', '--annotation', 'lab.edge-vm.io/fault=no-agent'], { input: connectionString });
    assertCause(run, 4, 'timed-out');
    const { ready, stage, edge, conditions } = run.json();
    assert.deepEqual([ready, stage, edge.code], [false, 'configured', 200], JSON.stringify(conditions.find((one) => one.type === 'Connected')));
  });

  itTogether('gets a deployment: deployed is 200 with all modules', async () => {
    const name = scene.name('deploy');
    const run = scene.start(['create', name, '--register', '-o', 'json', '--wait-for', 'deployed', '--timeout', '90s'], {
      onStderrLine: (line) => {
        if (line.startsWith('connected ')) void apply(name, deployment());
      },
    });
    const result = await run.done;
    assertCode(result, 0);
    const { edge, stage } = result.json();
    assert.deepEqual([stage, edge.code, edge.runtimeStatus], ['deployed', 200, 'running']);
    assert.deepEqual(edge.modules.map(({ name: module, status }) => `${module} ${status}`).toSorted(), ['edgeAgent running', 'edgeHub running', 'sensor running']);
    // Without a new wait, an image that cannot be pulled is no success.
    await apply(name, deployment({ broken: true }));
    const broken = await scene.run(['wait', name, '-o', 'json', '--wait-for', 'deployed', '--timeout', '12s']);
    assertCause(broken, 4, 'timed-out');
    assert.deepEqual([broken.json().stage, broken.json().edge.code], ['connected', 500]);
    // A deployment without it repairs that: the agent is also notified of what was removed.
    await apply(name, deployment({ sensor: false }));
    const mended = await scene.run(['wait', name, '-o', 'json', '--wait-for', 'deployed', '--timeout', '60s']);
    assertCode(mended, 0);
    assert.deepEqual([mended.json().edge.code, mended.json().edge.modules.map(({ name: module }) => module).toSorted()], [200, ['edgeAgent', 'edgeHub']]);
  });

  itTogether('gets a bad deployment, which ends the wait', async () => {
    const name = scene.name('bad');
    assertCode(await scene.run(['create', name, '--register']), 0);
    await apply(name, { modulesContent: { $edgeAgent: { 'properties.desired': { schemaVersion: '9.9', runtime: { type: 'docker', settings: {} }, systemModules: { edgeAgent: image('a'), edgeHub: image('b') }, modules: {} } } } });
    const run = await scene.run(['wait', name, '-o', 'json', '--wait-for', 'deployed', '--timeout', '5m']);
    assert.match(assertCause(run, 5, 'deployment-failed').message, /9\.9/);
  });
});
