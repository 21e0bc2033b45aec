import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { IMAGE_REGISTRY } from '../control-plane/components.js';
import { runProgram } from '../control-plane/install/command.js';
import { waitFor } from '../control-plane/wait.js';
import { GUEST_IMAGE, PAUSE_IMAGE } from './constants.js';
import { allDiesWithUs, diesWithUs } from './dies-with-us.js';

const commonPath = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** An image whose layers are tar files. */
interface ImageSpec {
  name: string;
  layers: readonly string[];
  config: { Entrypoint?: string[]; Env?: string[] };
}

export interface ImportOptions {
  /** Folder in which `root`, containerd's root, is made. */
  folder: string;
  /** Folder of pause.tar, launcher.tar, handler.tar, guest.tar. */
  layers: string;
  base: string;
  /** Version of KubeVirt, the tag of its images. */
  version: string;
  signal: AbortSignal | undefined;
}

/** Puts the images of a real node into a new containerd root, with containerd itself. */
export async function importImages({ folder, layers, base, version, signal }: ImportOptions): Promise<void> {
  const layer = (name: string): string => join(layers, `${name}.tar`);
  const archive = join(folder, 'archive');
  await writeArchive(archive, [
    { name: PAUSE_IMAGE, layers: [layer('pause')], config: { Entrypoint: ['/pause'] } },
    { name: `${IMAGE_REGISTRY}/virt-launcher:${version}`, layers: [base, layer('launcher')], config: { Entrypoint: ['/usr/bin/virt-launcher'], Env: [commonPath] } },
    { name: `${IMAGE_REGISTRY}/virt-handler:${version}`, layers: [base, layer('handler')], config: { Entrypoint: ['/usr/bin/virt-handler'], Env: [commonPath] } },
    { name: GUEST_IMAGE, layers: [layer('guest')], config: {} },
  ]);
  await withContainerd(join(folder, 'root'), signal, (socket) =>
    runProgram(['sh', '-ec', 'tar -chf - -C "$1" . | ctr -a "$2" -n k8s.io images import --snapshotter overlayfs -', 'sh', archive, socket], { signal }));
  rmSync(archive, { recursive: true });
  rmSync(layers, { recursive: true });
}

/** A folder in the layout of `docker save`, with big files as links. */
async function writeArchive(archive: string, images: readonly ImageSpec[]): Promise<void> {
  const digests = new Map<string, string>();
  mkdirSync(archive, { recursive: true });
  for (const file of new Set(images.flatMap(({ layers }) => layers))) {
    const digest = await sha256(file);
    digests.set(file, digest);
    mkdirSync(join(archive, digest));
    symlinkSync(file, join(archive, digest, 'layer.tar'));
  }
  const manifest = images.map(({ name, layers, config }) => {
    const ids = layers.map((file) => digests.get(file)!);
    const text = JSON.stringify({
      architecture: 'amd64', os: 'linux', config,
      rootfs: { type: 'layers', diff_ids: ids.map((id) => `sha256:${id}`) },
      history: ids.map(() => ({ created_by: 'edge-vm lab' })),
    });
    const file = `${createHash('sha256').update(text).digest('hex')}.json`;
    writeFileSync(join(archive, file), text);
    return { Config: file, RepoTags: [name], Layers: ids.map((id) => `${id}/layer.tar`) };
  });
  writeFileSync(join(archive, 'manifest.json'), JSON.stringify(manifest));
}

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}

/** Runs containerd on a root during `work`. Its mounts stay in their own namespace. */
async function withContainerd<T>(root: string, signal: AbortSignal | undefined, work: (socket: string) => Promise<T>): Promise<T> {
  const run = mkdtempSync(join(tmpdir(), 'edge-vm-ctr-'));
  const socket = join(run, 'containerd.sock');
  const config = join(run, 'config.toml');
  writeFileSync(config, [
    'version = 2', `root = ${JSON.stringify(root)}`, `state = ${JSON.stringify(join(run, 'state'))}`, 'disabled_plugins = ["io.containerd.grpc.v1.cri"]',
    '[grpc]', `  address = ${JSON.stringify(socket)}`, '[plugins."io.containerd.internal.v1.opt"]', `  path = ${JSON.stringify(join(run, 'opt'))}`, '',
  ].join('\n'));
  const [program, ...args] = [...diesWithUs, 'unshare', '--mount', '--propagation', 'private', 'containerd', '-c', config, '-l', 'error'];
  const child = spawn(program, args, { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    child.once('error', () => resolve());
  });
  try {
    await waitFor(async () => (existsSync(socket) ? runProgram(['ctr', '-a', socket, 'version']) : undefined), { what: 'containerd', timeout: 30_000, signal });
    return await work(socket);
  } finally {
    child.kill();
    await ended;
    rmSync(run, { recursive: true, force: true });
  }
}

/** Copies a containerd root: its big files, which never change, as hard links if possible; its databases as real copies. */
export async function copyStore(from: string, to: string, signal: AbortSignal | undefined): Promise<void> {
  const script = 'cp -al "$1" "$2" 2>/dev/null || { rm -rf "$2"; cp -a "$1" "$2"; }; find "$2" -name "*.db" | while read -r db; do cp --remove-destination "$1/${db#"$2"/}" "$db"; done';
  // If this process ends and the copy goes on, it would write into the next copy.
  await runProgram([...allDiesWithUs, 'sh', '-ec', script, 'sh', from, to], { signal, killSignal: 'SIGKILL' });
}
