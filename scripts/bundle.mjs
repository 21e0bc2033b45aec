// Makes what the package runs: dist/cli, one CommonJS file for the command, and dist/lib, ES modules for the library. Both
// hold the code of the npm packages that they use, so an install brings no other package. docs/adr/0015 has the reasons.
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { bundledPackages, notices } from './notices.mjs';

/**
 * Clients of Azure, and what edge-vm uses of them. They are large, and only what connects to a hub loads them: each is a file
 * of its own, dist/cli/NAME.cjs, for command and library.
 */
const CLIENTS = {
  'azure-iothub': {
    'azure-iothub/dist/registry.js': 'Registry',
    'azure-iothub/dist/device_method.js': 'DeviceMethod',
    'azure-iothub/dist/common-http/http.js': 'Http',
    'azure-iothub/dist/common-http/rest_api_client.js': 'RestApiClient',
    'azure-iothub/dist/version.js': 'versionQueryString',
  },
};

/** What is loaded only if it is installed beside edge-vm. */
const BESIDE = ['@edge-vm/lab', '@azure/identity'];

const COMMON = { bundle: true, platform: 'node', target: 'node20', legalComments: 'none', logLevel: 'warning', metafile: true, preserveSymlinks: true };
const SMALL = { format: 'cjs', minifySyntax: true, minifyWhitespace: true };

/** Bundles what tsc left in dist/src. Writes dist/cli, dist/lib, THIRD-PARTY-NOTICES.txt, and dist/bundled.json for the SBOM. */
export async function bundle(root) {
  const cli = staged(root, 'dist/cli');
  const lib = staged(root, 'dist/lib');
  const results = await Promise.all([command(root, cli.folder), library(root, lib.folder), ...clients(root, cli.folder)]);
  cli.publish();
  lib.publish();
  const packages = bundledPackages(root, results.map(({ metafile }) => metafile));
  writeFileSync(join(root, 'dist/bundled.json'), `${JSON.stringify(packages, null, 2)}\n`);
  writeFileSync(join(root, 'THIRD-PARTY-NOTICES.txt'), notices(root, packages));
}

function command(root, outdir) {
  return build({
    ...COMMON,
    ...SMALL,
    absWorkingDir: root,
    entryPoints: ['dist/src/cli/bin.js'],
    outfile: join(outdir, 'edge-vm.cjs'),
    ...clientsFrom('.'),
    // require() loads ES modules too; import() does not work in code that V8 takes from its code cache.
    supported: { 'dynamic-import': false },
  });
}

/** Not minified: if a program of somebody ends with an error of ours, Node.js prints the line that threw. */
function library(root, outdir) {
  return build({ ...COMMON, absWorkingDir: root, entryPoints: ['dist/src/index.js'], outdir, format: 'esm', splitting: true, ...clientsFrom('../cli') });
}

function clients(root, outdir) {
  return Object.entries(CLIENTS).map(([name, parts]) => {
    // Each export by its name: Node.js must see the names in the file to give them to an ES module.
    const contents = Object.entries(parts).map(([path, exported]) => `export { ${exported} } from '${path}';`).join('\n');
    return build({ ...COMMON, ...SMALL, absWorkingDir: root, stdin: { contents, resolveDir: root }, outfile: join(outdir, `${name}.cjs`) });
  });
}

function clientsFrom(folder) {
  const file = (name) => `${folder}/${name}.cjs`;
  return {
    external: [...BESIDE, ...Object.keys(CLIENTS).map(file)],
    alias: Object.fromEntries(Object.entries(CLIENTS).flatMap(([name, parts]) => Object.keys(parts).map((path) => [path, file(name)]))),
  };
}

/** Built in another place, then moved: a command that runs during a build finds the old bundle. */
function staged(root, path) {
  const target = join(root, path);
  const folder = `${target}.${process.pid}`;
  return {
    folder,
    publish: () => {
      rmSync(target, { recursive: true, force: true });
      renameSync(folder, target);
    },
  };
}
