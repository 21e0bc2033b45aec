import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LIVE_FLAGS } from '../../../src/cli/completion/candidates.js';
import { describeTree, walk } from '../../../src/cli/completion/tree.js';
import { unquote } from '../../../src/cli/completion/unquote.js';
import { CATALOG } from '../../../src/cli/run/catalog.js';
import { defaultDeps } from '../../../src/cli/run/deps.js';
import { buildProgram } from '../../../src/cli/run/program.js';
import type { Session } from '../../../src/cli/run/session.js';
import * as cluster from '../../../src/cluster/index.js';
import { EdgeVmError } from '../../../src/support/errors.js';
import { sleep } from '../../../src/support/waiting.js';
import { FakeCluster } from '../../helpers/fake-cluster/index.js';
import { leaveOut } from '../../helpers/leave-out.js';
import { ManualClock } from '../../helpers/manual-clock.js';
import { run, type Outcome, type RunOptions } from './helpers/run.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '../../../..');
const has = (program: string): boolean => spawnSync(program, ['--version']).error === undefined;

/** The answer of `__complete`: words, their descriptions, and the number in the last line. */
function answerOf({ code, stdout }: Outcome): { words: string[]; help: Record<string, string>; directive: string } {
  assert.equal(code, 0);
  const lines = stdout.trimEnd().split('\n');
  const directive = lines.pop() ?? '';
  const pairs = lines.map((line) => line.split('\t') as [string, string?]);
  return { words: pairs.map(([word]) => word), help: Object.fromEntries(pairs.map(([word, help = '']) => [word, help])), directive };
}

async function complete(words: string[], options: RunOptions = {}): Promise<ReturnType<typeof answerOf>> {
  const outcome = await run(['__complete', ...words], { sleep, ...options });
  assert.equal(outcome.stderr, '');
  return answerOf(outcome);
}

