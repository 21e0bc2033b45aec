import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { EDGE_VM } from '../../integration/harness/paths.js';
import { theLab } from '../../integration/harness/lab.js';

/** The apt repository that the lab serves to real guests, as its files. */
function repository(): string {
  return join(theLab().folder, 'real-node', 'repository');
}

/** Signs the repository with a key that no guest was given; gives how to undo that. */
export async function signWithAnotherKey(): Promise<() => void> {
  const file = join(repository(), 'InRelease');
  const right = readFileSync(file);
  const home = mkdtempSync(join(tmpdir(), 'edge-vm-gpg-'));
  const env = { GNUPGHOME: home };
  try {
    await execa('gpg', ['--batch', '--quiet', '--passphrase', '', '--quick-generate-key', 'somebody else <x@y.test>', 'rsa3072', 'sign', 'never'], { env });
    await execa('gpg', ['--batch', '--quiet', '--yes', '--clearsign', '-o', file, join(repository(), 'Release')], { env });
  } finally {
    await execa('gpgconf', ['--kill', 'gpg-agent'], { env, reject: false });
    rmSync(home, { recursive: true, force: true });
  }
  return () => writeFileSync(file, right);
}

/** Adds both packages in another version, made of those that are there, by the way that people have: `--edge-packages`. */
export async function publishVersion(version: string, from = '1.6.0-1'): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), 'edge-vm-debs-'));
  try {
    for (const file of readdirSync(repository()).filter((name) => name.endsWith('.deb'))) copyFileSync(join(repository(), file), join(work, file));
    for (const name of ['aziot-identity-service', 'aziot-edge']) {
      const root = join(work, name);
      mkdirSync(root);
      await execa('dpkg-deb', ['-R', join(work, `${name}_${from}_all.deb`), root]);
      const control = join(root, 'DEBIAN', 'control');
      writeFileSync(control, readFileSync(control, 'utf8').replaceAll(from, version));
      await execa('dpkg-deb', ['--root-owner-group', '-Zgzip', '--build', root, join(work, `${name}_${version}_all.deb`)]);
    }
    const { name, stateDir } = theLab();
    await execa(process.execPath, [EDGE_VM, 'lab', 'up', '--name', name, '--node', 'real', '--edge-packages', work], { env: { EDGE_VM_STATE_DIR: stateDir } });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
