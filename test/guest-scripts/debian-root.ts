import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { cacheFolder } from '../helpers/cache-folder.js';

const SUITE = 'bookworm';

/** Why no root can be made here; `undefined` if it can. */
export function whyNoRoot(): string | undefined {
  if (process.getuid?.() !== 0) return 'it needs root (chroot and mounts)';
  const missing = ['unshare', 'chroot', 'dpkg-deb', 'flock'].find((program) => spawnSync(program, ['--version']).error !== undefined);
  if (missing !== undefined) return `${missing} is not installed`;
  if (!existsSync(cachedRoot()) && spawnSync('debootstrap', ['--version']).error !== undefined) return 'debootstrap is not installed';
  const probe = spawnSync('unshare', ['--mount', '--pid', '--fork', '--kill-child', 'true']);
  return probe.status === 0 ? undefined : 'mount namespaces are not allowed here';
}

function cachedRoot(): string {
  return join(cacheFolder(), 'guest-root', SUITE);
}

/** Makes the cached root on first use, from the distribution's mirror; it takes a minute. Other processes wait for it. */
function ensureRoot(): string {
  const root = cachedRoot();
  if (existsSync(root)) return root;
  mkdirSync(dirname(root), { recursive: true });
  // python3 and ca-certificates: a cloud image has them, minbase does not.
  const make = `[ ! -e "$1" ] || exit 0; rm -rf "$1.new"; debootstrap --variant=minbase --include=python3,ca-certificates ${SUITE} "$1.new" && mv "$1.new" "$1"`;
  const { status, stdout, stderr } = spawnSync('flock', [`${root}.lock`, 'sh', '-c', make, 'sh', root], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`debootstrap failed: ${stderr.slice(-1000)}\n${stdout.slice(-1000)}`);
  return root;
}

/** In memory if there is enough of it, because the guest's scripts and dpkg sync each file that they write. */
function scratch(): string {
  const memory = '/dev/shm';
  if (!existsSync(memory)) return tmpdir();
  const { bavail, bsize } = statfsSync(memory);
  return bavail * bsize > 2 ** 29 ? memory : tmpdir();
}

export interface RunOptions {
  env?: Record<string, string>;
  /** Shell text that runs before the chroot; `$R` is the root. */
  prepare?: string;
}

/** A new Debian root over the cached one. Only `upper` is written; between runs the test may change it from outside. */
export interface DebianRoot {
  path: (inside: string) => string;
  exists: (inside: string) => boolean;
  read: (inside: string) => string;
  write: (inside: string, text: string, mode?: number) => void;
  remove: (inside: string) => void;
  /** Starts a command in the root, in its own namespaces: a SIGKILL to the child ends all that it started. */
  start: (command: string[], options?: RunOptions) => ChildProcess;
  run: (command: string[], options?: RunOptions) => { status: number | null; output: string };
  dispose: () => void;
}

export function openRoot(): DebianRoot {
  const lower = ensureRoot();
  const folder = mkdtempSync(join(scratch(), 'edge-vm-root-'));
  for (const name of ['upper', 'work', 'root']) mkdirSync(join(folder, name));
  const path = (inside: string): string => join(folder, 'upper', inside);
  const args = (command: string[], { env = {}, prepare = ':' }: RunOptions): string[] => {
    const setUp = [
      'set -e',
      'R=$1; shift',
      `mount -t overlay overlay -o lowerdir=${lower},upperdir=${folder}/upper,workdir=${folder}/work $R`,
      'mount -t proc proc $R/proc',
      'mount --rbind /dev $R/dev',
      'mount -t tmpfs tmpfs $R/run',
      prepare,
      'exec chroot "$R" "$@"',
    ].join('\n');
    const words = Object.entries({ PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root', ...env }).map(([name, value]) => `${name}=${value}`);
    return ['--mount', '--pid', '--fork', '--kill-child', 'sh', '-c', setUp, 'sh', join(folder, 'root'), 'env', '-i', ...words, ...command];
  };
  return {
    path,
    exists: (inside) => lstatSync(path(inside), { throwIfNoEntry: false }) !== undefined,
    read: (inside) => readFileSync(path(inside), 'utf8'),
    write: (inside, text, mode = 0o644) => {
      mkdirSync(dirname(path(inside)), { recursive: true });
      writeFileSync(path(inside), text);
      chmodSync(path(inside), mode);
    },
    remove: (inside) => rmSync(path(inside), { recursive: true, force: true }),
    start: (command, options = {}) => spawn('unshare', args(command, options), { stdio: ['ignore', 'ignore', 'ignore'] }),
    run: (command, options = {}) => {
      const { status, stdout, stderr } = spawnSync('unshare', args(command, options), { encoding: 'utf8', timeout: 60_000 });
      return { status, output: stdout + stderr };
    },
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  };
}
