import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dump } from 'js-yaml';
import { BUILD_LIMIT, DEVICE_CHART, openHelm, OPERATOR_CHART, type Helm, type Rendered } from '../helpers/helm.js';
import { assertCode, cli } from '../integration/harness/cli.js';
import { labFixture } from '../integration/harness/fixture.js';
import { theLab } from '../integration/harness/lab.js';
import { eventually } from '../integration/harness/objects.js';
import { repositoryFile } from '../integration/harness/paths.js';
import { kubectl } from '../integration/harness/programs.js';
import { openScene, type Scene } from '../integration/harness/scene.js';
import { labEnvironment, rights, statusOfLab } from './support/lab-operator.js';

/** Values of clusters of different kinds. The pods of all of them must be allowed in a restricted namespace. */
const clusters: Record<string, object> = {
  'the default values': {},
  'one replica without hub': { replicas: 1, leaderElection: { enabled: false }, hub: { secrets: [] } },
  'a company network': { proxy: { existingSecret: 'proxy' }, extraCa: { configMap: 'roots' }, hub: { endpoint: 'https://hub.example', ca: { configMap: 'hub' }, secrets: [{ name: 'a' }, { name: 'b', key: 'cs' }] } },
  'OpenShift': { podSecurityContext: { runAsUser: null, runAsGroup: null, fsGroup: null } },
  'named namespaces, other volumes': { watch: { namespaces: ['north'] }, extraVolumes: [{ name: 'x', configMap: { name: 'x' } }], extraVolumeMounts: [{ name: 'x', mountPath: '/x' }], priorityClassName: 'system-cluster-critical' },
};

/** A lab of its own, because its operator would work on the EdgeDevices of other tests too. */
const lab = labFixture({ name: 'charts', flags: ['--operator'], helm: true });

