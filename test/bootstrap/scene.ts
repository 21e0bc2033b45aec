import assert from 'node:assert/strict';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Cloud, done, failed, type Answer } from './cloud.js';

/** The repository; this file runs from dist/test/bootstrap. */
export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
export const SCRIPT = join(ROOT, 'scripts', 'aks-bootstrap.sh');

/** One call of a program by the script. */
export interface Call {
  program: string;
  args: string[];
  /** EDGE_VM_HUB_CONNECTION_STRING of the call. */
  credential: string;
}

/** What happens at a call instead of the answer. */
export type Fault = { at: number; kind: 'error' | 'hang' | 'kill-before' | 'kill-after' };

export interface Run {
  code: number | null;
  stdout: string;
  stderr: string;
  calls: Call[];
}

export interface RunOptions {
  fault?: Fault;
  env?: Record<string, string>;
  input?: string;
}

/** The programs that the script calls; each one asks the scene for its answer. */
const PROGRAMS = ['az', 'kubectl', 'edge-vm', 'kubevirt-install.sh'] as const;

// Bash alone, because it starts in a millisecond. It sends its arguments and prints what comes back.
const client = (program: string, port: number): string => `#!/usr/bin/env bash
exec 3<>/dev/tcp/127.0.0.1/${port} || exit 99
printf '%s\\n' $(($# + 2)) >&3
printf '%s\\0' ${program} "\${EDGE_VM_HUB_CONNECTION_STRING-}" "$@" >&3
while IFS= read -r line <&3; do
  case $line in
    o*) printf '%s\\n' "\${line#o}" ;;
    e*) printf '%s\\n' "\${line#e}" >&2 ;;
    x*) exit "\${line#x}" ;;
  esac
done
exit 98
`;

/** A cloud, a cluster, and the script in an environment of its own. */
export class Scene {
  readonly cloud = new Cloud();
  readonly folder = mkdtempSync(join(tmpdir(), 'edge-vm-aks-test-'));
  readonly home = join(this.folder, 'home');
  readonly bin = join(this.folder, 'bin');
  /** Devices by name, with the credential that made them. */
  devices = new Map<string, string>();
  kubevirt = false;
  /** Node → Ready. */
  nodes: [string, string][] = [['aks-nodepool1-0', 'True']];
  /** Storage classes with their binding mode. */
  classes = new Map([['managed-csi', 'WaitForFirstConsumer'], ['local-path', 'WaitForFirstConsumer']]);
  defaultClass = 'managed-csi';
  answers = new Map<string, Answer>();
  #server: Server | undefined;
  #run: { child: ChildProcess; calls: Call[]; fault: Fault | undefined; open: Set<Socket> } | undefined;

  async open(): Promise<this> {
    this.#server = createServer((socket) => this.#serve(socket));
    await new Promise<void>((resolve) => void this.#server?.listen(0, '127.0.0.1', resolve));
    const { port } = this.#server.address() as AddressInfo;
    mkdirSync(this.home);
    mkdirSync(this.bin);
    mkdirSync(join(this.folder, 'tmp'));
    for (const program of PROGRAMS) {
      writeFileSync(join(this.bin, program), client(program, port));
      chmodSync(join(this.bin, program), 0o755);
    }
    return this;
  }

  async close(): Promise<void> {
    await new Promise((resolve) => void this.#server?.close(resolve));
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Environment of the script: nothing of this process but the path of the system's programs. */
  environment(over: Record<string, string> = {}): Record<string, string> {
    return {
      PATH: `${this.bin}:/usr/local/bin:/usr/bin:/bin`, HOME: this.home, TMPDIR: join(this.folder, 'tmp'),
      EDGE_VM_AKS_EDGE_VM: join(this.bin, 'edge-vm'), EDGE_VM_AKS_KUBEVIRT_INSTALL: join(this.bin, 'kubevirt-install.sh'),
      EDGE_VM_AKS_POLL: '0.01', EDGE_VM_AKS_CALL_TIMEOUT: '30', ...over,
    };
  }

  /** Runs the script to its end. */
  run(args: readonly string[], { fault, env = {}, input = '' }: RunOptions = {}): Promise<Run> {
    const child = spawn(SCRIPT, args, { env: this.environment(env), cwd: this.folder, stdio: 'pipe', detached: true });
    const calls: Call[] = [];
    const open = new Set<Socket>();
    this.#run = { child, calls, fault, open };
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.stdin.end(input);
    return new Promise((resolve, reject) => {
      child.on('error', reject);
      // Not `close`: after a kill, grandchildren hold the pipes for a moment.
      child.on('exit', (code, signal) => {
        for (const socket of open) socket.destroy();
        const end = (): void => resolve({ code, stdout, stderr, calls });
        if (signal === null) child.on('close', end);
        else end();
      });
    });
  }

  /** Answers the calls of a script that somebody else has started. */
  watch(child: ChildProcess): void {
    this.#run = { child, calls: [], fault: undefined, open: new Set() };
  }

  /** Resolves when the script makes its call of this number. */
  async reached(at: number): Promise<void> {
    while ((this.#run?.calls.length ?? 0) <= at) await delay(5);
  }

  /** Signals the script's process group, as Ctrl-C in a terminal does. */
  signal(signal: NodeJS.Signals): void {
    const pid = this.#run?.child.pid;
    if (pid !== undefined) process.kill(-pid, signal);
  }

  /** A folder with the system's programs that the script uses, and no az, kubectl or edge-vm. */
  fewPrograms(folder: string): void {
    mkdirSync(folder);
    for (const program of ['bash', 'env', 'awk', 'cat', 'cksum', 'cut', 'date', 'dirname', 'grep', 'head', 'mkdir', 'mktemp', 'paste', 'rm', 'sed', 'sleep', 'sort', 'tr']) {
      symlinkSync(execFileSync('/bin/sh', ['-c', `command -v ${program}`], { encoding: 'utf8' }).trim(), join(folder, program));
    }
  }

  /** All files that the script can have left: in its home and its temporary folder. */
  files(): { path: string; text: string }[] {
    return [this.home, join(this.folder, 'tmp')].flatMap((top) =>
      readdirSync(top, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name)).map((path) => ({ path, text: readFileSync(path, 'utf8') })));
  }

  #serve(socket: Socket): void {
    const run = this.#run;
    if (run === undefined) return void socket.destroy();
    let text = '';
    run.open.add(socket);
    socket.on('error', () => undefined).on('close', () => run.open.delete(socket));
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      const line = text.indexOf('\n');
      const fields = line < 0 ? [] : text.slice(line + 1).split('\0');
      if (line < 0 || fields.length <= Number(text.slice(0, line))) return;
      socket.removeAllListeners('data');
      const [program = '', credential = '', ...args] = fields.slice(0, -1);
      this.#answer({ program, args, credential }, socket, run);
    });
  }

  #answer(call: Call, socket: Socket, run: { child: ChildProcess; calls: Call[]; fault: Fault | undefined }): void {
    const kind = run.fault?.at === run.calls.push(call) - 1 ? run.fault.kind : undefined;
    const kill = (): void => {
      run.child.kill('SIGKILL');
      socket.destroy();
    };
    if (kind === 'hang') return;
    if (kind === 'kill-before') return kill();
    const answer = kind === 'error' ? failed('(InternalServerError) The server met an unexpected condition.') : this.#ask(call);
    if (kind === 'kill-after') return kill();
    const lines = (prefix: string, text: string): string => (text === '' ? '' : `${text.replace(/\n$/, '').split('\n').map((line) => prefix + line).join('\n')}\n`);
    socket.end(`${lines('o', answer.stdout)}${lines('e', answer.stderr)}x${answer.code}\n`);
  }

