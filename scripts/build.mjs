// Builds all: assets → TypeScript → bundles of command and library. `--no-types` skips tsc (bundles only).
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync, existsSync } from 'node:fs';
import Module from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { load } from 'js-yaml';
import { bundle } from './bundle.mjs';
import { generateSchema } from './schema.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * `cloud-init/` and `vm-templates/` are files for people, but rendering is pure and does no I/O. So this makes a module
 * from their texts. It writes the module only if it changed, because a new file time would make tsc build again.
 */
function generateAssets() {
  const texts = {};
  const walk = (folder) => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) walk(path);
      else if (!entry.name.endsWith('.md')) texts[path] = readFileSync(join(root, path), 'utf8');
    }
  };
  for (const folder of ['cloud-init', 'vm-templates']) if (existsSync(join(root, folder))) walk(folder);
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const module = [
    '// Made by scripts/build.mjs from cloud-init/, vm-templates/ and package.json; not committed.',
    `export const VERSION = ${JSON.stringify(version)};`,
    '/** Path in the repository → text of the file. */',
    `export const ASSETS: Readonly<Record<string, string>> = ${JSON.stringify(texts, null, 2)};`,
    '/** Path of a YAML file → what it holds: parsed here, not at each start. Nobody may change it. */',
    `export const PARSED: Readonly<Record<string, unknown>> = ${JSON.stringify(parsed(texts), null, 2)};`,
    '',
  ].join('\n');
  const target = join(root, 'src/render/assets.generated.ts');
  mkdirSync(dirname(target), { recursive: true });
  if (!existsSync(target) || readFileSync(target, 'utf8') !== module) writeFileSync(target, module);
}

function parsed(texts) {
  return Object.fromEntries(Object.entries(texts).filter(([path]) => path.endsWith('.yaml')).map(([path, text]) => [path, load(text)]));
}

function tsc() {
  const bin = join(root, 'node_modules/typescript/bin/tsc');
  const { status } = spawnSync(process.execPath, [bin, '-b', 'lab/tsconfig.json'], { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}

/** For bin/edge-vm on Node.js 20: the code that V8 compiled for a usual command line. If this fails, commands are only slower. */
function writeCodeCache() {
  const code = "const { script } = require('./bin/edge-vm'); process.on('exit', () => require('fs').writeFileSync('dist/cli/edge-vm.cjs.v8', script.createCachedData()))";
  spawnSync(process.execPath, ['-e', code, 'edge-vm', 'render', 'example', '--hub', 'example'], { cwd: root, stdio: 'ignore' });
}

generateAssets();
await generateSchema(root);
if (!process.argv.includes('--no-types')) tsc();
if (existsSync(join(root, 'dist/src/cli/bin.js'))) {
  await bundle(root);
  if (!Module.enableCompileCache) writeCodeCache();
}