describe('the charts on a lab with the operator', () => {
  let helm: Helm;
  let scene: Scene;
  let restricted: string;
  before(async function () {
    this.timeout(BUILD_LIMIT);
    await lab.mochaGlobalSetup();
    helm = await openHelm({ KUBECONFIG: theLab().variables.KUBECONFIG });
    scene = await openScene('charts');
    restricted = `it-restricted-${randomBytes(3).toString('hex')}`;
    await kubectl(['create', 'namespace', restricted]);
    await kubectl(['label', 'namespace', restricted, 'pod-security.kubernetes.io/enforce=restricted', 'pod-security.kubernetes.io/enforce-version=latest']);
  });
  after(async () => {
    // They are missing if the lab did not come up.
    await (scene as Scene | undefined)?.close();
    (helm as Helm | undefined)?.close();
    await lab.mochaGlobalTeardown();
  });

  /** Asks the API server for a pod of the Deployment, as a dry run. */
  async function tryPod(objects: readonly Rendered[]): Promise<string> {
    const { template } = (objects.find(({ kind }) => kind === 'Deployment') as unknown as { spec: { template: { metadata: object; spec: object } } }).spec;
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { ...template.metadata, name: 'operator', namespace: restricted }, spec: { ...template.spec, serviceAccountName: 'default' } };
    return kubectl(['create', '--dry-run=server', '--warnings-as-errors', '-f', '-'], JSON.stringify(pod));
  }

  for (const [cluster, values] of Object.entries(clusters)) {
    it(`give pods that a restricted namespace allows: ${cluster}`, async () => {
      const objects = await helm.render(OPERATOR_CHART, values);
      assert.match(await tryPod(objects), /pod\/operator created/);
      const others = objects.filter(({ metadata }) => metadata.namespace !== 'north').map((object) => ({ ...object, metadata: { ...object.metadata, ...(object.metadata.namespace === undefined ? {} : { namespace: restricted }) } }));
      await kubectl(['create', '--dry-run=server', '--validate=strict', '-f', '-'], others.map((object) => dump(object)).join('---\n'));
    });
  }

  it('would not pass without their security context', async () => {
    await assert.rejects(tryPod(await helm.render(OPERATOR_CHART, { securityContext: { allowPrivilegeEscalation: true } })), /violates PodSecurity "restricted/);
  });

  it('install, upgrade, roll back and uninstall the operator; devices and their types stay', async function () {
    this.timeout(240_000);
    const [name, plain] = [scene.name(), scene.name()];
    const install = await helm.ok(['install', 'op', OPERATOR_CHART, '--namespace', restricted]);
    assert.match(install, /STATUS: deployed/);
    assert.match(install, /kubectl create secret generic edge-vm-hub -n /);
    await kubectl(['wait', '--for=condition=Established', 'crd/edgedevices.edge-vm.io', '--timeout=30s']);
    await helm.ok(['install', name, DEVICE_CHART, '--namespace', scene.namespace, '--set', 'vm.memory=4Gi,labels.site=north']);
    assertCode(await scene.run(['create', plain, '--register', '--wait-for', 'running']), 0);
    const kept = async (): Promise<string[]> => Promise.all([
      kubectl(['get', 'edgedevice', name, '-n', scene.namespace, '-o', 'jsonpath={.metadata.uid} {.metadata.generation} {.spec.vm.memory}']),
      kubectl(['get', 'virtualmachine', plain, '-n', scene.namespace, '-o', 'jsonpath={.metadata.uid} {.metadata.generation}']),
      kubectl(['get', 'crd', 'edgedevices.edge-vm.io', '-o', 'jsonpath={.metadata.uid}']),
    ]);
    const before = await kept();
    const running = (): Promise<string> => kubectl(['get', 'deployment', 'op-edge-vm', '-n', restricted, '-o', 'jsonpath={.spec.replicas} {.spec.template.spec.containers[0].image}']);

    await helm.ok(['upgrade', 'op', OPERATOR_CHART, '--namespace', restricted, '--set', 'replicas=3,image.tag=0.2.0']);
    assert.equal(await running(), '3 edge-vm:0.2.0');
    assert.deepEqual(await kept(), before);
    await helm.ok(['rollback', 'op', '1', '--namespace', restricted]);
    assert.equal(await running(), '2 edge-vm:0.1.0');
    assert.deepEqual(await kept(), before);
    await helm.ok(['uninstall', 'op', '--namespace', restricted, '--wait']);
    assert.deepEqual(await kept(), before);
    const left = await kubectl(['get', 'all,serviceaccounts,secrets,configmaps,roles,rolebindings,poddisruptionbudgets', '-n', restricted, '-o', 'name', '--ignore-not-found', '-l', 'app.kubernetes.io/instance=op']);
    const ofCluster = await kubectl(['get', 'clusterroles,clusterrolebindings', '-o', 'name', '-l', `app.kubernetes.io/instance=op`]);
    assert.deepEqual([left.trim(), ofCluster.split('\n').filter((line) => line.includes(restricted))], ['', []]);
    await helm.ok(['install', 'op', OPERATOR_CHART, '--namespace', restricted]);
    assert.deepEqual(await kept(), before, 'a second installation takes the devices over');
    await helm.ok(['uninstall', 'op', '--namespace', restricted, '--wait']);
  });

  it('leave the types to kubectl, which upgrades those that Helm made', async () => {
    const before = await kubectl(['get', 'crd', 'edgedevices.edge-vm.io', '-o', 'jsonpath={.metadata.uid}']);
    await kubectl(['apply', '--server-side', '--force-conflicts', '-f', repositoryFile('charts', 'edge-vm', 'crds')]);
    assert.equal(await kubectl(['get', 'crd', 'edgedevices.edge-vm.io', '-o', 'jsonpath={.metadata.uid}']), before);
  });

  it('make a device that gets ready, change it, and delete it with all that belongs to it', async function () {
    this.timeout(240_000);
    const name = scene.name();
    const flags = ['--namespace', name];
    await helm.ok(['install', name, DEVICE_CHART, ...flags, '--create-namespace', '--set', 'vm.cpus=2']);
    await kubectl(['wait', `edgedevice/${name}`, '-n', name, '--for=condition=Ready', '--timeout=120s']);
    assert.notEqual(await scene.hub.device(name), undefined);
    const seen = await cli(['list', '-n', name, '-o', 'json']);
    assert.deepEqual(seen.json<{ items: { name: string; ready: boolean }[] }>().items.map((item) => [item.name, item.ready]), [[name, true]]);
    await helm.ok(['upgrade', name, DEVICE_CHART, ...flags, '--set', 'vm.memory=1Gi']);
    // A VM keeps its memory until it starts again.
    await kubectl(['wait', `edgedevice/${name}`, '-n', name, '--for=condition=UpToDate=False', '--timeout=60s']);
    // What the schema of the values cannot say, the API server checks.
    const refused = await helm.run(['upgrade', name, DEVICE_CHART, ...flags, '--set', 'hub.hostname=https://contoso']);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /spec\.hub\.hostname.*must be the host name of an IoT Hub/);
    const renamed = await helm.run(['upgrade', name, DEVICE_CHART, ...flags, '--set', 'name=other']);
    assert.equal(renamed.code, 1);
    assert.match(renamed.stderr, new RegExp(`the device of this release is ${name}, and name is now other: .* it would delete ${name}\\. Set name=${name}, or install another release for other`));
    assert.match(await helm.ok(['uninstall', name, ...flags, '--wait', '--timeout', '2m']), /uninstalled/);
    // The disk was told to go, and goes in its own time.
    await eventually('all of the device is gone', async () => (await kubectl(['get', 'edgedevices,virtualmachines,datavolumes,secrets', '-n', name, '-l', 'app.kubernetes.io/name=edge-vm', '-o', 'name'])) === '', 60);
    assert.equal(await scene.hub.device(name), undefined);
    await kubectl(['delete', 'namespace', name, '--wait=false']);
  });

  it('agree with the static manifest, which kubectl applies', async () => {
    const namespace = `it-operator-${randomBytes(3).toString('hex')}`;
    const manifest = (await readFile(repositoryFile('packaging', 'operator', 'edge-vm-operator.yaml'), 'utf8')).replaceAll('edge-vm-system', namespace);
    await kubectl(['apply', '--server-side', '--force-conflicts', '-f', '-'], manifest);
    try {
      assert.match(await kubectl(['apply', '--server-side', '-f', '-'], manifest), /deployment\.apps\/edge-vm serverside-applied/);
      const account = `system:serviceaccount:${namespace}:edge-vm`;
      const may = (verb: string, resource: string, ...flags: string[]): Promise<string> => kubectl(['auth', 'can-i', verb, resource, `--as=${account}`, ...flags]).catch((error: { stdout?: string }) => error.stdout ?? '');
      assert.equal(await may('patch', 'edgedevices.edge-vm.io/status', '-n', scene.namespace), 'yes');
      assert.equal(await may('create', 'leases.coordination.k8s.io', '-n', namespace), 'yes');
      assert.equal(await may('create', 'leases.coordination.k8s.io', '-n', scene.namespace), 'no');
      assert.equal(await may('delete', 'edgedevices.edge-vm.io', '-n', scene.namespace), 'no');
      assert.equal(await may('delete', 'nodes'), 'no');
    } finally {
      const name = `${namespace}-edge-vm`;
      await kubectl(['delete', ...['', '-view', '-edit'].map((end) => `clusterrole/${name}${end}`), `clusterrolebinding/${name}`]);
      await kubectl(['delete', 'namespace', namespace, '--wait=false']);
    }
  });

  describe('edge-vm lab up --operator', () => {
    const inNamespace = (...args: string[]): string[] => [...args, '-n', scene.namespace];
    const lab = (...args: string[]): Promise<unknown> => cli(['lab', ...args, '--name', 'charts'], { env: labEnvironment() }).then((run) => assertCode(run, 0));
    const ready = (): Promise<string> => kubectl(inNamespace('wait', 'edgedevice/gw-01', '--for=condition=Ready', '--timeout=120s'));

    it('runs it as one of the lab’s processes, with the rights of its ServiceAccount', async () => {
      const { state, operator, running } = await statusOfLab();
      assert.deepEqual([state, running], ['up', true]);
      const may = rights(operator!.kubeconfig);
      assert.deepEqual([await may('patch', 'edgedevices.edge-vm.io', '-A'), await may('create', 'leases.coordination.k8s.io', '-n', 'edge-vm-system')], ['yes', 'yes']);
      assert.deepEqual([await may('delete', 'nodes'), await may('create', 'deployments.apps', '-A'), await may('delete', 'edgedevices.edge-vm.io', '-A')], ['no', 'no', 'no']);
    });

    it('starts it again after it was killed, without the flag too; it goes on', async () => {
      await kubectl(inNamespace('apply', '-f', repositoryFile('docs', 'examples', 'minimal.yaml')));
      await ready();
      const { pid } = await statusOfLab();
      process.kill(pid, 'SIGKILL');
      await kubectl(inNamespace('delete', 'virtualmachine', 'gw-01'));
      await lab('up');
      const now = await statusOfLab();
      assert.deepEqual([now.state, now.running, now.pid === pid], ['up', true, false]);
      await kubectl(inNamespace('wait', '--for=create', 'virtualmachine/gw-01', '--timeout=60s'));
      await ready();
      await lab('up');
      assert.equal((await statusOfLab()).pid, now.pid, 'an operator that runs goes on');
    });

    it('needs no right that its ServiceAccount does not have', async () => {
      await kubectl(inNamespace('delete', 'edgedevice', 'gw-01', '--timeout=120s'));
      const metrics = await (await fetch((await statusOfLab()).operator!.metrics)).text();
      assert.match(metrics, /^edge_vm_api_requests_total\{verb="delete",resource="virtualmachines",code="200"\} \d+$/m);
      assert.deepEqual(metrics.split('\n').filter((line) => line.startsWith('edge_vm_api_requests_total') && /code="403"/.test(line)), []);
    });
  });
});
