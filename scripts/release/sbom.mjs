// The SBOM of the package edge-vm: CycloneDX 1.6 with every npm package that has code in the bundles.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export function cycloneDx({ root, version, sha256, seconds }) {
  const bundled = readJson(root, 'dist/bundled.json');
  const locked = readJson(root, 'package-lock.json').packages;
  const self = purl('edge-vm', version);
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${uuidFrom(sha256)}`,
    version: 1,
    metadata: {
      timestamp: new Date(seconds * 1000).toISOString(),
      lifecycles: [{ phase: 'build' }],
      component: {
        type: 'application',
        'bom-ref': self,
        name: 'edge-vm',
        version,
        licenses: [{ license: { id: 'Apache-2.0' } }],
        purl: self,
        hashes: [{ alg: 'SHA-256', content: sha256 }],
      },
    },
    components: bundled.map((one) => component(one, locked[one.folder])),
    dependencies: dependencies(root, self, bundled),
  };
}

/** The hash is that of the package in the npm registry, which npm ci has checked. */
function component({ name, version, licence, folder }, locked) {
  if (locked?.version !== version) throw new Error(`${folder} is ${version}, and package-lock.json has ${locked?.version}`);
  const [scope, base] = name.startsWith('@') ? name.split('/') : [undefined, name];
  return {
    type: 'library',
    'bom-ref': purl(name, version),
    ...(scope === undefined ? {} : { group: scope }),
    name: base,
    version,
    scope: 'required',
    licenses: [{ license: { id: licence } }],
    purl: purl(name, version),
    hashes: [{ alg: 'SHA-512', content: Buffer.from(locked.integrity.replace(/^sha512-/, ''), 'base64').toString('hex') }],
  };
}

/** Who uses whom, of the bundled packages. What no bundled package uses, edge-vm uses. */
function dependencies(root, self, bundled) {
  const refs = new Map(bundled.map(({ name, version }) => [name, purl(name, version)]));
  const edges = bundled.map(({ name, version, folder }) => {
    // supports-color is no dependency of debug, which uses it if it finds it.
    const { dependencies: uses = {}, peerDependenciesMeta: optional = {} } = readJson(root, join(folder, 'package.json'));
    return { ref: purl(name, version), dependsOn: Object.keys({ ...uses, ...optional }).filter((other) => refs.has(other)).sort().map((other) => refs.get(other)) };
  });
  const used = new Set(edges.flatMap(({ dependsOn }) => dependsOn));
  const own = readJson(root, 'package.json').devDependencies;
  const direct = [...refs].filter(([name, ref]) => name in own || !used.has(ref)).map(([, ref]) => ref);
  return [{ ref: self, dependsOn: direct }, ...edges];
}

function purl(name, version) {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}

/** The same package has the same number: the start of its hash in the form of a UUID of version 8. */
function uuidFrom(sha256) {
  const hex = createHash('sha256').update(`edge-vm SBOM ${sha256}`).digest('hex');
  const variant = '89ab'[Number.parseInt(hex[16], 16) % 4];
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function readJson(root, path) {
  return JSON.parse(readFileSync(join(root, path), 'utf8'));
}
