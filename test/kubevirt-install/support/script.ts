import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { repositoryFile } from './manifests.js';
import type { BareCluster } from './cluster.js';

export interface ScriptResult {
  /** Undefined if it was killed. */
  code: number | undefined;
  stdout: string;
  stderr: string;
  /** Every call of kubectl: its arguments, joined by blanks. */
  calls: string[];
}

export interface ScriptOptions {
  kubeconfig?: string;
  env?: Record<string, string>;
  /** Kills the script and all that it runs with SIGKILL, in the middle of the first call of kubectl that has these words. */
  killIn?: string;
  /** Answers at a terminal, in this order. Without it there is no terminal. */
  answers?: readonly string[];
}

/** Runs kubevirt-install.sh with the real kubectl, behind a wrapper that records its calls. */
export async function runScript(cluster: BareCluster, args: readonly string[], options: ScriptOptions = {}): Promise<ScriptResult> {
  const folder = cluster.folder;
  const log = join(folder, 'calls');
  await writeFile(log, '');
  await writeFile(join(folder, 'kubectl'), `#!/usr/bin/env bash
echo "$*" >>'${log}'
case "$*" in
  *"\${KILL_IN-no such words}"*)
    '${cluster.kubectlProgram}' "$@" &
    sleep 0.25
    kill -KILL 0 ;;
esac
exec '${cluster.kubectlProgram}' "$@"
`);
  await chmod(join(folder, 'kubectl'), 0o755);
  const script = repositoryFile('scripts', 'kubevirt-install.sh');
  const env = {
    PATH: `${folder}:${process.env['PATH']}`,
    HOME: folder,
    TMPDIR: folder,
    KUBECONFIG: options.kubeconfig ?? cluster.kubeconfig,
    EDGE_VM_KUBEVIRT_TIMEOUT: '40s',
    EDGE_VM_KUBEVIRT_POLL: '0.3',
    EDGE_VM_KUBEVIRT_KVM_PATIENCE: '0',
    EDGE_VM_KUBEVIRT_PROFILE_PATIENCE: '0',
    // At a terminal the script wraps its messages; the tests look for whole ones.
    COLUMNS: '500',
    ...(options.killIn === undefined ? {} : { KILL_IN: options.killIn }),
    ...options.env,
  };
  const command: readonly string[] = options.answers === undefined ? [script, ...args] : ['script', '-qefc', [script, ...args].join(' '), '/dev/null'];
  const run = await execa(command[0]!, command.slice(1), {
    env, extendEnv: false, reject: false, detached: true, timeout: 175_000, killSignal: 'SIGKILL',
    ...(options.answers === undefined ? { stdin: 'ignore' } : { input: options.answers.map((answer) => `${answer}\n`).join('') }),
  });
  const calls = (await readFile(log, 'utf8')).split('\n').filter((line) => line !== '');
  return { code: run.exitCode, stdout: run.stdout ?? '', stderr: run.stderr ?? '', calls };
}
