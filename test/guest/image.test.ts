import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { parseYaml } from '../../src/support/yaml.js';
import { BUILD_LIMIT, openHelm, OPERATOR_CHART, type Helm } from '../helpers/helm.js';
import { assertCode, cli } from '../integration/harness/cli.js';
import { theLab } from '../integration/harness/lab.js';
import { repositoryFile } from '../integration/harness/paths.js';
import { kubectl } from '../integration/harness/programs.js';
import { patiently } from './support/until.js';

/** Those of the documented Job, and of its devices. */
const namespace = 'edge-vm-jobs';
const devices = 'edge';
const device = 'gw-image';

type Containers = [{ image: string; args?: string[]; command?: string[]; imagePullPolicy?: string; env: object[]; volumeMounts?: object[] }];
type PodSpec = { nodeSelector?: object; tolerations?: object[]; volumes?: object[]; containers: Containers };
type Manifest = { kind: string; spec?: { template: { spec: PodSpec } } };

/** Builds the image; gives the line that names it. */
async function build(out: string, options: { umask: string; TZ: string }): Promise<string> {
  const { stdout } = await execa('sh', ['-c', `umask ${options.umask}; exec "$@"`, 'sh', repositoryFile('packaging', 'image', 'build.sh'), out], { env: { TZ: options.TZ }, stderr: 'inherit' });
  return stdout;
}

/** Makes containerd on the real node take the image. */
async function importImage(archive: string): Promise<void> {
  const config = await readFile(join(theLab().folder, 'real-node', 'containerd.toml'), 'utf8');
  const socket = /^ {2}address = "(.*)"$/m.exec(config)?.[1] ?? '';
  await execa('ctr', ['-a', socket, '-n', 'k8s.io', 'images', 'import', archive]);
}

/** The documented objects; the Job's pod comes to the real node, which has no registry, and knows the lab's hub. */
async function documented(): Promise<{ others: Manifest[]; pod: PodSpec }> {
  const file = await readFile(repositoryFile('docs', 'in-cluster.yaml'), 'utf8');
  const parsed = parseYaml(file, 'in-cluster.yaml', 'kubernetes');
  assert.ok('documents' in parsed);
  const documents = parsed.documents as Manifest[];
  const job = documents.find(({ kind }) => kind === 'Job');
  const { spec: pod } = job!.spec!.template;
  Object.assign(pod, {
    nodeSelector: { 'edge-vm.io/real': 'true' }, tolerations: [{ key: 'edge-vm.io/real', operator: 'Exists' }],
    volumes: [{ name: 'hub-ca', configMap: { name: 'hub-ca' } }],
  });
  pod.containers[0].imagePullPolicy = 'Never';
  pod.containers[0].env.push({ name: 'EDGE_VM_HUB_CA', value: '/etc/hub-ca/ca.crt' });
  pod.containers[0].volumeMounts = [{ name: 'hub-ca', mountPath: '/etc/hub-ca' }];
  return { others: documents.filter(({ kind }) => kind !== 'Job'), pod };
}

