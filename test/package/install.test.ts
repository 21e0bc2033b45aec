import assert from 'node:assert/strict';
import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { emptyFolder, filesOf, kubectlFolder, nodes, project, ROOT, run, runs, tarball, VERSION } from './support.js';

/** Bytes. The build of today has 0.7 MB and 2.5 MB; documentation may grow, but a second copy of the code may not come in. */
const MOST_PACKED = 1_200_000;
const MOST_INSTALLED = 4_500_000;

const library = `
import { connectHub, parseConnectionString, renderDevice, renderManifests, SecretValue, toYaml, withDefaults, withIdentity } from 'edge-vm';
const identity = parseConnectionString('HostName=contoso.azure-devices.net;DeviceId=gw-01;SharedAccessKey=U2hhcmVkQWNjZXNzS2V5T2ZUaGVMYWI=');
const device = withDefaults(withIdentity({ spec: { identity: { connectionString: { env: 'X' } } } }, identity));
console.log(toYaml(renderManifests(renderDevice(device, { identity }), 'omit')));
// The client of Azure, against a port where nothing listens.
const connectionString = new SecretValue('HostName=contoso.azure-devices.net;SharedAccessKeyName=service;SharedAccessKey=U2hhcmVkQWNjZXNzS2V5T2ZUaGVMYWI=');
const hub = await connectHub({ connectionString, endpoint: { url: 'https://127.0.0.1:1' } });
await hub.getDevice('gw-01', { signal: AbortSignal.timeout(1000) }).catch((error) => console.log('hub:', error.code, hub.stats?.requests));
hub.close();
`;

