// Builds all: assets → TypeScript → one bundled CLI. `--no-types` skips tsc (bundle only).
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync, existsSync } from 'node:fs';
import Module from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { load } from 'js-yaml';
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

/** Clients of Azure. They are more code than all the rest together, and only a command that connects to a hub loads them. */
const clients = {
  'azure-iothub': ['registry', 'device_method', 'common-http/http', 'common-http/rest_api_client'].map((name) => `azure-iothub/dist/${name}.js`),
};

/** The whole command line in one CommonJS file, `edge-vm.cjs`, and each client in a file beside it. */
async function bundle() {
  const entry = join(root, 'dist/src/cli/bin.js');
  if (!existsSync(entry)) return;
  const { build } = await import('esbuild');
  const target = join(root, 'dist/cli');
  // Built in another place, then moved: a command that runs during a build finds the old bundle.
  const outdir = `${target}.${process.pid}`;
  const common = {
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    logLevel: 'warning',
  };
  const beside = Object.keys(clients).map((name) => `./${name}.cjs`);
  await build({
    ...common,
    entryPoints: [entry],
    outfile: join(outdir, 'edge-vm.cjs'),
    // The lab and Entra ID are loaded only if they are installed.
    external: ['@edge-vm/lab', '@azure/identity', ...beside],
    // require() loads ES modules too; import() does not work in code that V8 takes from its code cache.
    supported: { 'dynamic-import': false },
    alias: Object.fromEntries(Object.entries(clients).flatMap(([name, paths]) => paths.map((path) => [path, `./${name}.cjs`]))),
  });
  for (const [name, paths] of Object.entries(clients)) {
    await build({
      ...common,
      stdin: { contents: paths.map((path) => `export * from '${path}';`).join('\n'), resolveDir: root },
      outfile: join(outdir, `${name}.cjs`),
      // Node's own punycode prints a deprecation warning; the package of that name does not.
      alias: { punycode: join(root, 'node_modules/punycode/punycode.es6.js') },
    });
  }
  rmSync(target, { recursive: true, force: true });
  renameSync(outdir, target);
  if (!Module.enableCompileCache) writeCodeCache();
}

/** For bin/edge-vm on Node.js 20: the code that V8 compiled for a usual command line. If this fails, commands are only slower. */
function writeCodeCache() {
  const code = "const { script } = require('./bin/edge-vm'); process.on('exit', () => require('fs').writeFileSync('dist/cli/edge-vm.cjs.v8', script.createCachedData()))";
  spawnSync(process.execPath, ['-e', code, 'edge-vm', 'render', 'example', '--hub', 'example'], { cwd: root, stdio: 'ignore' });
}

generateAssets();
await generateSchema(root);
if (!process.argv.includes('--no-types')) tsc();
await bundle();
