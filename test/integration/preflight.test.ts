import assert from 'node:assert/strict';
import { kinds } from '../../src/cluster/index.js';
import { kubeconfigFor, startApiProxy } from './harness/api-proxy.js';
import { assertCause, assertCode, cli, type CliResult } from './harness/cli.js';
import { theLab } from './harness/lab.js';
import { objectsOf, outcomes } from './harness/objects.js';
import { ownTemplate } from './harness/own-template.js';
import { kubectl } from './harness/programs.js';
import { openScene, type Scene } from './harness/scene.js';

describe('a cluster that is not fit', () => {
  let scene: Scene;
  before(async () => {
    scene = await openScene('preflight');
  });
  after(() => scene.close());

  const create = (name: string, kubeconfig: string | undefined, ...more: string[]): Promise<CliResult> =>
    scene.run(['create', name, '--register', '-o', 'json', '--timeout', '60s', ...more], kubeconfig === undefined ? {} : { env: { KUBECONFIG: kubeconfig } });

  const nothingHappened = async (name: string): Promise<void> => {
    assert.deepEqual(await objectsOf(scene, name), []);
    assert.equal(await scene.hub.device(name), undefined, 'the hub was not touched');
  };

  it('is reported when nothing listens there', async () => {
    const name = scene.name();
    const kubeconfig = await scene.file('closed.kubeconfig', kubeconfigFor('https://127.0.0.1:1', scene.namespace));
    const run = await create(name, kubeconfig);
    assert.match(assertCause(run, 3, 'no-cluster').message, /cannot reach the API server https:\/\/127\.0\.0\.1:\d+ \(ECONNREFUSED\)/);
    assert.ok(run.seconds < 30, `took ${run.seconds} s`);
    await nothingHappened(name);
  });

  it('is reported when there is no kubeconfig, or no such context', async () => {
    const name = scene.name();
    assertCause(await create(name, `${scene.folder}/none`), 3, 'no-cluster');
    assert.match(assertCause(await create(name, undefined, '--context', 'prod'), 3, 'no-cluster').message, /context "prod"/);
    await nothingHappened(name);
  });

  it('is reported when its certificate is of another authority', async () => {
    const { clusters, ...rest } = JSON.parse(await kubectl(['config', 'view', '--raw', '-o', 'json'])) as { clusters: { cluster: Record<string, string> }[] };
    const { 'certificate-authority-data': _ours, ...cluster } = clusters[0]!.cluster;
    const kubeconfig = await scene.file('stranger.kubeconfig', JSON.stringify({ ...rest, clusters: [{ ...clusters[0], cluster }] }));
    const cause = assertCause(await create(scene.name(), kubeconfig), 3, 'no-cluster');
    assert.match(cause.hint ?? '', /certificate/);
  });

  for (const [group, code] of [['kubevirt.io', 'no-kubevirt'], ['cdi.kubevirt.io', 'no-cdi']] as const) {
    it(`is reported when it does not serve ${group}`, async () => {
      const name = scene.name();
      const proxy = await startApiProxy({ kubeconfig: theLab().variables.KUBECONFIG, namespace: scene.namespace, folder: scene.folder });
      const { groups, ...list } = JSON.parse(await kubectl(['get', '--raw', '/apis'])) as { groups: { name: string }[] };
      const without = { status: 200, body: JSON.stringify({ ...list, groups: groups.filter(({ name: one }) => one !== group) }) };
      proxy.decide = ({ path }) => (path === '/apis' ? without : path.startsWith(`/apis/${group}/`) ? { path: path.replace(`/apis/${group}/`, '/apis/absent.example/') } : 'pass');
      try {
        const run = await create(name, proxy.kubeconfig);
        const cause = assertCause(run, 3, code);
        assert.match(cause.hint ?? '', /Install/);
        await nothingHappened(name);
        assert.deepEqual(proxy.seen.filter((request) => request.writes), []);
      } finally {
        await proxy.close();
      }
    });
  }

  it('is reported when it has no such storage class, with those that it has', async () => {
    const name = scene.name();
    const run = await create(name, undefined, '--storage-class', 'lab-dsik');
    const cause = assertCause(run, 3, 'not-found');
    assert.match(cause.message, new RegExp(`no storage class lab-dsik, which disk ${name}-root asks for`));
    assert.match(cause.hint ?? '', /The cluster has: .*lab-disk.*lab-wffc.*Did you mean lab-disk\? \(--storage-class\)/);
    await nothingHappened(name);
  });

  it('refuses with the words of KubeVirt’s webhook', async () => {
    const name = scene.name();
    const template = await ownTemplate(scene, ({ template: { spec } }) => {
      spec.domain.devices.disks[0]!.disk!.bus = 'floppy';
    });
    const run = await create(name, undefined, '--template-file', template);
    const cause = assertCause(run, 3, 'admission-refused');
    assert.match(cause.message, /admission webhook "virtualmachine-validator\.kubevirt\.io" denied the request: .*floppy/s);
    assert.equal(await scene.get(kinds.VirtualMachine, name), undefined);
    // The same command with the corrected template goes on where that one stopped.
    const mended = await create(name, undefined);
    assertCode(mended, 0);
    assert.deepEqual(outcomes(mended.json())[1], 'VirtualMachine created');
  });

  it('reports that the namespace does not exist', async () => {
    const name = scene.name();
    const run = await cli(['create', name, '--register', '-o', 'json', '-n', 'it-nowhere']);
    assert.match(assertCause(run, 3, 'not-found').message, /namespace it-nowhere does not exist/);
  });
});

describe('fields that others hold', () => {
  let scene: Scene;
  let name: string;
  before(async () => {
    scene = await openScene('conflict');
    name = scene.name();
    assertCode(await scene.run(['create', name, '--register', '--cpus', '2', '--wait-for', 'running']), 0);
    const other = { apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachine', metadata: { name, namespace: scene.namespace }, spec: { template: { spec: { domain: { cpu: { sockets: 6 } } } } } };
    await kubectl(['apply', '--server-side', '--field-manager=capacity-team', '--force-conflicts', '-f', '-'], JSON.stringify(other));
  });
  after(() => scene.close());

  const sockets = async (): Promise<number> => ((await scene.get(kinds.VirtualMachine, name))!.spec!['template'] as { spec: { domain: { cpu: { sockets: number } } } }).spec.domain.cpu.sockets;

  it('are not taken over unasked: the conflict names field and manager', async () => {
    const run = await scene.run(['create', name, '--register', '--cpus', '2', '-o', 'json']);
    const cause = assertCause(run, 3, 'field-conflict');
    assert.match(cause.message, /spec\.template\.spec\.domain\.cpu\.sockets/);
    assert.match(cause.message, /capacity-team/);
    assert.match(cause.hint ?? '', /--take-ownership/);
    assert.equal(await sockets(), 6);
  });

  it('are shown by a server dry run as well, which changes nothing', async () => {
    assertCause(await scene.run(['create', name, '--register', '--cpus', '2', '-o', 'json', '--dry-run', 'server']), 3, 'field-conflict');
    assert.equal(await sockets(), 6);
  });

  it('are taken over with --take-ownership', async () => {
    const run = await scene.run(['create', name, '--register', '--cpus', '2', '-o', 'json', '--take-ownership', '--wait-for', 'running']);
    assertCode(run, 0);
    assert.deepEqual(outcomes(run.json()), ['Secret unchanged', 'VirtualMachine changed']);
    assert.equal(await sockets(), 2);
  });
});