describe('the container image', () => {
  let folder: string;
  let archive: string;
  let pod: PodSpec;

  /** Creates a pod of the image and waits for `phase`. */
  async function start(name: string, container: { args?: string[]; command?: string[] }, phase: 'Running' | 'Succeeded' | 'Failed'): Promise<void> {
    const spec = { ...pod, containers: [{ ...pod.containers[0], ...container }] };
    await kubectl(['create', '-n', namespace, '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec }));
    try {
      await kubectl(['wait', '-n', namespace, `pod/${name}`, `--for=jsonpath={.status.phase}=${phase}`, `--timeout=${patiently(40) / 1000}s`]);
    } catch (error) {
      const seen = await kubectl(['get', 'pod', name, '-n', namespace, '-o', 'jsonpath={.status}']);
      throw new Error(`pod ${name} did not become ${phase}: ${seen}\n${await kubectl(['logs', name, '-n', namespace]).catch(() => '')}`, { cause: error });
    }
  }

  /** Runs the image to its end; gives its output. */
  async function output(name: string, args: string[]): Promise<string> {
    await start(name, { args }, 'Succeeded');
    return kubectl(['logs', name, '-n', namespace]);
  }

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'edge-vm-image-test-'));
    archive = join(folder, 'first.tar');
    const { variables } = theLab();
    const { others, pod: found } = await documented();
    pod = found;
    await kubectl(['create', 'namespace', devices]);
    await kubectl(['apply', '-n', devices, '-f', repositoryFile('docs', 'rbac.yaml')]);
    await kubectl(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items: others }));
    // The hub by its name and port, as pods see it.
    const service = variables.EDGE_VM_HUB_CONNECTION_STRING;
    await kubectl(['create', '-n', namespace, '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'edge-vm-hub' }, stringData: { connectionString: service } }));
    await kubectl(['create', 'configmap', 'hub-ca', '-n', namespace, `--from-file=ca.crt=${variables.EDGE_VM_HUB_CA}`]);
    // A simulated device, since only the image needs the real node.
    const [created, line] = await Promise.all([cli(['create', device, '--register', '-n', devices]), build(archive, { umask: '022', TZ: 'UTC' })]);
    assertCode(created, 0);
    console.error(`      ${line}`);
    await importImage(archive);
  });
  after(async () => {
    await cli(['delete', device, '--deregister', '-n', devices, '--ignore-not-found']);
    await kubectl(['delete', 'namespace', namespace, devices, '--ignore-not-found', '--wait=false']);
    await rm(folder, { recursive: true, force: true });
  });

  it('has the same bytes when it is built again', async () => {
    const again = join(folder, 'again.tar');
    await build(again, { umask: '077', TZ: 'Asia/Tokyo' });
    assert.ok((await readFile(archive)).equals(await readFile(again)));
  });

  it('runs where Pod Security is restricted, and says its version', async () => {
    const { version } = JSON.parse(await readFile(repositoryFile('package.json'), 'utf8')) as { version: string };
    assert.match(await output('version', ['version']), new RegExp(`^edge-vm ${version.replaceAll('.', String.raw`\.`)} \\(node v24\\.`));
  });

  it('reads the cluster as the ServiceAccount of the documented Role, and the hub', async () => {
    assert.match(await output('list', ['list', '-n', devices]), new RegExp(`^${device} .*connected`, 'm'));
    const { items } = JSON.parse(await output('list-json', ['list', '-n', devices, '-o', 'json'])) as { items: { name: string; ready: boolean; edge: { evidence: string } }[] };
    assert.deepEqual(items.map(({ name, ready, edge }) => [name, ready, edge.evidence]), [[device, true, 'twin']]);
  });

  it('may do what the Role allows, and nothing beside it', async () => {
    await start('forbidden', { args: ['list', '-A'] }, 'Failed');
    assert.match(await kubectl(['logs', 'forbidden', '-n', namespace]), /forbidden/);
  });

  describe('as a running container', () => {
    interface Seen { uid: number; gid: number; capabilities: string; written: string; files: string[] }
    let seen: Seen;
    const look = `
      const fs = require('fs');
      let written = 'yes';
      try { fs.writeFileSync('/home/nonroot/x', ''); } catch (error) { written = error.code; }
      const capabilities = /CapEff:\\s*(\\S+)/.exec(fs.readFileSync('/proc/self/status', 'utf8'))[1];
      console.log(JSON.stringify({ uid: process.getuid(), gid: process.getgid(), capabilities, written, files: ['/bin', '/usr/bin', '/sbin', '/usr/local/bin'].flatMap((folder) => (fs.existsSync(folder) ? fs.readdirSync(folder) : [])) }));
      setInterval(() => {}, 1000);`;

    before(async () => {
      await start('look', { command: ['/usr/local/bin/node', '-e', look] }, 'Running');
      for (let text = ''; seen === undefined; text = await kubectl(['logs', 'look', '-n', namespace])) if (text !== '') seen = JSON.parse(text) as Seen;
    });

    it('is not root, has no capabilities and writes nothing', () => {
      assert.deepEqual({ ...seen, files: [] }, { uid: 65532, gid: 65532, capabilities: '0000000000000000', written: 'EROFS', files: [] });
    });

    it('has no program but Node.js and edge-vm, and so no shell', async () => {
      assert.deepEqual(seen.files, ['edge-vm', 'node']);
      await assert.rejects(kubectl(['exec', 'look', '-n', namespace, '--', '/bin/sh', '-c', 'true']), /no such file/);
      assert.match(await kubectl(['exec', 'look', '-n', namespace, '--', 'edge-vm', 'version']), /^edge-vm /);
    });
  });

  describe('as the operator that the chart installs', () => {
    const system = 'edge-vm-system';
    const release = 'edge-vm';
    const managed = 'gw-operator';
    let helm: Helm;
    before(async function () {
      this.timeout(BUILD_LIMIT);
      helm = await openHelm({ KUBECONFIG: theLab().variables.KUBECONFIG });
      await kubectl(['create', 'namespace', system]);
      await kubectl(['label', 'namespace', system, 'pod-security.kubernetes.io/enforce=restricted']);
      await kubectl(['create', '-n', system, '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'edge-vm-hub' }, stringData: { connectionString: theLab().variables.EDGE_VM_HUB_CONNECTION_STRING } }));
      await kubectl(['create', 'configmap', 'hub-ca', '-n', system, `--from-file=ca.crt=${theLab().variables.EDGE_VM_HUB_CA}`]);
      const values = {
        image: { pullPolicy: 'Never' }, hub: { ca: { configMap: 'hub-ca' }, twinInterval: '10s' },
        nodeSelector: { 'edge-vm.io/real': 'true' }, tolerations: [{ key: 'edge-vm.io/real', operator: 'Exists' }],
      };
      await helm.ok(['install', release, OPERATOR_CHART, '-n', system, '--values', '-'], JSON.stringify(values));
    });
    after(async () => {
      await kubectl(['delete', 'edgedevice', managed, '-n', devices, '--ignore-not-found', '--timeout=60s']);
      await helm.ok(['uninstall', release, '-n', system]);
      await kubectl(['delete', 'namespace', system, '--wait=false']);
      helm.close();
    });

    it('gets ready in a restricted namespace, with two replicas', async () => {
      await kubectl(['rollout', 'status', `deployment/${release}`, '-n', system, `--timeout=${patiently(60) / 1000}s`]);
      assert.equal(await kubectl(['get', 'deployment', release, '-n', system, '-o', 'jsonpath={.status.readyReplicas}']), '2');
    });

    it('makes a device of an EdgeDevice, and removes it, as its ServiceAccount', async () => {
      await kubectl(['apply', '-n', devices, '-f', '-'], JSON.stringify({ apiVersion: 'edge-vm.io/v1alpha1', kind: 'EdgeDevice', metadata: { name: managed }, spec: { identity: { register: {} } } }));
      await kubectl(['wait', `edgedevice/${managed}`, '-n', devices, '--for=condition=Ready', `--timeout=${patiently(60) / 1000}s`]);
      await kubectl(['delete', 'edgedevice', managed, '-n', devices, `--timeout=${patiently(60) / 1000}s`]);
      assert.equal(await kubectl(['get', 'virtualmachine', managed, '-n', devices, '--ignore-not-found', '-o', 'name']), '');
    });

    it('elects one replica', async () => {
      assert.match(await kubectl(['get', 'lease', 'edge-vm-operator', '-n', system, '-o', 'jsonpath={.spec.holderIdentity}']), new RegExp(`^${release}-`));
    });
  });
});
