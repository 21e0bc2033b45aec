// Builds all: assets → TypeScript → one bundled CLI. `--no-types` skips tsc (bundle only).
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync, existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * `cloud-init/` and `vm-templates/` are files for people; rendering is pure and does no I/O. So their texts
 * become a module. Written only when changed: a touched file would make tsc build again.
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
    '',
  ].join('\n');
  const target = join(root, 'src/render/assets.generated.ts');
  mkdirSync(dirname(target), { recursive: true });
  if (!existsSync(target) || readFileSync(target, 'utf8') !== module) writeFileSync(target, module);
}

function tsc() {
  const bin = join(root, 'node_modules/typescript/bin/tsc');
  const { status } = spawnSync(process.execPath, [bin, '-b', 'lab/tsconfig.json'], { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}

async function bundle() {
  const entry = join(root, 'dist/src/cli/bin.js');
  if (!existsSync(entry)) return;
  const { build } = await import('esbuild');
  rmSync(join(root, 'dist/cli'), { recursive: true, force: true });
  await build({
    entryPoints: { 'edge-vm': entry },
    outdir: join(root, 'dist/cli'),
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    logLevel: 'warning',
    // The lab and Entra ID are loaded only where they are installed.
    external: ['@edge-vm/lab', '@azure/identity'],
    // Node's own punycode prints a deprecation; the package of that name does not.
    alias: { punycode: join(root, 'node_modules/punycode/punycode.es6.js') },
    banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
  });
}

generateAssets();
if (!process.argv.includes('--no-types')) tsc();
await bundle();