  #ask({ program, args, credential }: Call): Answer {
    const text = args.join(' ');
    const fixed = [...this.answers].find(([key]) => `${program} ${text}`.startsWith(key))?.[1];
    if (fixed !== undefined) return fixed;
    switch (program) {
      case 'az': return this.cloud.az(args);
      case 'kubevirt-install.sh': this.kubevirt = true; return done('');
      case 'kubectl': return this.#kubectl(args);
      default: return this.#edgeVm(args, credential);
    }
  }

  #kubectl(args: readonly string[]): Answer {
    const text = args.join(' ');
    if (args.includes('view')) return done(`${args.includes('--context') ? args[args.indexOf('--context') + 1] : 'plant'}\nhttps://10.0.0.1:6443\n`);
    const at = args.indexOf('get');
    const [, kind, name = ''] = args.slice(at);
    if (kind === 'nodes') return done(this.nodes.map(([node, ready]) => `${node} ${ready}\n`).join(''));
    if (kind === '--raw') return done('{}\n');
    if (kind === 'storageclass' && name === '-o' && !text.includes('is-default-class')) return done([...this.classes.keys()].join(' '));
    const wanted = name === '-o' ? this.defaultClass : name;
    if (kind === 'storageclass') {
      const mode = this.classes.get(wanted);
      if (mode !== undefined) return done(`${wanted}\n${mode}\n`);
      return wanted === '' ? done('') : { code: 1, stdout: '', stderr: `Error from server (NotFound): storageclasses.storage.k8s.io "${wanted}" not found\n` };
    }
    return kind === 'storageprofile' ? done('["ReadWriteOnce"]\n') : { code: 1, stdout: '', stderr: `error: unknown ${args.join(' ')}\n` };
  }

  #edgeVm([command = '', name = '', ...flags]: readonly string[], credential: string): Answer {
    if (flags.includes('--dry-run=client')) {
      const unknown = flags.filter((flag) => ['--gatway'].includes(flag));
      return unknown.length === 0 ? { code: 3, stdout: '', stderr: 'error: /dev/null: it has no content\ncause: no-cluster\n' } : { code: 2, stdout: '', stderr: `error: ${unknown.join(' ')}: unknown flag\n` };
    }
    if (command === 'create') this.devices.set(name, credential);
    if (command === 'delete') this.devices.delete(name);
    return done('');
  }
}

/** Opens a scene for the tests of a suite, one for each test. */
export function scenes(): () => Scene {
  let scene: Scene;
  beforeEach(async () => {
    scene = await new Scene().open();
  });
  afterEach(() => scene.close());
  return () => scene;
}

/** A call as a line for a person, without what differs from machine to machine. */
export function callLine({ program, args }: Call, scene: Scene): string {
  const word = (text: string): string => (/^[\w./:=@%,-]+$/.test(text) ? text : `'${text.replaceAll('\'', String.raw`'\''`)}'`);
  return [program, ...args.map(word)].join(' ').replaceAll(scene.home, '$HOME').replaceAll(scene.folder, '$FOLDER');
}

/** Fails with all that the script printed. */
export function assertCode(run: Run, code: number): void {
  assert.equal(run.code, code, `exit code ${run.code} instead of ${code}\nstdout:\n${run.stdout}\nstderr:\n${run.stderr}`);
}

/** Runs the jobs, so many at the same time. */
export async function together<T>(items: readonly T[], atOnce: number, job: (item: T) => Promise<void>): Promise<void> {
  const left = [...items];
  await Promise.all(Array.from({ length: atOnce }, async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await job(item);
  }));
}
