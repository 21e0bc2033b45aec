import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { cached, emptyFolder, kubectlFolder, ROOT, run, runs, sourceFiles, VERSION, type Ended } from './support.js';

const KREW = 'v0.5.0';
const CYCLONEDX_LIBRARY = '10.3.0';

/** Commits are the same in each run: their times and names are part of the commit. */
const author = { GIT_AUTHOR_NAME: 'T', GIT_AUTHOR_EMAIL: 't@example.com', GIT_AUTHOR_DATE: '2026-01-02T03:04:05Z', GIT_COMMITTER_NAME: 'T', GIT_COMMITTER_EMAIL: 't@example.com', GIT_COMMITTER_DATE: '2026-01-02T03:04:05Z' };

/** A repository with the files of this checkout, also those that are not committed, and a CHANGELOG that has this version. */
function repository(): string {
  const folder = join(emptyFolder(), 'edge-vm');
  for (const file of sourceFiles()) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    copyFileSync(join(ROOT, file), join(folder, file));
  }
  runs(folder, 'git', ['init', '--quiet', '--initial-branch', 'main']);
  withPackages(folder);
  const changelog = join(folder, 'CHANGELOG.md');
  const text = readFileSync(changelog, 'utf8');
  if (!new RegExp(`^## \\[?${VERSION}`, 'm').test(text)) writeFileSync(changelog, text.replace(/^## .*/m, `## ${VERSION} - 2026-01-02`));
  commit(folder);
  return folder;
}

function commit(folder: string): void {
  runs(folder, 'git', ['add', '--all']);
  runs(folder, 'git', ['commit', '--quiet', '--message', 'Release'], author);
}

function withPackages(folder: string): void {
  for (const packages of ['node_modules', 'lab/node_modules']) if (existsSync(join(ROOT, packages))) symlinkSync(join(ROOT, packages), join(folder, packages));
  // The pattern in .gitignore is for folders, and these are links.
  writeFileSync(join(folder, '.git/info/exclude'), 'node_modules\n');
}

function release(folder: string, ...args: string[]): Ended {
  return run(folder, join(folder, 'scripts/release.mjs'), ['--installed', '--no-image', ...args]);
}

function digests(folder: string): Record<string, string> {
  return Object.fromEntries(readdirSync(folder).sort().map((name) => [name, createHash('sha256').update(readFileSync(join(folder, name))).digest('hex')]));
}

describe('scripts/release.mjs', () => {
  let folder: string;
  let out: string;
  let ended: Ended;

  before(() => {
    folder = repository();
    out = join(folder, 'release', VERSION);
    ended = release(folder, '--publish');
    assert.equal(ended.code, 0, ended.stderr);
  });
  after(() => rmSync(dirname(folder), { recursive: true, force: true }));

  it('makes packages, SBOM, krew manifest and checksums, and leaves the checkout clean', () => {
    assert.deepEqual(readdirSync(out).sort(), ['SHA256SUMS', `edge-vm-${VERSION}.cdx.json`, `edge-vm-${VERSION}.tgz`, `edge-vm-lab-${VERSION}.tgz`, 'edge-vm-operator.yaml', 'edge-vm.yaml', 'release.json']);
    assert.equal(runs(out, 'sha256sum', ['--check', '--strict', 'SHA256SUMS']).trim().split('\n').length, 6);
    assert.equal(runs(folder, 'git', ['status', '--porcelain']), '');
  });

  it('publishes nothing, and says how', () => {
    assert.match(ended.stdout, /Nothing is published yet\.[^]*git tag -s v[^]*npm publish \S+edge-vm-\d\S+\.tgz[^]*npm publish \S+edge-vm-lab-/);
    assert.equal(runs(folder, 'git', ['tag']), '');
  });

  it('makes the same bytes of the same commit in another folder', () => {
    const other = join(emptyFolder(), 'another-place');
    runs('/', 'git', ['clone', '--quiet', folder, other]);
    withPackages(other);
    // No file that only this checkout has, such as an old build, gets into a package.
    mkdirSync(join(other, 'dist/src'), { recursive: true });
    writeFileSync(join(other, 'dist/src/old.d.ts'), 'export {};\n');
    const again = join(dirname(other), 'out');
    assert.equal(release(other, '--out', again).code, 0);
    assert.deepEqual(digests(again), digests(out));
    rmSync(dirname(other), { recursive: true, force: true });
  });

  it('refuses changes, a version without its section in the CHANGELOG, and the release of another commit, all at once', () => {
    const other = join(emptyFolder(), 'edge-vm');
    runs('/', 'git', ['clone', '--quiet', folder, other]);
    writeFileSync(join(other, 'CHANGELOG.md'), '# Changelog\n\n## Unreleased\n');
    const { code, stderr } = release(other, '--out', out);
    assert.equal(code, 3);
    assert.match(stderr, new RegExp(`^error: no release\n {2}the checkout has changes that are not committed: CHANGELOG.md\n {2}CHANGELOG.md has no section "## ${VERSION.replaceAll('.', '\\.')}"; it has Unreleased\n$`));
    runs(other, 'git', ['checkout', '--quiet', '.']);
    writeFileSync(join(other, 'lab/package.json'), readFileSync(join(other, 'lab/package.json'), 'utf8').replaceAll(`"${VERSION}"`, '"9.9.9"'));
    commit(other);
    const second = release(other, '--out', out);
    assert.equal(second.code, 3);
    assert.match(second.stderr, /lab\/package\.json has version 9\.9\.9[^]*needs edge-vm 9\.9\.9[^]*has the release of another commit, [0-9a-f]{40}; this is [0-9a-f]{40}/);
    assert.match(release(other, '--out', other).stderr, /is not empty, and no release made by this script/);
    assert.equal(release(other, '--frob').code, 2);
    rmSync(dirname(other), { recursive: true, force: true });
  });

  describe('the SBOM', () => {
    it('is valid CycloneDX 1.6', () => {
      const schemas = cached(`cyclonedx-${CYCLONEDX_LIBRARY}`, (into) => {
        writeFileSync(join(into, 'package.json'), '{ "private": true }');
        runs(into, 'npm', ['install', '--ignore-scripts', '--omit=optional', '--no-audit', '--no-fund', `@cyclonedx/cyclonedx-library@${CYCLONEDX_LIBRARY}`]);
      });
      const read = (name: string): Record<string, unknown> => JSON.parse(readFileSync(join(schemas, 'node_modules/@cyclonedx/cyclonedx-library/res/schema', name), 'utf8')) as Record<string, unknown>;
      const ajv = new Ajv({ strict: false, validateFormats: true });
      addFormats.default(ajv);
      ajv.addFormat('iri-reference', true).addFormat('idn-email', true);
      ajv.addSchema(read('spdx.SNAPSHOT.schema.json'), 'http://cyclonedx.org/schema/spdx.SNAPSHOT.schema.json');
      ajv.addSchema(read('jsf-0.82.SNAPSHOT.schema.json'), 'http://cyclonedx.org/schema/jsf-0.82.SNAPSHOT.schema.json');
      const validate = ajv.compile(read('bom-1.6.SNAPSHOT.schema.json'));
      const bom = JSON.parse(readFileSync(join(out, `edge-vm-${VERSION}.cdx.json`), 'utf8')) as { components: { licenses: unknown }[] };
      assert.ok(validate(bom), JSON.stringify(validate.errors?.slice(0, 3)));
      bom.components[0]!.licenses = [{ license: { id: 'no such licence' } }];
      assert.ok(!validate(bom), 'the schema checks something');
    });

    it('has what the bundles have, with the hashes of package-lock.json, and the hash of the package', () => {
      const bom = JSON.parse(readFileSync(join(out, `edge-vm-${VERSION}.cdx.json`), 'utf8')) as {
        metadata: { component: { hashes: { content: string }[] } };
        components: { group?: string; name: string; version: string; purl: string; hashes: { content: string }[] }[];
        dependencies: { ref: string; dependsOn: string[] }[];
      };
      const notices = runs(out, 'tar', ['-xzOf', `edge-vm-${VERSION}.tgz`, 'package/THIRD-PARTY-NOTICES.txt']);
      const named = [...notices.matchAll(/^ {2}(\S+) (\S+) \(/gm)].map(([, name, version]) => `${name} ${version}`);
      assert.deepEqual(bom.components.map(({ group, name, version }) => `${group === undefined ? '' : `${group}/`}${name} ${version}`), named);
      const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as { packages: Record<string, { integrity: string }> };
      const client = bom.components.find(({ name }) => name === 'azure-iothub');
      assert.equal(`sha512-${Buffer.from(client?.hashes[0]?.content ?? '', 'hex').toString('base64')}`, lock.packages['node_modules/azure-iothub']?.integrity);
      assert.equal(bom.metadata.component.hashes[0]?.content, digests(out)[`edge-vm-${VERSION}.tgz`]);
      // Everything is reached from edge-vm.
      const reached = new Set([`pkg:npm/edge-vm@${VERSION}`]);
      for (const ref of reached) for (const next of bom.dependencies.find((entry) => entry.ref === ref)?.dependsOn ?? []) reached.add(next);
      assert.deepEqual(bom.components.map(({ purl }) => purl).filter((purl) => !reached.has(purl)), []);
    });
  });

  describe('the krew manifest', () => {
    let krew: string;
    before(() => {
      krew = cached(`krew-${KREW}`, (into) => {
        runs(into, 'go', ['install', `sigs.k8s.io/krew/cmd/krew@${KREW}`, `sigs.k8s.io/krew/cmd/validate-krew-manifest@${KREW}`], { GOBIN: into, GOFLAGS: '', GOWORK: 'off', CGO_ENABLED: '0' });
      });
    });

    it('is one that krew-index accepts', () => {
      const { code, stderr } = run(out, join(krew, 'validate-krew-manifest'), ['-manifest', join(out, 'edge-vm.yaml'), '-skip-install']);
      assert.equal(code, 0, stderr);
      // krew-index wants a licence in what is installed.
      assert.match(runs(out, 'tar', ['-tzf', `edge-vm-${VERSION}.tgz`]), /^package\/LICENSE$/m);
    });

    it('installs the package by its checksum as kubectl edge-vm, for Linux and macOS', () => {
      for (const os of ['linux', 'darwin']) {
        const root = emptyFolder();
        const env = { KREW_ROOT: root, KREW_OS: os, KREW_ARCH: 'amd64', PATH: [join(root, 'bin'), dirname(process.execPath), '/usr/bin', '/bin'].join(delimiter) };
        const install = (archive: string): Ended => run(out, join(krew, 'krew'), ['install', '--manifest', join(out, 'edge-vm.yaml'), '--archive', archive], env);
        assert.notEqual(install(join(out, `edge-vm-lab-${VERSION}.tgz`)).code, 0, 'another file has another checksum');
        const installed = install(join(out, `edge-vm-${VERSION}.tgz`));
        assert.equal(installed.code, 0, installed.stderr);
        assert.match(runs('/', join(kubectlFolder(), 'kubectl'), ['edge-vm', 'version'], env), new RegExp(`^edge-vm ${VERSION} `));
        rmSync(root, { recursive: true, force: true });
      }
    });
  });
});
