// Which npm packages have code in the bundles, and the text of their licences.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** `[{ name, version, licence, folder }]`, by name: each package with at least one byte in an output of esbuild. */
export function bundledPackages(root, metafiles) {
  const folders = new Set();
  for (const { outputs } of metafiles) {
    for (const { inputs } of Object.values(outputs)) {
      for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
        const folder = packageFolder(path);
        if (folder !== undefined && bytesInOutput > 0) folders.add(folder);
      }
    }
  }
  const packages = [...folders].map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
    return { name, version, licence: license, folder };
  });
  return packages.sort((a, b) => (`${a.name}@${a.version}` < `${b.name}@${b.version}` ? -1 : 1));
}

/** `node_modules/a/node_modules/@b/c` of a file in it; undefined for a file of ours. */
function packageFolder(path) {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path)?.[0];
}

/** The text that the package ships: each bundled package with its licence. Throws for a package without one. */
export function notices(root, packages) {
  const parts = packages.map(({ name, version, licence, folder }) => {
    const files = readdirSync(join(root, folder)).filter((file) => /^(licen[cs]e|notice|copying)([.-]|$)/i.test(file)).sort();
    if (!files.some((file) => /^(licen|copying)/i.test(file))) throw new Error(`${folder} has no file with its licence (${licence})`);
    const texts = files.map((file) => readFileSync(join(root, folder, file), 'utf8').replaceAll('\r\n', '\n').trim());
    return `${name} ${version} (${licence})\n\n${texts.join('\n\n')}\n`;
  });
  const line = `\n${'-'.repeat(80)}\n\n`;
  return `edge-vm contains code of these packages, under their own licences:\n\n${packages.map(({ name, version, licence }) => `  ${name} ${version} (${licence})\n`).join('')}${line}${parts.join(line)}`;
}
