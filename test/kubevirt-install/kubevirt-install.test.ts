import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { startBareCluster, type BareCluster } from './support/cluster.js';
import { MANIFESTS, otherKubeVirt, rebuiltManifests, repositoryFile, sha256 } from './support/manifests.js';
import { playOperators } from './support/operators.js';
import { runScript, type ScriptOptions, type ScriptResult } from './support/script.js';

// One story: the tests run in this order, on one cluster that begins without KubeVirt and ends without it.
describe('kubevirt-install.sh', () => {
  let cluster: BareCluster;
  let manifests: string;
  let stopOperators: (() => Promise<void>) | undefined;
  const kubectl = (args: readonly string[], input?: string): Promise<string> => cluster.kubectl(args, input);
  const run = (args: readonly string[], options?: ScriptOptions): Promise<ScriptResult> => runScript(cluster, ['--manifests', manifests, ...args], options);

  before(async function () {
    // The first time, Go compiles the generators of the manifests.
    this.timeout(1_200_000);
    manifests = await rebuiltManifests();
    cluster = await startBareCluster();
  });
  after(async () => {
    await stopOperators?.();
    await cluster.stop();
  });

  function assertRun(result: ScriptResult, code: number, ...words: (RegExp | string)[]): void {
    const shown = `${result.stdout}\n${result.stderr}`;
    assert.equal(result.code, code, shown);
    for (const word of words) assert.ok(typeof word === 'string' ? shown.includes(word) : word.test(shown), `${String(word)} is not in:\n${shown}`);
  }

  /** Every object that the script could have made, with its version in the store. */
  async function snapshot(): Promise<string> {
    const kinds = 'namespaces,customresourcedefinitions,clusterroles,clusterrolebindings,priorityclasses';
    const own = await kubectl(['get', kinds, '-o', 'jsonpath={range .items[*]}{.kind} {.metadata.name} {.metadata.resourceVersion}{"\\n"}{end}']);
    const inNamespaces = await kubectl(['get', 'deployments,roles,rolebindings', '-A', '-o', 'jsonpath={range .items[*]}{.kind} {.metadata.name} {.metadata.generation} {.metadata.labels}{"\\n"}{end}']);
    // Kubernetes itself changes others, for example roles that others add up to.
    return `${own}\n${inNamespaces}`.split('\n').filter((line) => /kubevirt|cdi/.test(line)).join('\n');
  }

  async function assertNothingChanged(action: () => Promise<void>): Promise<void> {
    const before = await snapshot();
    await action();
    assert.equal(await snapshot(), before);
  }

  async function killed(args: readonly string[], killIn: string): Promise<void> {
    const result = await runScript(cluster, args, { killIn });
    assert.equal(result.code, undefined, `there was no call of kubectl with ${killIn}:\n${result.calls.join('\n')}\n${result.stderr}`);
  }

  const jsonpath = (args: readonly string[], path: string): Promise<string> => kubectl(['get', ...args, '-o', `jsonpath=${path}`]);

  it('pins the sums of the files that KubeVirt’s and CDI’s own generators make', async () => {
    const lines = (await readFile(repositoryFile('scripts', 'kubevirt', 'manifests.sha256'), 'utf8')).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    const pinned = new Map(lines.map((line) => line.split('  ') as [string, string]).map(([sum, path]) => [path, sum]));
    for (const name of MANIFESTS) {
      const path = name.startsWith('cdi') ? `cdi/v1.65.0/${name}` : `kubevirt/v1.8.2/${name}`;
      assert.equal(pinned.get(path), sha256(await readFile(join(manifests, name))), path);
    }
  });

  it('installs by default the versions of the lab', async () => {
    const module = await readFile(repositoryFile('lab', 'programs', 'core', 'go.mod'), 'utf8');
    const help = (await run(['--help'])).stdout;
    for (const [flag, path] of [['kubevirt', 'kubevirt.io/kubevirt'], ['cdi', 'kubevirt.io/containerized-data-importer']] as const) {
      const version = new RegExp(`${path} (v\\S+)`).exec(module)?.[1];
      assert.match(help, new RegExp(`--${flag}-version V\\s+default: ${version?.replaceAll('.', '\\.')}\\b`));
    }
    for (const line of help.split('\n')) assert.ok(line.length <= 80, line);
  });

  it('reports all wrong usage at once', async () => {
    const result = await run(['--timeout', 'soon', '--emulation=maybe', '--kubevirt-version', 'latest', '--what', '--sha256', 'x=y', '--image-registry', 'http://x']);
    assertRun(result, 2, 'soon', 'maybe', 'latest', '--what', 'x=y', 'http://x');
    assert.deepEqual(result.calls, []);
    const nearly = await run(['--dry-rum', '--what-if', '--storage-clas', 'disks', '--yes=maybe', '--context', '--yes', '--manifests', '/nowhere', '--kubevirt-version=v1.5.0', 'more']);
    assertRun(nearly, 2, 'unknown flag --dry-rum; did you mean --dry-run?', 'unknown flag --what-if; did you mean --dry-run?', 'unknown flag --storage-clas; did you mean --storage-class?', '--yes=maybe: accepted are true, false', '--context needs a value', "--manifests: there is no folder '/nowhere'", '--kubevirt-version v1.5.0 is too old: edge-vm needs KubeVirt 1.6 or newer, and is tested with v1.8.2', "unexpected argument 'more'");
    assert.doesNotMatch(nearly.stderr, /disks/, 'what follows an unknown flag is its value');
  });

  it('changes nothing with --dry-run, or without agreement', async () => {
    await assertNothingChanged(async () => {
      assertRun(await run(['--dry-run']), 0, 'CustomResourceDefinition kubevirts.kubevirt.io', 'Deployment cdi/cdi-operator', 'CDI v1.65.0: install');
      assertRun(await run([]), 2, '--yes');
      assertRun(await run(['--dry-run=true', '--yes=false']), 0, 'CDI v1.65.0: install');
      assertRun(await run([], { answers: ['n'] }), 130, 'install KubeVirt v1.8.2', 'did not agree');
    });
  });

  it('applies nothing if a manifest is changed, cut off, unknown or missing', async () => {
    await assertNothingChanged(async () => {
      const changed = join(cluster.folder, 'changed');
      await cp(manifests, changed, { recursive: true });
      await writeFile(join(changed, 'kubevirt-cr.yaml'), `${await readFile(join(manifests, 'kubevirt-cr.yaml'), 'utf8')}\n`);
      assertRun(await runScript(cluster, ['--manifests', changed, '--yes']), 3, 'kubevirt-cr.yaml has', '43106136dbce3312bdbfdeae612aacafc6c12da518d233f90645b4685d84a2af', 'nothing was applied');

      const unknown = await runScript(cluster, ['--manifests', changed, '--yes', '--cdi-version', 'v1.99.0', '--sha256', `kubevirt-cr.yaml=${sha256(await readFile(join(changed, 'kubevirt-cr.yaml')))}`]);
      assertRun(unknown, 3, 'no checksum is known for cdi-operator.yaml cdi-cr.yaml', `--sha256 cdi-cr.yaml=${sha256(await readFile(join(manifests, 'cdi-cr.yaml')))}`);

      await mkdir(join(cluster.folder, 'empty'));
      assertRun(await runScript(cluster, ['--manifests', join(cluster.folder, 'empty'), '--yes']), 3, 'there is no cdi-operator.yaml');

      const server = createServer((request, response) => {
        if (request.url?.endsWith('cdi-operator.yaml') !== true) return void response.writeHead(404).end();
        response.writeHead(200, { 'content-length': '356707' });
        response.write('apiVersion: v1\n', () => response.destroy());
      });
      const url = `${await listen(server)}/mirror`;
      const cut = await runScript(cluster, ['--manifests', url.replace('//', '//jane:secret@'), '--yes']);
      server.close();
      assertRun(cut, 3, `cannot fetch ${url}/cdi-operator.yaml`);
      assert.doesNotMatch(cut.stderr, /secret/);
    });
  });

  it('refuses OpenShift, and a storage class that does not exist', async () => {
    await kubectl(['create', '-f', '-'], type('projects.config.openshift.io', 'config.openshift.io', 'Project'));
    await kubectl(['wait', '--for=condition=Established', 'crd/projects.config.openshift.io']);
    await assertNothingChanged(async () => {
      const found = await eventually(async () => {
        const result = await run(['--yes', '--dry-run']);
        return result.code === 3 ? result : undefined;
      });
      assertRun(found, 3, 'OpenShift Virtualization', 'OperatorHub');
    });
    await kubectl(['delete', 'crd', 'projects.config.openshift.io']);
    await eventually(async () => ((await kubectl(['get', '--raw', '/apis'])).includes('openshift') ? undefined : true));
    assertRun(await run(['--yes', '--storage-class', 'nope']), 3, 'there is no storage class nope');
  });

  it('says who made types that nothing else belongs to, and knows the lab', async () => {
    for (const [manager, ...words] of [['edge-vm-lab', 'this cluster is the lab of edge-vm', 'nothing to remove'], ['acme-installer', 'the types of CDI are in the cluster', 'was made by: acme-installer at 20']] as const) {
      await kubectl(['apply', '--server-side', '--field-manager', manager, '-f', '-'], type('cdis.cdi.kubevirt.io', 'cdi.kubevirt.io', 'CDI', 'v1beta1', 'Cluster'));
      await kubectl(['wait', '--for=condition=Established', 'crd/cdis.cdi.kubevirt.io']);
      await assertNothingChanged(async () => assertRun(await run(['--yes']), 3, ...words));
      await kubectl(['delete', 'crd', 'cdis.cdi.kubevirt.io']);
    }
  });

  it('says which right is missing, at each step', async () => {
    const jane = await cluster.user('jane');
    const as = (args: readonly string[]): Promise<ScriptResult> => run([...args, '--yes'], { kubeconfig: jane });
    assertRun(await as([]), 3, 'you may not do this: cannot list the nodes', 'cluster-admin');
    const grant = async (name: string, ...rights: string[]): Promise<void> => {
      await kubectl(['create', 'clusterrole', name, ...rights]);
      await kubectl(['create', 'clusterrolebinding', name, `--clusterrole=${name}`, '--user=jane']);
    };
    await grant('jane-nodes', '--verb=get,list', '--resource=nodes');
    assertRun(await as([]), 3, 'cannot look for the type kubevirts.kubevirt.io');
    await grant('jane-types', '--verb=get,list', '--resource=customresourcedefinitions.apiextensions.k8s.io,namespaces');
    await assertNothingChanged(async () => assertRun(await as([]), 3, 'cannot apply the operator of CDI', 'namespaces "cdi" is forbidden'));
    await grant('jane-apply', '--verb=create,patch', '--resource=customresourcedefinitions.apiextensions.k8s.io,namespaces,serviceaccounts');
    // She still may not give rights that she does not have. Namespace and type are there then, with the label: the next run goes on.
    assertRun(await as([]), 3, 'cannot apply the operator of CDI', /roles?\.rbac\.authorization\.k8s\.io/);
    assert.equal(await jsonpath(['crd', 'cdis.cdi.kubevirt.io'], '{.metadata.labels.edge-vm\\.io/installed-by}'), 'kubevirt-install');
  });

  it('says which policy refuses the pods, when the time is up', async () => {
    await kubectl(['apply', '-f', '-'], policy);
    // A policy is in force a moment after it is made.
    await eventually(async () => {
      try {
        await kubectl(['run', 'probe', '-n', 'cdi', '--image=x', '--dry-run=server']);
        return undefined;
      } catch {
        return true;
      }
    });
    const result = await run(['--yes', '--timeout', '7s']);
    await kubectl(['delete', 'validatingadmissionpolicybinding,validatingadmissionpolicy', 'no-unsigned-images']);
    assertRun(result, 4, 'the time is up (7s)', 'CDI: its operator has not begun yet', /Deployment cdi-operator: its pods are refused: .*no-unsigned-images/, /Deployment virt-operator: its pods are refused/, 'exempt the namespaces kubevirt and cdi');
  });

  it('says which image cannot be pulled', async () => {
    const result = await run(['--yes', '--timeout', '8s', '--image-registry', 'broken.invalid/kubevirt']);
    assertRun(result, 4, 'the time is up (8s)', 'the image broken.invalid/kubevirt/cdi-operator:v1.65.0 cannot be pulled', 'the image broken.invalid/kubevirt/virt-operator:v1.8.2 cannot be pulled', '--image-registry');
    const images = await jsonpath(['deployments', '-n', 'cdi', 'cdi-operator'], '{.spec.template.spec.containers[0].env[*].value}');
    assert.doesNotMatch(images, /quay\.io/, 'images of the parts come from the registry too');
    await run(['--yes', '--timeout', '1s']);
    assert.equal(await jsonpath(['deployments', '-n', 'kubevirt', 'virt-operator'], '{.spec.template.spec.containers[0].image}'), 'broken.invalid/kubevirt/virt-operator:v1.8.2', 'the choice stays');
  });

  it('is removed again, also after a kill', async () => {
    for (const words of ['delete kubevirts.kubevirt.io', 'delete namespace cdi']) await killed(['--uninstall', '--yes'], words);
    assertRun(await runScript(cluster, ['--uninstall', '--yes', '--timeout', '60s']), 0, 'removed');
    const left = await kubectl(['get', 'namespaces,customresourcedefinitions,clusterroles,clusterrolebindings,priorityclasses', '-o', 'name']);
    assert.doesNotMatch(left, /kubevirt|cdi/);
    assertRun(await runScript(cluster, ['--uninstall', '--yes']), 0, 'nothing to remove');
  });

  it('goes on after a kill in the middle of each apply, on a cluster without control-plane nodes', async () => {
    await kubectl(['label', 'node', 'infra', 'node-role.kubernetes.io/control-plane-']);
    stopOperators = playOperators(cluster.api);
    const older = await otherKubeVirt(manifests, join(cluster.folder, 'v1.7.1'), 'v1.7.1');
    const args = ['--manifests', older.folder, ...older.flags, '--yes', '--timeout', '60s'];
    for (const file of ['cdi-operator', 'cdi-cr', 'kubevirt-operator', 'kubevirt-cr']) await killed(args, `${file}.ready.yaml`);
    const done = await runScript(cluster, args);
    assertRun(done, 0, 'KubeVirt is available', 'CDI is available', '0 of them with the control-plane role', 'own pods may run on any node', '7 nodes can run virtual machines', 'no default storage class');
    assert.equal(await jsonpath(['kubevirts', '-n', 'kubevirt', 'kubevirt'], '{.spec.infra}'), '{"nodePlacement":{}}');
    assert.equal(await jsonpath(['deployments', '-n', 'kubevirt', 'virt-operator'], '{.spec.template.spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution}'), '');
    assert.equal(await jsonpath(['kubevirts', '-n', 'kubevirt', 'kubevirt'], '{.status.observedKubeVirtVersion}'), 'v1.7.1');
    assert.equal(await jsonpath(['kubevirts', '-n', 'kubevirt', 'kubevirt'], '{.spec.configuration.developerConfiguration.useEmulation}'), '');
  });

  it('upgrades by one minor version if a person agrees; never by two, and never back', async () => {
    await assertNothingChanged(async () => {
      assertRun(await run(['--kubevirt-version', 'v1.9.0', '--yes']), 3, 'KubeVirt v1.7.1 is installed', 'skips a minor version', '--kubevirt-version v1.8.0');
      assertRun(await run(['--kubevirt-version', 'v1.7.0', '--yes']), 3, 'a downgrade is not possible');
      assertRun(await run(['--cdi-version', 'v1.64.0', '--yes']), 3, 'CDI v1.65.0 is installed', 'a downgrade is not possible');
      assertRun(await run([]), 2, 'upgrade KubeVirt from v1.7.1 to v1.8.2', '--yes');
    });
    await kubectl(['apply', '-f', '-'], storage);
    // An object with a conflict is not applied, so the upgrade would not happen.
    await kubectl(['scale', 'deployment', 'virt-operator', '-n', 'kubevirt', '--replicas=1']);
    assertRun(await run(['--yes']), 3, 'somebody has changed what this script applies', '--force-conflicts');
    const result = await run(['--timeout', '60s', '--force-conflicts'], { answers: ['y'] });
    assertRun(result, 0, 'upgrade from v1.7.1', 'KubeVirt is available', 'storage class disks: a disk is made when its virtual machine has a node', 'edge-vm create NAME --storage-class disks --access-mode ReadWriteOnce --volume-mode Filesystem');
    assert.equal(await jsonpath(['kubevirts', '-n', 'kubevirt', 'kubevirt'], '{.status.observedKubeVirtVersion}'), 'v1.8.2');
  });

  it('changes nothing when run again, and keeps what people have set', async () => {
    await kubectl(['patch', 'kubevirts', 'kubevirt', '-n', 'kubevirt', '--type=merge', '-p', '{"spec":{"configuration":{"developerConfiguration":{"featureGates":["Snapshot"]}},"infra":{"replicas":1}}}']);
    await kubectl(['scale', 'deployment', 'virt-operator', '-n', 'kubevirt', '--replicas=1']);
    await eventually(async () => ((await jsonpath(['deployments', '-n', 'kubevirt', 'virt-operator'], '{.status.replicas}')) === '1' ? true : undefined));
    await assertNothingChanged(async () => assertRun(await run([]), 0, 'KubeVirt v1.8.2: check', 'somebody has changed what this script applies, and that stays', 'done'));
    assert.equal(await jsonpath(['kubevirts', '-n', 'kubevirt', 'kubevirt'], '{.spec.configuration.developerConfiguration.featureGates} {.spec.infra}'), '["Snapshot"] {"nodePlacement":{},"replicas":1}');
  });

  it('knows what CDI says of the storage class', async () => {
    await kubectl(['apply', '-f', '-'], type('storageprofiles.cdi.kubevirt.io', 'cdi.kubevirt.io', 'StorageProfile', 'v1beta1', 'Cluster'));
    await kubectl(['wait', '--for=condition=Established', 'crd/storageprofiles.cdi.kubevirt.io']);
    await kubectl(['apply', '-f', '-'], '{"apiVersion":"cdi.kubevirt.io/v1beta1","kind":"StorageProfile","metadata":{"name":"disks"},"status":{"claimPropertySets":[{"accessModes":["ReadWriteOnce"],"volumeMode":"Block"}]}}');
    assertRun(await run(['--storage-class', 'disks']), 0, 'CDI knows how to use it: ReadWriteOnce Block');
  });

  it('switches emulation on only if no node has KVM and a person agrees', async () => {
    const nodes = (await kubectl(['get', 'nodes', '-o', 'name'])).split('\n').map((name) => name.slice('node/'.length));
    for (const node of nodes) await kubectl(['patch', 'node', node, '--subresource=status', '--type=json', '-p', '[{"op":"remove","path":"/status/allocatable/devices.kubevirt.io~1kvm"}]']);
    const emulates = (): Promise<string> => jsonpath(['kubevirts', '-n', 'kubevirt', 'kubevirt'], '{.spec.configuration.developerConfiguration.useEmulation}');
    await assertNothingChanged(async () => {
      assertRun(await run(['--yes']), 3, 'no node offers KVM', 'nested virtualization', '--emulation yes');
      assertRun(await run([], { answers: ['n'] }), 3, 'Let KubeVirt emulate the CPU?', 'no node offers KVM');
      assert.equal(await emulates(), '');
    });
    assertRun(await run(['--emulation', 'yes']), 0, 'KubeVirt now emulates the CPU');
    assert.equal(await emulates(), 'true');
    await kubectl(['patch', 'kubevirts', 'kubevirt', '-n', 'kubevirt', '--type=json', '-p', '[{"op":"remove","path":"/spec/configuration/developerConfiguration/useEmulation"}]']);
    assertRun(await run([], { answers: ['y'] }), 0, 'KubeVirt now emulates the CPU');
    assert.equal(await emulates(), 'true');
  });

  it('does not touch what something else installed', async () => {
    const unlabel = (value: string): Promise<string> => kubectl(['label', 'crd', 'kubevirts.kubevirt.io', 'cdis.cdi.kubevirt.io', `edge-vm.io/installed-by${value}`, '--overwrite']);
    await unlabel('-');
    await kubectl(['label', 'deployment', 'virt-operator', '-n', 'kubevirt', 'olm.owner=kubevirt.v1.8.2']);
    await assertNothingChanged(async () => {
      assertRun(await runScript(cluster, []), 0, 'KubeVirt v1.8.2 is there, installed by the Operator Lifecycle Manager. It stays as it is.', 'CDI v1.65.0 is there, installed by something else');
      assertRun(await runScript(cluster, ['--kubevirt-version', 'v1.8.9', '--yes']), 0, '--kubevirt-version v1.8.9 has no effect', 'done');
      await stopOperators?.();
      stopOperators = undefined;
      await cluster.api.mergePatch('/apis/kubevirt.io/v1/namespaces/kubevirt/kubevirts/kubevirt/status', { status: { observedKubeVirtVersion: 'v1.5.3' } });
      assertRun(await runScript(cluster, ['--yes']), 3, 'edge-vm needs KubeVirt 1.6 or newer, and v1.5.3 is installed');
      await cluster.api.mergePatch('/apis/kubevirt.io/v1/namespaces/kubevirt/kubevirts/kubevirt/status', { status: { observedKubeVirtVersion: 'v1.7.0' } });
      assertRun(await runScript(cluster, ['--kubevirt-version', 'v1.9.0', '--dry-run']), 0, 'edge-vm is tested with v1.8.2', '--kubevirt-version v1.9.0 has no effect');
      assertRun(await runScript(cluster, ['--uninstall', '--yes']), 0, 'was not installed by this script; it stays', 'nothing to remove');
    });
    await unlabel('=kubevirt-install');
  });

  it('says the last state when the time is up', async () => {
    await cluster.api.mergePatch('/apis/kubevirt.io/v1/namespaces/kubevirt/kubevirts/kubevirt/status', {
      status: { phase: 'Deploying', observedKubeVirtVersion: 'v1.8.2', conditions: [{ type: 'Available', status: 'False', reason: 'DeploymentInProgress', message: 'Deploying version v1.8.2' }] },
    });
    assertRun(await run(['--timeout', '3s']), 4, 'the time is up (3s)', 'KubeVirt: phase Deploying, version v1.8.2 Available=False (DeploymentInProgress: Deploying version v1.8.2)', 'Run the command again');
  });

  it('is not removed while there are virtual machines or disks', async () => {
    for (const [name, group, kind] of [['virtualmachines', 'kubevirt.io', 'VirtualMachine'], ['datavolumes', 'cdi.kubevirt.io', 'DataVolume']] as const) {
      const version = group === 'kubevirt.io' ? 'v1' : 'v1beta1';
      await kubectl(['apply', '-f', '-'], type(`${name}.${group}`, group, kind, version));
      await kubectl(['wait', '--for=condition=Established', `crd/${name}.${group}`]);
      await kubectl(['create', '-f', '-'], JSON.stringify({ apiVersion: `${group}/${version}`, kind, metadata: { name: 'gw-01', namespace: 'default' } }));
    }
    await assertNothingChanged(async () => {
      assertRun(await runScript(cluster, ['--uninstall', '--yes']), 3, 'virtualmachines: default/gw-01', 'datavolumes: default/gw-01', 'nothing was removed');
      await kubectl(['delete', 'virtualmachines,datavolumes', '-n', 'default', '--all']);
      assertRun(await runScript(cluster, ['--uninstall']), 2, '--yes');
    });
    assertRun(await runScript(cluster, ['--uninstall', '--timeout', '60s'], { answers: ['y'] }), 0, 'removed');
  });
});

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function eventually<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (let tries = 0; tries < 100; tries++) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error('it did not happen in time');
}

/** A type without a schema. */
function type(name: string, group: string, kind: string, version = 'v1', scope = 'Namespaced'): string {
  return JSON.stringify({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name },
    spec: { group, scope, names: { kind, plural: name.split('.')[0] }, versions: [{ name: version, served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } } }] },
  });
}

const policy = JSON.stringify({
  apiVersion: 'v1',
  kind: 'List',
  items: [
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name: 'no-unsigned-images' },
      spec: {
        failurePolicy: 'Fail',
        matchConstraints: { resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }] },
        validations: [{ expression: "!(object.metadata.namespace in ['kubevirt', 'cdi'])", message: 'the image is not signed' }],
      },
    },
    { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicyBinding', metadata: { name: 'no-unsigned-images' }, spec: { policyName: 'no-unsigned-images', validationActions: ['Deny'] } },
  ],
});

const storage = JSON.stringify({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: 'disks', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
  provisioner: 'example.test/disks',
  volumeBindingMode: 'WaitForFirstConsumer',
});