describe('the package, installed in an empty folder', () => {
  let folder: string;
  let bin: string;

  before(() => {
    folder = project([tarball()]);
    bin = join(folder, 'node_modules/.bin');
    writeFileSync(join(folder, 'library.mjs'), library);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('brings no other package', () => {
    assert.deepEqual(readdirSync(join(folder, 'node_modules')).filter((name) => !name.startsWith('.')), ['edge-vm']);
    assert.deepEqual(readdirSync(bin).sort(), ['edge-vm', 'kubectl-edge_vm', 'kubectl_complete-edge_vm']);
  });

  it('is not larger than stated', () => {
    const packed = statSync(tarball()).size;
    const installed = filesOf(tarball()).reduce((sum, file) => sum + statSync(join(folder, 'node_modules/edge-vm', file)).size, 0);
    process.stderr.write(`      ${packed} bytes packed, ${installed} installed\n`);
    assert.ok(packed <= MOST_PACKED, `${packed} bytes packed`);
    assert.ok(installed <= MOST_INSTALLED, `${installed} bytes installed`);
  });

  it('has what people use, and nothing that only a checkout needs', () => {
    const files = filesOf(tarball());
    const useless = files.filter((file) => /\.map$|\.v8$|\.mjs$|\btests?\/|^src\/|^lab\/|^bench\/|^dist\/src\/(cli\/|.*\.js$)/.test(file) && !file.startsWith('docs/'));
    assert.deepEqual(useless, []);
    for (const file of ['LICENSE', 'README.md', 'CHANGELOG.md', 'THIRD-PARTY-NOTICES.txt', 'schema/edge-device.schema.json', 'charts/edge-vm/Chart.yaml', 'charts/edge-vm/crds/edgedevices.yaml', 'charts/edge-device/values.schema.json', 'packaging/operator/edge-vm-operator.yaml', 'vm-templates/ubuntu-24.04.yaml', 'docs/install.md', 'dist/src/index.d.ts']) {
      assert.ok(files.includes(file), `${file} is missing`);
    }
    // Scripts for people come with the files that they read.
    const scripts = runs(ROOT, 'git', ['ls-files', 'scripts/aks*', 'scripts/kubevirt*', 'scripts/messages.sh']).trim().split('\n');
    assert.deepEqual(scripts.filter((file) => !files.includes(file)), []);
    for (const script of ['aks-bootstrap.sh', 'kubevirt-install.sh']) assert.match(runs(folder, join(folder, 'node_modules/edge-vm/scripts', script), ['--help']), /^Usage: /m);
  });

  it('runs as command and library on each version of Node.js', () => {
    for (const { version, path } of nodes()) {
      for (const args of [['version'], ['--help'], ['create', '--help'], ['completion', 'bash'], ['explain', 'spec.vm.cpus'], ['render', 'gw-01', '--hub', 'contoso', '--device-id', 'gw-01']]) {
        const { code, stdout, stderr } = run(folder, path, [join(bin, 'edge-vm'), ...args]);
        assert.equal(code, 0, `${args.join(' ')} on ${version}: ${stderr}`);
        assert.ok(stdout.length > 0, `${args.join(' ')} on ${version}`);
        assert.doesNotMatch(stderr, /^\(node:/m, `${args.join(' ')} on ${version}`);
      }
      assert.equal(runs(folder, path, [join(bin, 'edge-vm'), 'version']), `edge-vm ${VERSION} (node v${version}, ${process.platform}/${process.arch})\n`);
      const { code, stdout, stderr } = run(folder, path, ['library.mjs']);
      assert.deepEqual([code, stderr], [0, ''], version);
      assert.match(stdout, /^kind: VirtualMachine$/m, version);
      assert.match(stdout, /^hub: /m, version);
    }
  });

  it('connects to a cluster and a hub with what it brings', () => {
    const { code, stderr } = run(folder, join(bin, 'edge-vm'), ['list', '--kubeconfig', '/no/such/file']);
    assert.equal(code, 3);
    assert.match(stderr, /^error: cannot read the kubeconfig \/no\/such\/file/);
  });

  it('finds @azure/identity where a person installs it', () => {
    const args = ['create', 'gw-01', '--register', '--hub', 'contoso.azure-devices.net', '--kubeconfig', '/no/such/file'];
    const without = run(folder, join(bin, 'edge-vm'), args);
    assert.match(without.stderr, /^error: signing in to the hub with Entra ID needs the package @azure\/identity\n[^]*hint: {2}Install it beside edge-vm \(npm install @azure\/identity; with -g/);
    const stand = standInForIdentity();
    const beside = project([tarball(), stand]);
    writeFileSync(join(beside, 'library.mjs'), "import { connectHub } from 'edge-vm'; (await connectHub({ hostname: 'contoso.azure-devices.net' })).close(); console.log('connected');");
    assert.match(run(beside, join(beside, 'node_modules/.bin/edge-vm'), args).stderr, /^error: cannot read the kubeconfig/);
    assert.equal(runs(beside, process.execPath, ['library.mjs']), 'connected\n');
    const cache = { npm_config_cache: emptyFolder() };
    const npx = run(beside, 'npx', ['--yes', '--offline', '--package', tarball(), '--package', stand, '--', 'edge-vm', ...args], cache);
    assert.match(npx.stderr, /^error: cannot read the kubeconfig/m);
    for (const used of [beside, stand, cache.npm_config_cache]) rmSync(used, { recursive: true, force: true });
  });

  it('says in a sentence how to get the lab', () => {
    const { code, stdout, stderr } = run(folder, join(bin, 'edge-vm'), ['lab', 'up']);
    assert.deepEqual([code, stdout], [3, '']);
    assert.match(stderr, new RegExp(`^error: the lab is not installed\n.*\nhint: {2}Install it beside edge-vm \\(npm install @edge-vm/lab@${VERSION};[^\n]*checkout[^\n]*\n$`));
  });
});

/** A folder with a package of that name, which makes a credential and never asks it for a token. */
function standInForIdentity(): string {
  const folder = emptyFolder();
  writeFileSync(join(folder, 'package.json'), '{ "name": "@azure/identity", "version": "4.0.0", "main": "index.js" }');
  writeFileSync(join(folder, 'index.js'), 'exports.DefaultAzureCredential = class { async getToken() { return null; } };');
  return folder;
}

describe('the package, installed globally', () => {
  let prefix: string;
  const npm = (...args: string[]): string => runs(prefix, 'npm', [...args, '--global', '--offline', '--no-audit', '--no-fund', '--prefix', prefix]);

  before(() => {
    prefix = emptyFolder();
    npm('install', tarball());
  });
  after(() => rmSync(prefix, { recursive: true, force: true }));

  it('is a command, and runs out of npx too', () => {
    assert.match(runs('/', join(prefix, 'bin/edge-vm'), ['version']), new RegExp(`^edge-vm ${VERSION} `));
    const cache = { npm_config_cache: emptyFolder() };
    assert.match(runs('/', 'npx', ['--yes', '--offline', '--package', tarball(), '--', 'edge-vm', 'version'], cache), new RegExp(`^edge-vm ${VERSION} `));
    rmSync(cache.npm_config_cache, { recursive: true, force: true });
  });

  it('is a plugin of kubectl', () => {
    const kubectl = join(kubectlFolder(), 'kubectl');
    const env = { PATH: [join(prefix, 'bin'), dirname(process.execPath), '/usr/bin', '/bin'].join(delimiter) };
    assert.match(runs('/', kubectl, ['edge-vm', 'version'], env), new RegExp(`^edge-vm ${VERSION} `));
    assert.match(runs('/', kubectl, ['edge-vm', 'list', '--help'], env), /^Usage: kubectl edge-vm list/);
    assert.match(runs('/', kubectl, ['plugin', 'list'], env), /kubectl-edge_vm$/m);
    const wrong = run('/', kubectl, ['edge-vm', 'create', '--frob'], env);
    assert.equal(wrong.code, 2, 'kubectl gives the exit code of the plugin');
  });

  it('upgrades over itself, and leaves nothing when it is uninstalled', () => {
    npm('install', tarball());
    npm('uninstall', 'edge-vm');
    assert.deepEqual(readdirSync(join(prefix, 'bin')), []);
    assert.ok(!existsSync(join(prefix, 'lib/node_modules/edge-vm')));
  });
});
