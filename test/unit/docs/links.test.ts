import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fences, pages, prose, read } from '../../docs/markdown.js';

/** Anchors of a page, as GitHub makes them: a second heading of the same words gets `-1`. */
function anchors(path: string): Set<string> {
  const found = new Set<string>();
  for (const [, heading] of prose(read(path)).matchAll(/^#{1,6} (.+)$/gm)) {
    const plain = heading!.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase().replaceAll(/[^\p{L}\p{N}\s_-]/gu, '').trim().replaceAll(/\s/g, '-');
    let own = plain;
    for (let count = 1; found.has(own); count += 1) own = `${plain}-${count}`;
    found.add(own);
  }
  return found;
}

/** Targets of all links and images of a page, without those in code. */
function targets(path: string): string[] {
  const text = prose(read(path)).replaceAll(/`[^`\n]+`/g, '');
  const inText = [...text.matchAll(/\]\(([^)\s]+)(?: "[^"]*")?\)/g), ...text.matchAll(/\b(?:src|srcset|href)="([^"\s]+)/g), ...text.matchAll(/^\[[^\]]+\]: (\S+)/gm)];
  return inText.map((match) => match[1]!);
}

const isExternal = (target: string): boolean => /^[a-z][a-z+.-]*:/i.test(target);

/** Relative links of a page. */
const links = (path: string): string[] => targets(path).filter((target) => !isExternal(target));

/** Every Markdown file of the repository. */
function allMarkdown(): string[] {
  const inside = ['cloud-init', 'lab', 'packaging', 'test', 'vm-templates'].filter((folder) => existsSync(folder)).flatMap((folder) => (
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.md') && !/(?:^|\/)(?:node_modules|dist)\//.test(file)).map((file) => join(folder, file))
  ));
  return [...pages(), ...inside.sort()];
}

describe('links of README and docs', () => {
  it('are found at all', () => {
    assert.ok(links('README.md').includes('docs/lab.md'));
    assert.ok(targets('README.md').some(isExternal));
  });

  for (const path of allMarkdown()) {
    it(`lead somewhere: ${path}`, () => {
      const broken = links(path).filter((link) => {
        const [file = '', fragment] = link.split('#');
        const target = file === '' ? path : normalize(join(dirname(path), file));
        return !existsSync(target) || (fragment !== undefined && !anchors(target).has(fragment));
      });
      assert.deepEqual(broken, []);
    });

    it(`to other sites are https and well formed: ${path}`, () => {
      const wrong = targets(path).filter(isExternal).filter((target) => !URL.canParse(target) || !/^(?:https:\/\/[a-z0-9-]+(?:\.[a-z0-9-]+)+(?:[/?#]|$)|mailto:)/.test(target));
      assert.deepEqual(wrong, []);
    });

    it(`name only files that exist: ${path}`, () => {
      const named = [...prose(read(path)).matchAll(/`((?:bench|bin|cloud-init|docs|packaging|schema|scripts|src|test|vm-templates)\/[\w./-]*)`/g)].map((match) => match[1]!);
      const inBlocks = fences(read(path)).flatMap(({ text }) => [...text.matchAll(/(?<![\w/.-])((?:docs|scripts)\/[\w/-]+\.(?:sh|mjs|ya?ml|md))\b/g)].map((match) => match[1]!));
      assert.deepEqual([...named, ...inBlocks].filter((file) => !existsSync(file)), []);
    });
  }

  it('name every page of docs somewhere', () => {
    const named = new Set(pages().flatMap((path) => links(path).map((link) => normalize(join(dirname(path), link.split('#')[0]!)))));
    const folders = [...named].filter((path) => path.endsWith('/'));
    const lost = pages().filter((path) => path !== 'README.md' && !named.has(path) && !folders.some((folder) => path.startsWith(folder)));
    assert.deepEqual(lost, []);
  });
});
