// The manifest of the plugin for krew (https://krew.sigs.k8s.io), out of packaging/krew/edge-vm.yaml.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The package that npm serves is the archive of the plugin: npm never changes a version that it has. */
const archive = (version) => `https://registry.npmjs.org/edge-vm/-/edge-vm-${version}.tgz`;

export function krewManifest({ root, version, sha256 }) {
  const values = { VERSION: `v${version}`, URI: archive(version), SHA256: sha256 };
  return readFileSync(join(root, 'packaging/krew/edge-vm.yaml'), 'utf8')
    // Comments of the template are for those who change it.
    .replace(/^#.*\n/gm, '')
    .replace(/\$\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}
