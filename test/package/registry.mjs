// An npm registry with the packages of this build, for the commands of docs/install.md. It sends npm to the real registry for all
// others. It writes its address into a file, and runs until it is ended.
//   node test/package/registry.mjs FILE
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const npm = (...args) => spawnSync('npm', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).stdout.trim();
const real = npm('config', 'get', 'registry');
const folder = mkdtempSync(join(tmpdir(), 'edge-vm-registry-'));

const packages = new Map([['edge-vm', root], ['@edge-vm/lab', join(root, 'lab')]].map(([name, source]) => {
  npm('pack', '--ignore-scripts', '--silent', '--pack-destination', folder, source);
  const manifest = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'));
  const tarball = readFileSync(join(folder, `${name.replace('@', '').replace('/', '-')}-${manifest.version}.tgz`));
  return [name, { manifest, tarball }];
}));

const server = createServer((request, response) => {
  const path = decodeURIComponent(request.url.slice(1));
  const found = packages.get(path.replace(/\/-\/.*$/, ''));
  if (found === undefined) return response.writeHead(307, { location: new URL(request.url.slice(1), real).href }).end();
  const { manifest, tarball } = found;
  if (path.includes('/-/')) return response.end(tarball);
  const { name, version } = manifest;
  const dist = { tarball: `${address()}/${name}/-/${version}.tgz`, integrity: `sha512-${createHash('sha512').update(tarball).digest('base64')}` };
  return response.setHeader('content-type', 'application/json').end(JSON.stringify({ name, 'dist-tags': { latest: version }, versions: { [version]: { ...manifest, dist } } }));
});
const address = () => `http://127.0.0.1:${server.address().port}`;
server.listen(0, '127.0.0.1', () => writeFileSync(process.argv[2], address()));
