import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fences, read } from '../../docs/markdown.js';

/** Each block begins with its file name as a comment. */
function examples(): { name: string; text: string }[] {
  return fences(read('docs/library.md')).filter(({ language }) => language === 'ts').map(({ text, line }) => {
    const name = /^\/\/ (\S+)\.ts\n/.exec(text)?.[1];
    assert.ok(name, `docs/library.md:${line} has no file name`);
    return { name, text };
  });
}

describe('docs/library.md', () => {
  let folder: string;

  before(function () {
    this.timeout(60_000);
    // Inside the package, so that `edge-vm` means this very package.
    mkdirSync('dist/test', { recursive: true });
    folder = mkdtempSync('dist/test/docs-');
    for (const { name, text } of examples()) writeFileSync(join(folder, `${name}.ts`), text);
    const compilerOptions = { target: 'es2023', module: 'nodenext', strict: true, types: ['node'], skipLibCheck: true };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  it('has examples that compile, and a render that runs', function () {
    this.timeout(60_000);
    const compiled = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', folder], { encoding: 'utf8' });
    assert.equal(compiled.stdout, '');
    assert.equal(compiled.status, 0);
    const ran = spawnSync(process.execPath, [resolve(folder, 'render.js')], { encoding: 'utf8' });
    assert.equal(ran.stderr, '');
    assert.match(ran.stdout, /^kind: VirtualMachine$/m);
    assert.ok(!ran.stdout.includes('U2hhcmVk'), 'the key is not printed');
  });
});
