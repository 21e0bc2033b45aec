import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { emptyFolder, ROOT, runs, tarball } from './support.js';

interface Bundled {
  name: string;
  version: string;
  licence: string;
  folder: string;
}

const { bundledPackages, notices } = (await import(pathToFileURL(join(ROOT, 'scripts/notices.mjs')).href)) as {
  bundledPackages: (root: string, metafiles: readonly unknown[]) => Bundled[];
  notices: (root: string, packages: readonly Bundled[]) => string;
};

describe('THIRD-PARTY-NOTICES.txt', () => {
  const text = runs(ROOT, 'tar', ['-xzOf', tarball(), 'package/THIRD-PARTY-NOTICES.txt']);
  const bundled = JSON.parse(readFileSync(join(ROOT, 'dist/bundled.json'), 'utf8')) as Bundled[];

  it('has the licence of each package with code in the bundles', () => {
    for (const { name, version, licence, folder } of bundled) {
      assert.ok(text.includes(`\n${name} ${version} (${licence})\n\n`), `${name} ${version}`);
      const file = readdirSync(join(ROOT, folder)).find((entry) => /^licen[cs]e/i.test(entry));
      assert.ok(text.includes(readFileSync(join(ROOT, folder, file ?? ''), 'utf8').replaceAll('\r\n', '\n').trim()), `the licence of ${name}`);
    }
  });

  it('knows each package whose code the library has', () => {
    // The library is not minified: esbuild names the file of each part.
    const parts = readdirSync(join(ROOT, 'dist/lib')).flatMap((file) => readFileSync(join(ROOT, 'dist/lib', file), 'utf8').match(/^\/\/ node_modules\/(?:@[^/\n]+\/)?[^/\n]+/gm) ?? []);
    const names = new Set(parts.map((part) => part.replace('// node_modules/', '')));
    assert.ok(names.size > 0);
    assert.deepEqual([...names].filter((name) => !bundled.some((one) => one.name === name)), []);
  });

  it('takes a package for bundled if one byte of it is in an output, in a nested folder too', () => {
    const root = emptyFolder();
    const add = (folder: string, name: string): void => {
      mkdirSync(join(root, folder), { recursive: true });
      writeFileSync(join(root, folder, 'package.json'), JSON.stringify({ name, version: '1.2.3', license: 'MIT' }));
    };
    add('node_modules/a', 'a');
    add('node_modules/a/node_modules/@s/b', '@s/b');
    add('node_modules/unused', 'unused');
    const inputs = { 'dist/src/x.js': { bytesInOutput: 5 }, 'node_modules/a/i.js': { bytesInOutput: 1 }, 'node_modules/a/node_modules/@s/b/lib/i.js': { bytesInOutput: 9 }, 'node_modules/unused/i.js': { bytesInOutput: 0 } };
    const found = bundledPackages(root, [{ outputs: { 'x.cjs': { inputs } } }]);
    assert.deepEqual(found.map(({ name, folder }) => [name, folder]), [['@s/b', 'node_modules/a/node_modules/@s/b'], ['a', 'node_modules/a']]);
    writeFileSync(join(root, 'node_modules/a/LICENSE'), 'Permission is granted');
    assert.throws(() => notices(root, found), /node_modules\/a\/node_modules\/@s\/b has no file with its licence \(MIT\)/);
    writeFileSync(join(root, 'node_modules/a/node_modules/@s/b/license.md'), 'Do as you like');
    assert.match(notices(root, found), /@s\/b 1\.2\.3 \(MIT\)\n\nDo as you like\n[^]*\na 1\.2\.3 \(MIT\)\n\nPermission is granted\n$/);
    rmSync(root, { recursive: true, force: true });
  });
});