describe('cli/completion', () => {
  it('completes commands and subcommands, with what they do', async () => {
    const { words, help, directive } = await complete(['']);
    assert.deepEqual(words, CATALOG.map(({ name }) => name));
    assert.equal(help['list'], 'List devices');
    assert.equal(directive, ':4');
    assert.ok((await complete(['lab', 's'])).words.includes('status'));
    assert.deepEqual((await complete(['help', ''])).words, words);
    assert.deepEqual((await complete(['nonsense', ''])).words, []);
  });

  it('completes the flags of the command that are not given yet', async () => {
    const { words, help } = await complete(['create', 'gw-01', '--cpus', '4', '--ssh-key', 'a', '--']);
    assert.ok(words.includes('--memory') && words.includes('--ssh-key') && words.includes('--help'));
    assert.ok(!words.includes('--cpus'), 'it is given');
    assert.ok(!words.includes('-n'), 'a short flag has one dash');
    assert.match(help['--register'] ?? '', /edge-enabled/);
    assert.ok((await complete(['list', '-'])).words.includes('-n'));
    assert.ok(!(await complete(['list', '--'])).words.includes('--register'));
    assert.ok((await complete(['-n', 'edge', '--'])).words.includes('--context'), 'flags that kubectl allows before the command');
    assert.deepEqual((await complete(['create', '--', '--'])).words, [], 'behind -- there are only arguments');
  });

  it('completes values: choices, lists of choices, files and folders', async () => {
    assert.deepEqual((await complete(['list', '-o', ''])).words, ['table', 'wide', 'json', 'yaml', 'name']);
    assert.deepEqual((await complete(['list', '--output=j'])).words, ['table', 'wide', 'json', 'yaml', 'name']);
    assert.deepEqual((await complete(['-n', 'edge', 'list', '-o', ''])).words, ['table', 'wide', 'json', 'yaml', 'name']);
    assert.ok((await complete(['create', '--access-mode', 'ReadWriteOnce,'])).words.includes('ReadWriteOnce,ReadWriteMany'));
    assert.ok((await complete(['create', '--gateway='])).words.includes('LoadBalancer'));
    assert.deepEqual((await complete(['completion', ''])).words, ['bash', 'zsh', 'fish']);
    assert.ok((await complete(['explain', ''])).words.includes('spec.vm.cpus'));
    for (const [words, directive] of [[['create', '-f', ''], ':0'], [['create', '--memory', ''], ':4'], [['lab', 'up', '--edge-packages', ''], ':16'], [['create', '--kubeconfig=/e'], ':0'], [['wait', 'gw-01', ''], ':4']] as const) {
      const answer = await complete([...words]);
      assert.deepEqual([answer.words, answer.directive], [[], directive], words.join(' '));
    }
  });

  it('knows the live flags by names that exist, and every flag of a storage class or an object', async () => {
    const tree = describeTree(await buildProgram({ io: { programName: 'edge-vm', stdout: {}, stderr: {}, env: {} } } as unknown as Session, 'all'));
    const flags = new Set(walk(tree).flatMap(({ node }) => node.flags.map(({ long }) => long)));
    for (const long of Object.keys(LIVE_FLAGS)) assert.ok(flags.has(long), long);
    assert.deepEqual([...flags].filter((long) => long.endsWith('storage-class') && !(long in LIVE_FLAGS)), []);
  });

  describe('with names from the cluster', () => {
    let fake: FakeCluster;
    let asked: cluster.ConnectOptions[];
    let kubeconfig: string;
    let folder: string;
    const ours = { 'app.kubernetes.io/managed-by': 'edge-vm' };
    const deps = { ...defaultDeps, cluster: async () => ({ ...cluster, connectCluster: async (options: cluster.ConnectOptions = {}) => (asked.push(options), fake) }) };

    before(() => {
      folder = mkdtempSync(join(tmpdir(), 'edge-vm-completion-'));
      kubeconfig = join(folder, 'config');
      writeFileSync(kubeconfig, JSON.stringify({
        'current-context': 'site-a', clusters: [{ name: 'one', cluster: {} }],
        contexts: [{ name: 'site-a', context: { cluster: 'one', namespace: 'edge' } }, { name: 'arn:aws:eks:eu:1:cluster/b', context: { cluster: 'one', namespace: 'lab' } }, { name: 'bad\u001b[31m', context: { cluster: 'one' } }, { name: 'other', context: { cluster: 'two', namespace: 'far' } }],
      }));
    });
    after(() => rmSync(folder, { recursive: true }));
    beforeEach(async () => {
      asked = [];
      fake = new FakeCluster(new ManualClock());
      const put = async (apiVersion: string, kind: string, name: string, more: object = {}, metadata: object = {}): Promise<void> => void (await fake.create({ apiVersion, kind, metadata: { name, ...metadata }, ...more }));
      await put('kubevirt.io/v1', 'VirtualMachine', 'gw-01', { status: { printableStatus: 'Running' } }, { labels: ours, namespace: 'edge' });
      await put('kubevirt.io/v1', 'VirtualMachine', 'database', {}, { namespace: 'edge' });
      await put('cdi.kubevirt.io/v1beta1', 'DataVolume', 'gw-01-root', {}, { labels: { ...ours, 'app.kubernetes.io/instance': 'gw-01' }, namespace: 'edge' });
      await put('cdi.kubevirt.io/v1beta1', 'DataVolume', 'gw-02-root', {}, { labels: { ...ours, 'app.kubernetes.io/instance': 'gw-02', 'edge-vm.io/kept-disk': 'true' }, namespace: 'edge' });
      await put('storage.k8s.io/v1', 'StorageClass', 'managed-csi');
      await put('v1', 'Namespace', 'edge');
      fake.calls.length = 0;
    });
    const live = (words: string[], env: Record<string, string> = {}): Promise<ReturnType<typeof answerOf>> => complete(words, { deps, env: { KUBECONFIG: kubeconfig, ...env } });
    const lists = (): string[] => fake.calls.map(({ verb, what }) => `${verb} ${what}`);

    it('names devices where a command takes one, by one list', async () => {
      for (const command of ['status', 'delete', 'set', 'edit', 'get', 'restart', 'start', 'wait', 'diff']) {
        fake.calls.length = 0;
        assert.deepEqual((await live([command, ''])).help, { 'gw-01': 'Running' }, command);
        assert.deepEqual(lists(), ['list virtualmachines'], command);
      }
      for (const command of ['set', 'edit', 'diff']) assert.deepEqual((await live([command, 'gw-01', ''])).words, [], `${command} takes only one`);
      for (const command of ['status', 'get', 'start', 'restart', 'delete', 'wait']) assert.deepEqual((await live([command, 'gw-07', ''])).words, ['gw-01'], `${command} takes several`);
      assert.deepEqual((await live(['render', ''])).words, [], 'it looks at no cluster');
    });

    it('names devices with a disk for create, also a disk that was kept', async () => {
      assert.deepEqual((await live(['create', ''])).help, { 'gw-01': 'exists', 'gw-02': 'its disk was kept' });
      assert.deepEqual(lists(), ['list datavolumes']);
    });

    it('names storage classes, namespaces and contexts', async () => {
      assert.deepEqual((await live(['create', '--storage-class', ''])).words, ['managed-csi']);
      assert.deepEqual((await live(['set', 'gw-01', '--data-disk-storage-class='])).words, ['managed-csi']);
      assert.deepEqual((await live(['list', '-n', ''])).words, ['edge']);
      assert.deepEqual((await live(['-n', ''])).words, ['edge'], 'before the command');
      fake.calls.length = 0;
      assert.deepEqual((await live(['list', '--context', ''])).help, { 'site-a': 'current; cluster one, namespace edge', 'arn:aws:eks:eu:1:cluster/b': 'cluster one, namespace lab', other: 'cluster two, namespace far' }, 'no word has terminal codes');
      assert.deepEqual(lists(), [], 'the kubeconfig has them');
    });

    it('names the namespaces of the kubeconfig where the person may not list them', async () => {
      fake.forbidden.add('list namespaces');
      assert.deepEqual((await live(['list', '-n', ''])).words, ['edge', 'lab']);
      assert.deepEqual((await live(['list', '--context', 'other', '-n', ''])).words, ['far']);
    });

    it('takes the flags of the line for its request', async () => {
      await live(['--context', 'other', 'status', '-nlab', '--kubeconfig=/k', '--as', 'jane', '--as-group', 'a', '--as-group=b', '']);
      const [{ context, namespace, kubeconfig: file, impersonate, plugin }] = asked as [cluster.ConnectOptions];
      assert.deepEqual({ context, namespace, file, impersonate }, { context: 'other', namespace: 'lab', file: '/k', impersonate: { user: 'jane', groups: ['a', 'b'] } });
      assert.deepEqual([plugin?.interactive?.(), plugin?.detached], [false, true], 'a login plugin has no terminal');
    });

    it('is silent on every error, and says it with EDGE_VM_DEBUG', async () => {
      fake.forbidden.add('list virtualmachines');
      assert.deepEqual(await live(['status', '']), { words: [], help: {}, directive: ':4' });
      const { code, stdout, stderr } = await run(['__complete', 'status', ''], { sleep, deps, env: { KUBECONFIG: kubeconfig, EDGE_VM_DEBUG: '1' } });
      assert.deepEqual([code, stdout], [0, ':4\n']);
      assert.match(stderr, /virtualmachines/);
      for (const error of [new EdgeVmError('no-cluster', 'x'), new Error('y')]) {
        assert.deepEqual((await complete(['status', ''], { deps: { cluster: async () => ({ ...cluster, connectCluster: () => Promise.reject(error) }) } })).words, []);
      }
    });

    it('gives up when a cluster does not answer', async () => {
      const never = { cluster: async () => ({ ...cluster, connectCluster: () => new Promise<never>(() => undefined) }) };
      // In this test the deadline is over at once.
      const { code, stdout } = await run(['__complete', 'status', ''], { deps: never });
      assert.deepEqual([code, stdout], [0, ':4\n']);
    });
  });

  it('reads words as they were typed, and runs nothing in them', () => {
    const env = { HOME: '/home/jane', SITE: "o'brien" };
    for (const [typed, read] of [
      ['plain', 'plain'], ['~/x', '/home/jane/x'], ['~', '/home/jane'], ['a~', 'a~'], ["'a b'c", 'a bc'], ['"a \\"b"', 'a "b'], ['a\\ b', 'a b'],
      ['$HOME/x', '/home/jane/x'], ['${SITE}-1', "o'brien-1"], ['"$SITE"', "o'brien"], ["'$SITE'", '$SITE'], ['\\$SITE', '$SITE'], ['$NOT', '$NOT'],
      ['$(touch /tmp/x)', '$(touch /tmp/x)'], ['`id`', '`id`'], ['"open', 'open'], ["'open", 'open'], ['end\\', 'end'], ['', ''],
    ] as const) assert.equal(unquote(typed, env), read, typed);
  });

  describe('in the shells', function () {
    // Each one starts a shell and the command.
    this.timeout(60_000);
    let folder: string;
    let env: NodeJS.ProcessEnv;
    before(() => {
      folder = mkdtempSync(join(tmpdir(), 'edge-vm-shells-'));
      symlinkSync(join(root, 'bin/edge-vm'), join(folder, 'edge-vm'));
      writeFileSync(join(folder, 'device one.yaml'), '');
      env = { PATH: `${folder}:${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`, HOME: folder };
    });
    after(() => rmSync(folder, { recursive: true }));

    for (const shell of ['bash', 'zsh', 'fish']) {
      it(`gives ${shell} a script that it can parse`, async function () {
        const { code, stdout } = await run(['completion', shell]);
        assert.equal(code, 0);
        if (!has(shell)) leaveOut(this, `${shell} is not installed`);
        writeFileSync(join(folder, 'script'), stdout);
        const parsed = spawnSync(shell, ['-n', join(folder, 'script')], { encoding: 'utf8' });
        assert.deepEqual([parsed.status, parsed.stderr], [0, '']);
      });
    }

    /** What bash offers; the words are as bash splits the line. */
    async function bash(line: string, words: string[], breaks = '" \'><=;|&(:'): Promise<string[]> {
      const { stdout: script } = await run(['completion', 'bash']);
      const list = words.map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`).join(' ');
      const text = `${script}\ncompopt() { :; }; COMP_WORDBREAKS=${JSON.stringify(breaks)}; COMP_LINE='${line}'; COMP_POINT=\${#COMP_LINE}; COMP_WORDS=(${list}); COMP_CWORD=${words.length - 1}; _edge_vm; printf '%s\\n' "\${COMPREPLY[@]}"`;
      const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', text], { encoding: 'utf8', env });
      assert.equal(stderr, '');
      return stdout.split('\n').filter((word) => word !== '');
    }

    it('completes in bash, where = and : end a word', async () => {
      assert.deepEqual(await bash('edge-vm cr', ['edge-vm', 'cr']), ['create']);
      assert.deepEqual(await bash('edge-vm lab st', ['edge-vm', 'lab', 'st']), ['status']);
      assert.deepEqual(await bash('edge-vm create gw-01 --dry', ['edge-vm', 'create', 'gw-01', '--dry']), ['--dry-run']);
      assert.deepEqual(await bash('edge-vm create --template debian', ['edge-vm', 'create', '--template', 'debian']), ['debian-12']);
      assert.deepEqual(await bash('edge-vm create --template=', ['edge-vm', 'create', '--template', '=']), ['ubuntu-24.04', 'ubuntu-22.04', 'debian-12'], 'bash replaces what comes after =');
      assert.deepEqual(await bash('edge-vm create --template=debian', ['edge-vm', 'create', '--template', '=', 'debian']), ['debian-12']);
      assert.deepEqual(await bash('edge-vm create --template=debian', ['edge-vm', 'create', '--template=debian'], ' '), ['--template=debian-12'], 'here = ends no word');
      assert.deepEqual(await bash('edge-vm create --gateway=', ['edge-vm', 'create', '--gateway', '=']), ['ClusterIP', 'NodePort', 'LoadBalancer']);
      assert.deepEqual(await bash('edge-vm create --gateway=No', ['edge-vm', 'create', '--gateway', '=', 'No']), ['NodePort']);
      assert.deepEqual(await bash('edge-vm create --gateway --wait-f', ['edge-vm', 'create', '--gateway', '--wait-f']), ['--wait-for']);
      assert.deepEqual(await bash('edge-vm create --memory ', ['edge-vm', 'create', '--memory', '']), []);
      writeFileSync(join(folder, 'k.json'), JSON.stringify({ clusters: [], contexts: [{ name: 'arn:aws:1', context: { cluster: 'c' } }] }));
      assert.deepEqual(await bash('edge-vm --kubeconfig ~/k.json list --context arn:a', ['edge-vm', '--kubeconfig', '~/k.json', 'list', '--context', 'arn', ':', 'a']), ['aws:1']);
    });

    it('completes in fish, with descriptions', async function () {
      if (!has('fish')) leaveOut(this, 'fish is not installed');
      const fish = (line: string): string[] => {
        const { stdout, stderr } = spawnSync('fish', ['--no-config', '-c', `edge-vm completion fish | source; complete -C ${JSON.stringify(line)}`], { encoding: 'utf8', env, cwd: folder });
        assert.equal(stderr, '');
        return stdout.split('\n').filter((word) => word !== '').sort();
      };
      assert.deepEqual(fish('edge-vm lis'), ['list\tList devices']);
      assert.deepEqual(fish('edge-vm create --template=debian'), ['--template=debian-12']);
      assert.deepEqual(fish('edge-vm create -f dev'), ['device one.yaml']);
    });

    it('ends although something still waits, for example for a name server', () => {
      const preload = join(folder, 'waits.cjs');
      writeFileSync(preload, 'setInterval(() => undefined, 1000);');
      const { status, signal, stdout } = spawnSync(process.execPath, ['-r', preload, join(root, 'bin/edge-vm'), '__complete', 'completion', ''], { encoding: 'utf8', env, timeout: 50_000 });
      assert.deepEqual([status, signal, stdout], [0, null, 'bash\nzsh\nfish\n:4\n']);
    });

    it('completes as a plugin of kubectl', () => {
      const plugin = join(root, 'bin/kubectl_complete-edge_vm');
      const { stdout, stderr, status } = spawnSync(process.execPath, [plugin, 'completion', ''], { encoding: 'utf8', env });
      assert.deepEqual([status, stderr, stdout], [0, '', 'bash\nzsh\nfish\n:4\n']);
    });
  });
});
