import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

const sources = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts')).map((file) => ({ file, text: readFileSync(join('src', file), 'utf8') }));

/** The table of docs/design.md: which folders the files of a folder may import. */
const base = ['support', 'spec'];
const ports = [...base, 'net', 'identity', 'render', 'cluster', 'hub'];
const allowed: Record<string, readonly string[]> = {
  support: [], net: ['support'], spec: ['support'], identity: base, render: [...base, 'identity'], cluster: [...base, 'net'], hub: [...base, 'net', 'identity'],
  deployment: base, readiness: ports, provision: [...ports, 'readiness'], fleet: [...ports, 'readiness', 'provision'],
  operator: [...ports, 'readiness', 'provision', 'fleet', 'deployment'], cli: [...ports, 'readiness', 'provision', 'fleet', 'deployment', 'operator'],
};

function folderOf(file: string): string {
  return file.includes('/') ? file.slice(0, file.indexOf('/')) : '';
}

describe('the structure of src', () => {
  it('has only the folders of docs/design.md, and each imports only what the table there says', () => {
    assert.ok(sources.length > 400, `${sources.length} files`);
    const documented = [...readFileSync('docs/design.md', 'utf8').matchAll(/^\| `src\/([a-z]+)\/` \|/gm)].map(([, folder]) => folder!);
    assert.deepEqual(Object.keys(allowed).toSorted(), documented.toSorted());
    const wrong = sources.flatMap(({ file, text }) => {
      const from = folderOf(file);
      // The files beside the folders are the entries of the package.
      if (from === '') return [];
      const to = [...text.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)].map(([, path]) => folderOf(normalize(join(dirname(file), path!))));
      return to.filter((folder) => folder !== from && !(allowed[from] ?? []).includes(folder)).map((folder) => `${file} imports ${folder === '' ? 'the package itself' : folder}`);
    });
    assert.deepEqual(wrong, []);
  });

  it('joins signals only with `joined`: AbortSignal.any leaves something in a long-lived signal for each call', () => {
    assert.deepEqual(sources.filter(({ text }) => /AbortSignal\.any\(/.test(text)).map(({ file }) => file), []);
  });
});
