import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { bootId } from './boot-id.js';
import { diesWithUs } from './dies-with-us.js';

/** How guests of the real node run. */
export interface Acceleration {
  kind: 'kvm' | 'emulation';
  /** Why, in words for people. */
  reason: string;
}

export interface KvmProbeOptions {
  /** A kernel and an initial RAM disk that boot on a good machine. */
  kernel: string;
  initrd: string;
  /** File that keeps the result until the machine's next boot. */
  verdict: string;
  /** Longest time of the boot in milliseconds; default 25 s. */
  deadline?: number;
  signal?: AbortSignal | undefined;
}

/**
 * Whether guests can run with hardware virtualization. It is not enough that /dev/kvm opens and makes a machine: nested
 * virtualization may hang as soon as a real kernel runs. So this boots a real kernel, up to its first user process.
 */
export async function probeKvm(options: KvmProbeOptions): Promise<Acceleration> {
  if (!existsSync('/dev/kvm')) return { kind: 'emulation', reason: 'there is no /dev/kvm' };
  const boot = bootId();
  const known = readVerdict(options.verdict);
  if (known?.boot === boot) return known.acceleration;
  const acceleration = await tryBoot(options);
  mkdirSync(dirname(options.verdict), { recursive: true });
  writeFileSync(options.verdict, JSON.stringify({ boot, acceleration }));
  return acceleration;
}

function readVerdict(file: string): { boot: string; acceleration: Acceleration } | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as { boot: string; acceleration: Acceleration };
  } catch {
    return undefined;
  }
}

// The initial RAM disk says this when it looks for a root file system: user space runs.
const userSpace = /Begin: |Loading, please wait|initramfs/;

async function tryBoot({ kernel, initrd, deadline = 25_000, signal }: KvmProbeOptions): Promise<Acceleration> {
  // A guest that hangs would not end, and would use a processor.
  const [program, ...args] = [...diesWithUs, 'qemu-system-x86_64', '-accel', 'kvm', '-cpu', 'host', '-m', '512', '-display', 'none', '-monitor', 'none', '-nic', 'none', '-no-reboot', '-serial', 'stdio',
    '-kernel', kernel, '-initrd', initrd, '-append', 'console=ttyS0 root=/dev/none rootdelay=1 panic=-1'];
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors = `${errors}${chunk.toString('utf8')}`.slice(-500);
  });
  const works = await new Promise<boolean>((resolve) => {
    const end = setTimeout(() => resolve(false), deadline);
    const finish = (value: boolean): void => {
      clearTimeout(end);
      resolve(value);
    };
    if (signal?.aborted) finish(false);
    signal?.addEventListener('abort', () => finish(false), { once: true });
    child.stdout.on('data', (chunk: Buffer) => {
      said = `${said}${chunk.toString('utf8')}`.slice(-4000);
      if (userSpace.test(said)) finish(true);
    });
    child.once('error', () => finish(false));
    child.once('close', () => finish(userSpace.test(said)));
  });
  child.kill('SIGKILL');
  signal?.throwIfAborted();
  if (works) return { kind: 'kvm', reason: 'a guest boots with /dev/kvm' };
  const why = errors.trim().split('\n').at(-1);
  return { kind: 'emulation', reason: why ? `QEMU cannot use /dev/kvm: ${why}` : `/dev/kvm is there, but a guest did not boot with it within ${Math.round(deadline / 1000)} s` };
}
