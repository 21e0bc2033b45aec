import { once } from 'node:events';
import { copyFileSync, createReadStream, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { execa } from 'execa';
import { EDGE_VM } from '../../integration/harness/paths.js';
import { theLab } from '../../integration/harness/lab.js';
import { NODE_ADDRESS } from './node-address.js';

/** The apt repository that the lab serves to real guests, as its files. */
function repository(): string {
  return join(theLab().folder, 'real-node', 'repository');
}

/** The lab's repository at another address, so that it can be wrong for one guest and right for the others. */
export interface OwnRepository {
  /** For `--edge-apt-source`. */
  url: string;
  /** Signs it with a key that no guest has. */
  signWithAnotherKey: () => Promise<void>;
  signRightly: () => void;
  close: () => void;
}

export async function startOwnRepository(): Promise<OwnRepository> {
  let signedWrongly: string | undefined;
  const server = createServer((request, response) => {
    const name = basename(request.url ?? '');
    const file = join(repository(), name);
    if (name === 'InRelease' && signedWrongly !== undefined) response.end(signedWrongly);
    else if (existsSync(file) && statSync(file).isFile()) createReadStream(file).pipe(response);
    else response.writeHead(404).end();
  });
  server.listen(0, NODE_ADDRESS);
  await once(server, 'listening');
  return {
    url: `http://packages.edge-vm.test:${(server.address() as AddressInfo).port}/edge`,
    async signWithAnotherKey() {
      signedWrongly = await signedByAnother(join(repository(), 'Release'));
    },
    signRightly() {
      signedWrongly = undefined;
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function signedByAnother(file: string): Promise<string> {
  const home = mkdtempSync(join(tmpdir(), 'edge-vm-gpg-'));
  const env = { GNUPGHOME: home };
  try {
    await execa('gpg', ['--batch', '--quiet', '--passphrase', '', '--quick-generate-key', 'somebody else <x@y.test>', 'rsa3072', 'sign', 'never'], { env });
    return (await execa('gpg', ['--batch', '--quiet', '--clearsign', '-o', '-', file], { env, stripFinalNewline: false })).stdout;
  } finally {
    await execa('gpgconf', ['--kill', 'gpg-agent'], { env, reject: false });
    rmSync(home, { recursive: true, force: true });
  }
}

/** Adds both packages in another version, made from the existing ones, in the way that people have: `--edge-packages`. */
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
