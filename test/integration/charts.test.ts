import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dump } from 'js-yaml';
import { BUILD_LIMIT, DEVICE_CHART, openHelm, OPERATOR_CHART, type Helm, type Rendered } from '../helpers/helm.js';
import { assertCode } from './harness/cli.js';
import { theLab } from './harness/lab.js';
import { repositoryFile } from './harness/paths.js';
import { kubectl } from './harness/programs.js';
import { openScene, type Scene } from './harness/scene.js';

/** Values of clusters of different kinds. The pods of all of them must be allowed in a restricted namespace. */
const clusters: Record<string, object> = {
  'the default values': {},
  'one replica without hub': { replicas: 1, leaderElection: { enabled: false }, hub: { secrets: [] } },
  'a company network': { proxy: { existingSecret: 'proxy' }, extraCa: { configMap: 'roots' }, hub: { endpoint: 'https://hub.example', ca: { configMap: 'hub' }, secrets: [{ name: 'a' }, { name: 'b', key: 'cs' }] } },
  'OpenShift': { podSecurityContext: { runAsUser: null, runAsGroup: null, fsGroup: null } },
  'named namespaces, other volumes': { watch: { namespaces: ['north'] }, extraVolumes: [{ name: 'x', configMap: { name: 'x' } }], extraVolumeMounts: [{ name: 'x', mountPath: '/x' }], priorityClassName: 'system-cluster-critical' },
};

describe('the charts on a cluster', () => {
  let helm: Helm;
  let scene: Scene;
  let restricted: string;
  before(async function () {
    this.timeout(BUILD_LIMIT);
    helm = await openHelm({ KUBECONFIG: theLab().variables.KUBECONFIG });
    scene = await openScene('charts');
    restricted = `it-restricted-${randomBytes(3).toString('hex')}`;
    await kubectl(['create', 'namespace', restricted]);
    await kubectl(['label', 'namespace', restricted, 'pod-security.kubernetes.io/enforce=restricted', 'pod-security.kubernetes.io/enforce-version=latest']);
  });
  after(async () => {
    await kubectl(['delete', 'namespace', restricted, '--wait=false']);
    await scene.close();
    helm.close();
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

  it('make a device, change it, and delete it', async () => {
    const name = scene.name();
    const flags = ['--namespace', scene.namespace];
    await helm.ok(['install', name, DEVICE_CHART, ...flags, '--set', 'vm.cpus=2']);
    const vm = (): Promise<string> => kubectl(['get', 'edgedevice', name, '-n', scene.namespace, '-o', 'jsonpath={.spec.identity}{.spec.vm.cpus}']);
    assert.equal(await vm(), '{"register":{}}2');
    await helm.ok(['upgrade', name, DEVICE_CHART, ...flags, '--set', 'vm.cpus=4']);
    assert.equal(await vm(), '{"register":{}}4');
    // What the schema of the values cannot say, the API server checks.
    const refused = await helm.run(['upgrade', name, DEVICE_CHART, ...flags, '--set', 'hub.hostname=https://contoso']);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /spec\.hub\.hostname.*must be the host name of an IoT Hub/);
    assert.match(await helm.ok(['uninstall', name, ...flags]), /uninstalled/);
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
});
