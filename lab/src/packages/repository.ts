import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EdgeVmError } from 'edge-vm';
import { runProgram } from '../control-plane/install/command.js';

export interface RepositoryOptions {
  /** Folder of .deb files. */
  packages: string;
  /** Folder for the flat, signed apt repository. Its old content is removed. */
  folder: string;
  /** File for the armoured public key. */
  keyFile: string;
  /** File for the secret key. With the same key, guests still trust a repository that is made again. */
  secretKeyFile: string;
  signal?: AbortSignal | undefined;
}

/** The .deb files in a folder; throws `invalid-input` if it has none. */
export function debsIn(folder: string): string[] {
  const debs = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.deb')) : [];
  if (debs.length === 0) throw new EdgeVmError('invalid-input', `${folder} holds no .deb files`, { hint: 'Give the folder of aziot-edge and aziot-identity-service packages.' });
  return debs;
}

/** Makes a flat apt repository (suite `./`) from the packages in a folder. It is signed with its own key. */
export async function makeRepository({ packages, folder, keyFile, secretKeyFile, signal }: RepositoryOptions): Promise<void> {
  const debs = debsIn(packages);
  const unfinished = `${folder}.new`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  for (const name of debs) copyFileSync(join(packages, name), join(unfinished, name));
  const inFolder = (script: string, ...args: string[]): Promise<string> => runProgram(['sh', '-ec', `cd "$1" && ${script}`, 'sh', unfinished, ...args], { env, signal });
  const home = mkdtempSync(join(tmpdir(), 'edge-vm-gpg-'));
  const env = { GNUPGHOME: home };
  try {
    writeFileSync(join(unfinished, 'Packages'), await inFolder('apt-ftparchive packages .'));
    writeFileSync(join(unfinished, 'Release'), await inFolder('apt-ftparchive -o APT::FTPArchive::Release::Origin="edge-vm lab" -o APT::FTPArchive::Release::Label="edge-vm lab" release .'));
    if (existsSync(secretKeyFile)) await inFolder('gpg --batch --quiet --import "$2"', secretKeyFile);
    else {
      await inFolder('gpg --batch --quiet --passphrase "" --quick-generate-key "edge-vm lab <lab@edge-vm.test>" rsa3072 sign never');
      writeFileSync(secretKeyFile, await inFolder('gpg --batch --armor --export-secret-keys'), { mode: 0o600 });
    }
    await inFolder('gpg --batch --quiet --clearsign -o InRelease Release');
    writeFileSync(keyFile, await inFolder('gpg --batch --armor --export'));
  } finally {
    await inFolder('gpgconf --kill gpg-agent').catch(() => {});
    rmSync(home, { recursive: true, force: true });
  }
  // Guests may read at this time, so there is no repository only for a moment.
  const old = `${folder}.old`;
  rmSync(old, { recursive: true, force: true });
  if (existsSync(folder)) renameSync(folder, old);
  renameSync(unfinished, folder);
  rmSync(old, { recursive: true, force: true });
}
