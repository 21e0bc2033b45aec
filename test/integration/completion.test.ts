import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { leaveOut } from '../helpers/leave-out.js';
import { startApiProxy, type ApiProxy } from './harness/api-proxy.js';
import { assertCode, environment } from './harness/cli.js';
import { theLab, userKubeconfig } from './harness/lab.js';
import { EDGE_VM, repositoryFile } from './harness/paths.js';
import { kubectl } from './harness/programs.js';
import { openScene, type Scene } from './harness/scene.js';

const has = (program: string): boolean => spawnSync(program, ['--version']).error === undefined;

describe('completion with names from the cluster', () => {
  let scene: Scene;
  let proxy: ApiProxy;
  let env: Record<string, string>;
  let device: string;

  before(async () => {
    scene = await openScene('tab');
    proxy = await startApiProxy({ kubeconfig: theLab().variables.KUBECONFIG, namespace: 'default', folder: scene.folder });
    const bin = join(scene.folder, 'bin');
    await mkdir(bin);
    for (const name of ['edge-vm', 'kubectl-edge_vm']) await symlink(EDGE_VM, join(bin, name));
    await symlink(repositoryFile('bin', 'kubectl_complete-edge_vm'), join(bin, 'kubectl_complete-edge_vm'));
    env = environment({ PATH: `${bin}:${theLab().programs}:${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`, KUBECONFIG: proxy.kubeconfig, ZDOTDIR: scene.folder });
    device = scene.name('tab');
    assertCode(await scene.run(['create', device, '--register', '--no-wait']), 0);
  });
  after(async () => {
    await proxy.close();
    await scene.close();
  });

  const complete = async (words: string[], over: Record<string, string> = {}): Promise<string[]> => {
    const { stdout, stderr } = await execa(process.execPath, [EDGE_VM, '__complete', ...words], { env: { ...env, ...over }, extendEnv: false });
    assert.equal(stderr, '');
    return stdout.split('\n');
  };

  /** Types into an interactive shell on a terminal; gives the screen as soon as it shows `wanted`. */
  function typeIn(shell: string, keys: string, wanted: string): Promise<string> {
    const child = spawn('script', ['-qefc', shell, '/dev/null'], { env: { ...env, TERM: 'xterm', PS1: 'ready> ' }, cwd: scene.folder, stdio: 'pipe' });
    return new Promise((resolve, reject) => {
      let screen = '';
      let typed = false;
      const end = (finish: () => void): void => {
        child.kill('SIGKILL');
        clearTimeout(timer);
        finish();
      };
      const timer = setTimeout(() => end(() => reject(new Error(`the screen does not show ${wanted}:\n${screen}`))), 60_000);
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        screen += text;
        if (!typed && screen.includes('ready> ')) {
          typed = true;
          child.stdin.write(keys);
        } else if (typed && screen.includes(wanted)) end(() => resolve(screen));
      });
    });
  }

  it('completes the name of a device in bash when a person presses TAB, by one list', async () => {
    await writeFile(join(scene.folder, 'bashrc'), "source <(edge-vm completion bash)\nPS1='ready> '\nbind 'set enable-bracketed-paste off'\n");
    proxy.seen.length = 0;
    await typeIn(`bash --rcfile ${join(scene.folder, 'bashrc')} -i`, `edge-vm status -n ${scene.namespace} tab-\t`, `${device} `);
    assert.deepEqual(proxy.seen.map(({ path }) => path.replace(/\?.*/, '')), [`/apis/kubevirt.io/v1/namespaces/${scene.namespace}/virtualmachines`]);
  });

  it('shows storage classes with their provisioner in zsh', async function () {
    if (!has('zsh')) leaveOut(this, 'zsh is not installed');
    await writeFile(join(scene.folder, '.zshrc'), "autoload -Uz compinit && compinit -u -D\nsource <(edge-vm completion zsh)\nPS1='ready> '\nunsetopt zle_bracketed_paste 2>/dev/null\n");
    const screen = await typeIn('zsh -i', 'edge-vm create x --storage-class=\t\t', 'lab-wffc');
    assert.match(screen, /lab-disk +-- .*default/);
    await typeIn('zsh -i', `edge-vm status -n ${scene.namespace} tab-\t`, device);
  });

  it('shows devices with their status in fish', async function () {
    if (!has('fish')) leaveOut(this, 'fish is not installed');
    const { stdout, stderr } = await execa('fish', ['--no-config', '-c', `edge-vm completion fish | source; complete -C 'edge-vm delete -n ${scene.namespace} tab'`], { env, extendEnv: false });
    assert.equal(stderr, '');
    assert.match(stdout, new RegExp(`^${device}\t\\w+$`));
  });

  it('completes kubectl edge-vm', async () => {
    const { stdout } = await execa('kubectl', ['__complete', 'edge-vm', 'status', '-n', scene.namespace, ''], { env, extendEnv: false });
    assert.match(stdout, new RegExp(`^${device}\t\\w+\n:4$`));
  });

  it('knows kept disks, namespaces, Secrets and instancetypes', async () => {
    const { namespace } = scene;
    assert.deepEqual((await complete(['create', '-n', namespace, ''])).map((line) => line.split('\t')[0]), [device, ':4']);
    assert.ok((await complete(['list', '-n', ''])).includes(namespace));
    await kubectl(['create', 'secret', 'generic', 'gw-key', '-n', namespace, '--from-literal=value=x']);
    assert.deepEqual(await complete(['create', 'x', '-n', namespace, '--from-secret', '']), ['gw-key\t1 key', ':4'], 'without those that edge-vm made');
    await kubectl(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'instancetype.kubevirt.io/v1beta1', kind: 'VirtualMachineInstancetype', metadata: { name: 'tab-large', namespace }, spec: { cpu: { guest: 4 }, memory: { guest: '8Gi' } } }));
    assert.deepEqual(await complete(['create', 'x', '-n', namespace, '--instancetype', 'virtualmachineinstancetype/']), ['virtualmachineinstancetype/tab-large', ':4']);
  });

  it('offers nothing and says nothing where the person has no right, or there is no cluster', async () => {
    const nobody = await userKubeconfig('tab-nobody', scene.namespace);
    assert.deepEqual(await complete(['status', ''], { KUBECONFIG: nobody }), [':4']);
    assert.deepEqual(await complete(['list', '-n', ''], { KUBECONFIG: nobody }), [scene.namespace, ':4'], 'the namespace of the kubeconfig');
    assert.deepEqual(await complete(['status', ''], { KUBECONFIG: '/no/such/file' }), [':4']);
  });

  it('gives a login plugin no terminal, and does not start one that needs it', async () => {
    const plugin = join(scene.folder, 'login');
    const mark = join(scene.folder, 'mark');
    await writeFile(plugin, `#!/bin/sh\necho started >>${mark}\nif (: </dev/tty) 2>/dev/null; then echo terminal >>${mark}; fi\necho question >&2\nread -r answer\nexit 1\n`);
    await chmod(plugin, 0o755);
    const { clusters } = JSON.parse(await readFile(proxy.kubeconfig, 'utf8')) as { clusters: { name: string }[] };
    const config = join(scene.folder, 'login.kubeconfig');
    const tab = async (interactiveMode: string): Promise<string> => {
      await writeFile(config, JSON.stringify({
        clusters, 'current-context': 'c', contexts: [{ name: 'c', context: { cluster: clusters[0]!.name, user: 'u' } }],
        users: [{ name: 'u', user: { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: plugin, interactiveMode } } }],
      }));
      const { stdout } = await execa('script', ['-qefc', `${process.execPath} ${EDGE_VM} __complete status ''`, '/dev/null'], { env: { ...env, KUBECONFIG: config }, extendEnv: false, stdin: 'ignore' });
      return stdout.trim();
    };
    assert.equal(await tab('Always'), ':4');
    assert.ok(!existsSync(mark), 'it was not started');
    assert.equal(await tab('IfAvailable'), ':4', 'nor does its question show');
    assert.equal(await readFile(mark, 'utf8'), 'started\n');
  });
});
