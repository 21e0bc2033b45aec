import assert from 'node:assert/strict';
import { kinds } from '../../src/cluster/index.js';
import { startApiProxy, type Fate, type Passing } from './harness/api-proxy.js';
import { assertCode, startCli, type RunningCli } from './harness/cli.js';
import { theLab } from './harness/lab.js';
import { eventually, objectsOf } from './harness/objects.js';
import { openScene, type Scene } from './harness/scene.js';
import { together } from './harness/together.js';

interface Moment {
  title: string;
  /** Kills on a line of stderr that begins so. */
  line?: string;
  /** Or at the nth request that writes: before the API server gets it, or after it has done it. */
  write?: { nth: number; when: 'before' | 'after' };
}

// create writes Secret, VirtualMachine, Secret (owner), Service.
const writes: Moment[] = [1, 2, 3, 4].flatMap((nth) => (['before', 'after'] as const).map((when) => ({ title: `${when} write ${nth}`, write: { nth, when } })));
const lines: Moment[] = ['preflight', 'register device', 'render', 'apply', 'applied ', 'disk ', 'running ', 'configured '].map((line) => ({ title: `after "${line.trim()}"`, line }));

describe('create that is killed with kill -9', () => {
  let scene: Scene;
  before(async () => {
    scene = await openScene('kill');
  });
  after(() => scene.close());
  const itTogether = together();

  const args = (name: string): string[] => ['create', name, '--register', '--gateway', '-o', 'json', '-n', scene.namespace];

  async function killAt(moment: Moment, name: string): Promise<Passing[]> {
    const proxy = await startApiProxy({ kubeconfig: theLab().variables.KUBECONFIG, namespace: scene.namespace, folder: scene.folder });
    let run: RunningCli | undefined;
    let count = 0;
    proxy.decide = (request): Fate => {
      if (!request.writes || moment.write === undefined || (count += 1) !== moment.write.nth) return 'pass';
      const kill = (): void => run?.kill('SIGKILL');
      // After: the API server has done its part. The program gets no answer, and cannot ask again.
      if (moment.write.when === 'after') return { dropAnswerAfter: kill };
      kill();
      return 'drop';
    };
    try {
      run = startCli(args(name), {
        env: { KUBECONFIG: proxy.kubeconfig },
        onStderrLine: (line, { kill }) => {
          if (moment.line !== undefined && line.startsWith(moment.line)) kill('SIGKILL');
        },
      });
      const result = await run.done;
      assert.equal(result.code, null, `it was not killed ${moment.title}:\n${result.stderr}`);
      return proxy.seen.filter((request) => request.writes);
    } finally {
      await proxy.close();
    }
  }

  async function convergesAfter(moment: Moment): Promise<void> {
    const name = scene.name('kill');
    const sent = await killAt(moment, name);
    if (moment.write !== undefined) assert.equal(sent.length, moment.write.nth, `writes: ${sent.map((one) => one.what).join(', ')}`);
    const again = await scene.run(['create', name, '--register', '--gateway', '-o', 'json']);
    assertCode(again, 0);
    assert.equal(again.json().ready, true);
    await assertWhole(name);
    // And now there is nothing left to do.
    const third = await scene.run(['create', name, '--register', '--gateway', '-o', 'json']);
    assertCode(third, 0);
    assert.deepEqual(third.json().changes.map((change) => `${change.kind} ${change.outcome}`), ['Secret unchanged', 'VirtualMachine unchanged', 'Service unchanged']);
  }

  /** Exactly one of everything, and all of it owned. */
  async function assertWhole(name: string): Promise<void> {
    const objects = (await objectsOf(scene, name)).map((object) => object.replace(/(virt-launcher-.*)-[a-z0-9]+$/, '$1'));
    assert.deepEqual(objects, [
      `DataVolume/${name}-root`, `PersistentVolumeClaim/${name}-root`, `Pod/virt-launcher-${name}`, `Secret/${name}-cloud-init`, `Service/${name}`,
      `VirtualMachine/${name}`, `VirtualMachineInstance/${name}`,
    ]);
    const [vm, secret, service] = await Promise.all([scene.get(kinds.VirtualMachine, name), scene.get(kinds.Secret, `${name}-cloud-init`), scene.get(kinds.Service, name)]);
    for (const owned of [secret, service]) assert.deepEqual(owned?.metadata.ownerReferences?.map((owner) => owner.uid), [vm?.metadata.uid], `${owned?.kind} is owned by the VM that is there`);
  }

  for (const moment of [...writes, ...lines]) itTogether(`converges when run again, killed ${moment.title}`, () => convergesAfter(moment));

  itTogether('is cleaned up by delete wherever it was killed', async () => {
    const names = [1, 2, 3].map(() => scene.name('rest'));
    await Promise.all(names.map((name, i) => killAt({ title: `after write ${i + 1}`, write: { nth: i + 1, when: 'after' } }, name)));
    const runs = await Promise.all(names.map((name) => scene.run(['delete', name, '--deregister'])));
    for (const run of runs) assertCode(run, 0);
    await eventually('all is gone', async () => (await objectsOf(scene, 'rest-')).length === 0);
    assert.deepEqual(await Promise.all(names.map((name) => scene.hub.device(name))), [undefined, undefined, undefined]);
  });

  itTogether('is finished by the next delete when delete is killed', async () => {
    const name = scene.name('undo');
    assertCode(await scene.run(['create', name, '--register', '--gateway', '--wait-for', 'running']), 0);
    for (const nth of [1, 2]) {
      const proxy = await startApiProxy({ kubeconfig: theLab().variables.KUBECONFIG, namespace: scene.namespace, folder: scene.folder });
      let count = 0;
      proxy.decide = (request): Fate => {
        if (!request.writes || (count += 1) !== nth) return 'pass';
        run.kill('SIGKILL');
        return 'drop';
      };
      const run = scene.start(['delete', name, '--keep-disk', '--deregister'], { env: { KUBECONFIG: proxy.kubeconfig } });
      await run.done;
      await proxy.close();
    }
    assertCode(await scene.run(['delete', name, '--deregister']), 0);
    await eventually('all is gone', async () => (await objectsOf(scene, name)).length === 0);
    assert.equal(await scene.hub.device(name), undefined);
  });

  itTogether('still deletes the hub device by label when delete --deregister is killed and the cluster finishes the rest', async () => {
    const name = scene.name('hub');
    assertCode(await scene.run(['create', name, '--register', '--label', `undo=${name}`, '--wait-for', 'running']), 0);
    const proxy = await startApiProxy({ kubeconfig: theLab().variables.KUBECONFIG, namespace: scene.namespace, folder: scene.folder });
    // The Secret loses its owner, then the VM is deleted.
    let count = 0;
    proxy.decide = (request): Fate => (request.writes && (count += 1) === 2 ? { dropAnswerAfter: () => run.kill('SIGKILL') } : 'pass');
    const run = scene.start(['delete', name, '--deregister', '--yes'], { env: { KUBECONFIG: proxy.kubeconfig } });
    assert.equal((await run.done).code, null);
    await proxy.close();
    await eventually('only the Secret is left', async () => (await objectsOf(scene, name)).join() === `Secret/${name}-cloud-init`);
    // Long enough for the garbage collector to have come by.
    await new Promise((resolve) => setTimeout(resolve, 2000));
    assert.match((await scene.run(['list'])).stderr, new RegExp(`${name} in .*: edge-vm delete ${name} -n ${scene.namespace} --deregister`));
    assertCode(await scene.run(['delete', '-l', `undo=${name}`, '--deregister', '--yes']), 0);
    assert.equal(await scene.hub.device(name), undefined);
    assert.deepEqual(await objectsOf(scene, name), []);
  });
});
