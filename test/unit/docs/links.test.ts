import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { pages, prose, read } from '../../docs/markdown.js';

/** A heading's anchor, as GitHub makes it. */
function anchor(heading: string): string {
  return heading.toLowerCase().replaceAll(/[^\p{L}\p{N}\s_-]/gu, '').trim().replaceAll(/\s/g, '-');
}

function anchors(path: string): Set<string> {
  return new Set([...prose(read(path)).matchAll(/^#{1,6} (.+)$/gm)].map((match) => anchor(match[1]!)));
}

/** Relative links of a page, without images of other sites. */
function links(path: string): string[] {
  const text = prose(read(path)).replaceAll(/`[^`\n]+`/g, '');
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1]!).filter((target) => !/^[a-z]+:/.test(target));
}

describe('links of README and docs', () => {
  it('are found at all', () => {
    assert.ok(links('README.md').includes('docs/lab.md'));
  });

  for (const path of pages()) {
    it(`lead somewhere: ${path}`, () => {
      const broken = links(path).filter((link) => {
        const [file = '', fragment] = link.split('#');
        const target = file === '' ? path : normalize(join(dirname(path), file));
        return !existsSync(target) || (fragment !== undefined && !anchors(target).has(fragment));
      });
      assert.deepEqual(broken, []);
    });
  }

  it('name every page of docs somewhere', () => {
    const named = new Set(pages().flatMap((path) => links(path).map((link) => normalize(join(dirname(path), link.split('#')[0]!)))));
    const folders = [...named].filter((path) => path.endsWith('/'));
    const lost = pages().filter((path) => path !== 'README.md' && !named.has(path) && !folders.some((folder) => path.startsWith(folder)));
    assert.deepEqual(lost, []);
  });
});
