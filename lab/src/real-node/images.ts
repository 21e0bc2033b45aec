import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Programs } from '../control-plane/build-programs.js';
import { step, type OnLabEvent } from '../control-plane/events.js';
import { runProgram } from '../control-plane/install/command.js';
import { packageFile } from '../control-plane/paths.js';
import type { PinnedVersions } from '../control-plane/program-groups.js';
import { sweepSiblings } from '../control-plane/sweep.js';
import { keyOf, makeFolder } from './cached.js';
import { allDiesWithUs } from './dies-with-us.js';
import { importImages } from './containerd-store.js';
import type { DebianMirror } from './debian-mirror.js';

export interface ImagesOptions {
  /** Folder for the results. */
  cache: string;
  /** The node's programs. */
  programs: Programs;
  versions: PinnedVersions;
  mirror: DebianMirror;
  onEvent: OnLabEvent;
  signal: AbortSignal | undefined;
}

/** The files that a real node and its guests run from. */
export interface Images {
  /** A containerd root with all images; each node gets a copy. */
  containerd: string;
  /** Raw disk of the Debian guest, sparse. */
  guestDisk: string;
  /** Kernel and initial RAM disk of the same guest. */
  kernel: string;
  initrd: string;
}

/** Makes what is not in the cache yet: the guest's disk, the root of KubeVirt's programs, and a containerd root with all images. */
export async function makeImages(options: ImagesOptions): Promise<Images> {
  const { cache, onEvent, signal, mirror, programs, versions } = options;
  const guest = join(cache, `guest-${keyOf(scripts('lib.sh', 'guest-disk.sh'))}`);
  await makeOnce('guest image', guest, onEvent, signal, (folder) => script('guest-disk.sh', [folder, mirror.main], signal));
  const base = join(cache, `base-${keyOf(scripts('lib.sh', 'node-base.sh'))}`);
  await makeOnce('node root', base, onEvent, signal, (folder) => script('node-base.sh', [join(folder, 'base.tar'), mirror.main], signal));
  const key = keyOf(scripts('node-layers.sh', 'virtqemud', 'pause.c'), guest, base, programs.key, versions.kubevirt, String(storeFormat));
  const containerd = join(cache, `containerd-${key}`);
  await makeOnce('node images', containerd, onEvent, signal, async (folder) => {
    const layers = join(folder, 'layers');
    const bins = [...new Set(['kubelet', 'virt-handler'].map((name) => join(programs.program(name), '..')))];
    await script('node-layers.sh', [layers, await kubevirtSource(signal), join(guest, 'disk.qcow2'), ...bins], signal);
    await importImages({ folder, layers, base: join(base, 'base.tar'), version: versions.kubevirt, signal });
  });
  for (const folder of [guest, base, containerd]) await sweepSiblings(folder);
  return { containerd: join(containerd, 'root'), guestDisk: join(guest, 'disk.raw'), kernel: join(guest, 'vmlinuz'), initrd: join(guest, 'initrd.img') };
}

// Raise it when importImages changes its layout.
const storeFormat = 1;

async function makeOnce(name: string, folder: string, onEvent: OnLabEvent, signal: AbortSignal | undefined, make: (unfinished: string) => Promise<unknown>): Promise<void> {
  if (existsSync(folder)) return;
  await step(name, onEvent, () => makeFolder(folder, async (unfinished) => void (await make(unfinished)), signal));
}

function scripts(...names: string[]): string[] {
  return names.map((name) => packageFile('images', name));
}

// These scripts mount file systems. Their processes must not go on and write where the next try begins again.
async function script(name: string, args: readonly string[], signal: AbortSignal | undefined): Promise<string> {
  return runProgram([...allDiesWithUs, packageFile('images', name), ...args], { signal, killSignal: 'SIGKILL' });
}

// KubeVirt's own small files (libvirt's settings, a script, one C program) come from its module; this project has no copy.
async function kubevirtSource(signal: AbortSignal | undefined): Promise<string> {
  const answer = await runProgram(['go', '-C', packageFile('programs', 'core'), 'mod', 'download', '-json', 'kubevirt.io/kubevirt'], { env: { GOWORK: 'off', GOFLAGS: '-mod=mod' }, signal });
  return (JSON.parse(answer) as { Dir: string }).Dir;
}
