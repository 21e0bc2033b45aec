import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EdgeVmError } from 'edge-vm';
import { runProgram } from '../control-plane/install/command.js';

export interface RepositoryOptions {
  /** Folder of .deb files. */
  packages: string;
  /** Becomes a flat, signed apt repository. */
  folder: string;
  /** Gets the armoured public key. */
  keyFile: string;
  signal?: AbortSignal | undefined;
}

/** Makes a flat apt repository (suite `./`) of the packages in a folder, signed with a key made for it. */
export async function makeRepository({ packages, folder, keyFile, signal }: RepositoryOptions): Promise<void> {
  const debs = existsSync(packages) ? readdirSync(packages).filter((name) => name.endsWith('.deb')) : [];
  if (debs.length === 0) throw new EdgeVmError('invalid-input', `${packages} holds no .deb files`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const name of debs) copyFileSync(join(packages, name), join(folder, name));
  const inFolder = (script: string, env: Record<string, string> = {}): Promise<string> => runProgram(['sh', '-ec', `cd "$1" && ${script}`, 'sh', folder], { env, signal });
  writeFileSync(join(folder, 'Packages'), await inFolder('apt-ftparchive packages .'));
  writeFileSync(join(folder, 'Release'), await inFolder('apt-ftparchive -o APT::FTPArchive::Release::Origin="edge-vm lab" -o APT::FTPArchive::Release::Label="edge-vm lab" release .'));
  const home = mkdtempSync(join(tmpdir(), 'edge-vm-gpg-'));
  const env = { GNUPGHOME: home };
  try {
    await inFolder('gpg --batch --quiet --passphrase "" --quick-generate-key "edge-vm lab <lab@edge-vm.test>" rsa3072 sign never', env);
    await inFolder('gpg --batch --quiet --clearsign -o InRelease Release', env);
    writeFileSync(keyFile, await inFolder('gpg --batch --armor --export', env));
  } finally {
    await inFolder('gpgconf --kill gpg-agent', env).catch(() => {});
    rmSync(home, { recursive: true, force: true });
  }
}
