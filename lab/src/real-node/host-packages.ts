import { existsSync, realpathSync } from 'node:fs';
import { basename, delimiter, dirname, join, resolve } from 'node:path';
import { EdgeVmError } from 'edge-vm';
import { runProgram } from '../control-plane/install/command.js';

/** Debian packages. A real node needs their programs, for itself and to make its images. */
const needed = [
  'apt-utils', 'containerd', 'containernetworking-plugins', 'debian-archive-keyring', 'debootstrap', 'dpkg-dev', 'e2fsprogs', 'fdisk', 'gcc', 'gnupg', 'iproute2',
  'libc6-dev', 'libcap2-bin', 'nftables', 'python3', 'qemu-system-x86', 'qemu-utils', 'runc',
];

/** If one of these programs is there, its Debian package is not needed. Docker's own packages contain them, and exclude Debian's. */
const instead: Readonly<Record<string, readonly string[]>> = { containerd: ['containerd', 'ctr'], runc: ['runc'] };

/** Questions to the machine. Each promise resolves to false rather than rejects. */
export interface HostLook {
  isInstalled: (name: string) => Promise<boolean>;
  hasProgram: (name: string) => boolean;
  hasPip: () => Promise<boolean>;
}

/** Throws `missing-prerequisite` if this machine cannot have a real node. */
export function requireRealNodeHost(): void {
  const refuse = (message: string, hint: string): never => {
    throw new EdgeVmError('missing-prerequisite', message, { hint });
  };
  if (process.getuid?.() !== 0) refuse('a real node needs root', 'Run it with sudo, or bring the lab up without --node real: its simulated nodes need no rights.');
  if (process.arch !== 'x64') refuse(`a real node runs on amd64 only, not on ${process.arch}`, 'Bring the lab up without --node real.');
  if (!existsSync('/usr/bin/apt-get')) refuse('a real node needs a Debian or Ubuntu machine, whose packages it is made of', 'Bring the lab up without --node real.');
}

/** Folders of the machine that a real node replaces with its own, for itself. */
const covered = ['/var/lib', '/var/log', '/run'];

/** Throws `missing-prerequisite` if the node could not see one of the folders, and names the variable of that folder. */
export function requireVisibleFolders(folders: Readonly<Record<string, string>>): void {
  for (const [variable, folder] of Object.entries(folders)) {
    const real = realPath(resolve(folder));
    const cover = covered.find((one) => real === one || real.startsWith(`${one}/`));
    if (cover === undefined) continue;
    throw new EdgeVmError('missing-prerequisite', `the lab's folder ${folder} lies below ${cover}, which a real node covers with a folder of its own`, { hint: `Set ${variable} to a folder elsewhere.` });
  }
}

/** The real path of the part that exists already. */
function realPath(path: string): string {
  return existsSync(path) || dirname(path) === path ? realpathSync(path) : join(realPath(dirname(path)), basename(path));
}

/** Installs missing packages. They stay after the lab, because the lab cannot know who else needs them by then. */
export async function installHostPackages(signal: AbortSignal | undefined, progress: (detail: string) => void): Promise<void> {
  const missing = await missingPackages(thisHost);
  if (missing.length === 0) return;
  progress(missing.join(' '));
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  try {
    await runProgram(['apt-get', 'update', '-q'], { env, signal });
    // apt may not remove any package of the machine. No signal: if apt-get ended in the middle, packages would be half installed.
    await runProgram(['apt-get', 'install', '-qy', '--no-install-recommends', '--no-remove', ...missing], { env });
    // The lab starts its own process of the package's program. The service that the package has started would never stop.
    if (missing.includes('containerd') && existsSync('/run/systemd/system')) await runProgram(['systemctl', 'disable', '--now', 'containerd.service']);
  } catch (cause) {
    throw new EdgeVmError('missing-prerequisite', `cannot install ${missing.join(' ')}`, { hint: 'Install these packages, then try again.', cause });
  }
  signal?.throwIfAborted();
}

/** The packages that have to be installed. */
export async function missingPackages({ isInstalled, hasProgram, hasPip }: HostLook): Promise<string[]> {
  const isThere = async (name: string): Promise<boolean> => (instead[name]?.every(hasProgram) ?? false) || isInstalled(name);
  const missing = (await Promise.all(needed.map(async (name) => ((await isThere(name)) ? [] : [name])))).flat();
  // Many pythons that are not from Debian contain pip, so Debian's package says little.
  return (await hasPip()) ? missing : [...missing, 'python3-pip'];
}

const thisHost: HostLook = {
  isInstalled: async (name) => (await runProgram(['dpkg-query', '-W', '-f=${Status}', name]).catch(() => '')).endsWith(' ok installed'),
  hasProgram: (name) => (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, name))),
  hasPip: () => runProgram(['python3', '-m', 'pip', '--version']).then(() => true, () => false),
};
