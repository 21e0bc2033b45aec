// Builds all: assets → TypeScript → one bundled CLI. `--no-types` skips tsc (bundle only).
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync, existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { load } from 'js-yaml';
import { generateSchema } from './schema.mjs';

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

/** What Kubernetes' and Azure's clients need: more code than all the rest, and unused by most of what is typed. */
const heavy = /\/dist\/src\/(cluster|hub)\/(?!index\.js$)/;
const requireBanner = "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);";

/** Leaves dynamic imports of heavy modules to files of their own, and gathers them in `found` (name → path). */
function heavyApart(found) {
  return {
    name: 'heavy-apart',
    setup({ onResolve, resolve }) {
      onResolve({ filter: /^\.{1,2}\// }, async ({ path, kind, resolveDir, pluginData }) => {
        if (kind !== 'dynamic-import' || pluginData === 'asked') return undefined;
        const target = await resolve(path, { kind, resolveDir, pluginData: 'asked' });
        const room = heavy.exec(target.path)?.[1];
        if (room === undefined) return undefined;
        const name = `${room}-${basename(target.path, '.js')}`;
        found[name] = target.path;
        return { path: `./${name}.mjs`, external: true };
      });
    },
  };
}

/** commander can run subcommands as programs; we have none, and loading child_process takes 3 ms of each start. */
const noChildren = {
  name: 'no-children',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:child_process$/ }, ({ importer }) => (/node_modules\/commander\//.test(importer) ? { path: 'none', namespace: 'none' } : undefined));
    onLoad({ filter: /.*/, namespace: 'none' }, () => ({ contents: 'module.exports = {};' }));
  },
};

/**
 * Node's own modules that few command lines use, and that take milliseconds to load: loaded with the first use of one
 * of their exports.
 */
const lateBuiltins = {
  name: 'late-builtins',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:(?:crypto|fs\/promises|net|os)$/ }, ({ path, namespace }) => (namespace === 'late' ? { path, external: true } : { path, namespace: 'late' }));
    onLoad({ filter: /.*/, namespace: 'late' }, ({ path }) => ({
      contents: `module.exports={${Object.keys(createRequire(import.meta.url)(path)).map((name) => `get ${name}(){return require(${JSON.stringify(path)}).${name}}`).join(',')}};`,
    }));
  },
};

/**
 * `edge-vm.cjs` is one CommonJS file with all that `version`, `--help` and `render` need: reading many files, and
 * Node's ES module loader, would each cost more than the work itself. What is heavy stays in ES modules beside it.
 */
async function bundle() {
  const entry = join(root, 'dist/src/cli/bin.js');
  if (!existsSync(entry)) return;
  const { build } = await import('esbuild');
  const target = join(root, 'dist/cli');
  // Built aside and then put in place: a command that runs during a build finds the old one.
  const outdir = `${target}.${process.pid}`;
  const common = {
    outdir,
    bundle: true,
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
  };
  const apart = {};
  const { outputFiles } = await build({ ...common, entryPoints: { 'edge-vm': entry }, format: 'cjs', write: false, plugins: [heavyApart(apart), noChildren, lateBuiltins] });
  mkdirSync(outdir, { recursive: true });
  // A script out of V8's code cache has forgotten how to import(); a file that is compiled as usual does it for it.
  writeFileSync(join(outdir, 'import.cjs'), 'module.exports = (name) => import(name);\n');
  writeFileSync(join(outdir, 'edge-vm.cjs'), `const __import=require("./import.cjs");${outputFiles[0].text.replaceAll(/(?<![\w$."'`])import\(/g, '__import(')}`);
  await build({ ...common, entryPoints: apart, format: 'esm', outExtension: { '.js': '.mjs' }, splitting: true, banner: { js: requireBanner } });
  rmSync(target, { recursive: true, force: true });
  renameSync(outdir, target);
  // Compiled once here, not at each start; bin/edge-vm uses it. A failure only costs speed.
  spawnSync(process.execPath, [join(root, 'scripts/code-cache.cjs'), join(target, 'edge-vm.cjs')], { stdio: 'ignore' });
}

generateAssets();
await generateSchema(root);
if (!process.argv.includes('--no-types')) tsc();
await bundle();
