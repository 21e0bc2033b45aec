import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { clearSign } from './gpg.js';
import type { GpgKey } from './gpg.js';
import { standIns } from './stand-ins.js';
import type { StandIn } from './stand-ins.js';

interface BuiltPackage {
  name: string;
  version: string;
  entry: string;
}

function buildPackage(folder: string, item: StandIn): BuiltPackage {
  const { name, version } = item;
  const tree = join(folder, `${name}_${version}`);
  mkdirSync(join(tree, 'DEBIAN'), { recursive: true });
  const control = `Package: ${name}\nVersion: ${version}\nArchitecture: all\nMaintainer: edge-vm tests <none@example.invalid>\n${item.depends === undefined ? '' : `Depends: ${item.depends}\n`}Description: stand-in\n`;
  writeFileSync(join(tree, 'DEBIAN/control'), control);
  for (const [script, text] of Object.entries(item.scripts ?? {})) writeFileSync(join(tree, 'DEBIAN', script), `#!/bin/sh\nset -e\n${text}\n`, { mode: 0o755 });
  for (const [path, text] of Object.entries(item.programs ?? {})) {
    mkdirSync(join(tree, path, '..'), { recursive: true });
    writeFileSync(join(tree, path), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  }
  if (item.ballast !== undefined) {
    mkdirSync(join(tree, 'usr/share'), { recursive: true });
    writeFileSync(join(tree, `usr/share/${name}.bin`), randomBytes(item.ballast));
  }
  const file = `${name}_${version}_all.deb`;
  const { status, stderr } = spawnSync('dpkg-deb', ['--root-owner-group', '-Zgzip', '-z1', '--build', tree, join(folder, file)], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`dpkg-deb: ${stderr}`);
  rmSync(tree, { recursive: true });
  const bytes = readFileSync(join(folder, file));
  return { name, version, entry: `${control}Filename: ./${file}\nSize: ${bytes.length}\nSHA256: ${createHash('sha256').update(bytes).digest('hex')}\n` };
}

/** A flat apt repository of stand-ins, on a free port of the loopback. */
export interface AptRepository {
  uri: string;
  /** Signs the packages that `offers` lets through, with the given key. */
  publish: (key: GpgKey, offers?: (name: string, version: string) => boolean) => void;
  /** URL at which the key is served. */
  keyUrl: (key: GpgKey) => string;
  close: () => Promise<void>;
}

export async function aptRepository(folder: string): Promise<AptRepository> {
  const packages = standIns.map((item) => buildPackage(folder, item));
  const server: Server = createServer((request, response) => {
    try {
      response.end(readFileSync(join(folder, (request.url ?? '/').replace(/^\/(distribution\/)?(\.\/)?/, ''))));
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const uri = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    uri,
    publish: (key, offers = () => true) => {
      const index = packages.filter((item) => offers(item.name, item.version)).map((item) => item.entry).join('\n');
      writeFileSync(join(folder, 'Packages'), index);
      const sum = createHash('sha256').update(index).digest('hex');
      writeFileSync(join(folder, 'InRelease'), clearSign(key, `Origin: edge-vm tests\nDate: ${new Date().toUTCString().replace('GMT', 'UTC')}\nSHA256:\n ${sum} ${Buffer.byteLength(index)} Packages\n`));
    },
    keyUrl: (key) => {
      writeFileSync(join(folder, `${key.fingerprint}.asc`), key.armoured);
      return `${uri}/${key.fingerprint}.asc`;
    },
    close: () => new Promise((resolve) => { server.close(() => { resolve(); }); server.closeAllConnections(); }),
  };
}
