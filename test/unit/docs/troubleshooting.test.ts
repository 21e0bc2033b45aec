import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { CAUSES } from '../../../src/support/causes.js';

const page = readFileSync('docs/troubleshooting.md', 'utf8');
const [start = '', ...sections] = page.split(/^## /m);

/** `Title` → the text below it; the anchor as GitHub makes it. */
const byAnchor = new Map(sections.map((text) => {
  const title = text.slice(0, text.indexOf('\n'));
  return [title.toLowerCase().replaceAll(/[^a-z0-9 -]/g, '').replaceAll(' ', '-'), text.slice(title.length)] as const;
}));

/** Rows of the index: the causes, and the section that explains them. */
const index = [...(byAnchor.get('start-here') ?? '').matchAll(/^\| (`[^|]+`) \| \[[^\]]+\]\(#([a-z-]+)\) \|$/gm)]
  .flatMap(([, causes, anchor]) => [...causes!.matchAll(/`([^`]+)`/g)].map(([, code]) => ({ code: code!, anchor: anchor! })));

/** Everything in the first cells of the tables of a section. */
const symptoms = (text: string): string => [...text.matchAll(/^\| ([^|]+) \|/gm)].map(([, cell]) => cell).join('\n');

describe('docs/troubleshooting.md', () => {
  it('leads from each cause to a section with that symptom, and names no other cause', () => {
    assert.equal(start.startsWith('# Troubleshooting'), true);
    assert.deepEqual(index.map(({ code }) => code).sort(), Object.keys(CAUSES).sort());
    for (const { code, anchor } of index) {
      const text = byAnchor.get(anchor);
      assert.ok(text !== undefined, `no section #${anchor}`);
      assert.ok(symptoms(text).includes(`\`${code}\``), `#${anchor} has no ${code}`);
    }
  });

  it('has each code with which the guest reports a failed step, or a failed connection', () => {
    const tables = readFileSync('docs/stage-records.md', 'utf8').split('| code ').slice(1);
    const codes = tables.flatMap((table) => [...table.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, code]) => code!));
    assert.ok(codes.includes('apt-unreachable') && codes.includes('hub-unreachable') && codes.length > 15, codes.join());
    // The page calls these two by the cause that edge-vm makes of them.
    const renamed = new Map([['agent-image', 'image-failed'], ['agent-failed', 'image-failed']]);
    assert.deepEqual(codes.filter((code) => !symptoms(page).includes(`\`${renamed.get(code) ?? code}\``)), []);
  });

  it('has the codes of edgeAgent', () => {
    for (const code of [200, 400, 406, 412, 417, 500]) assert.match(symptoms(page), new RegExp(`\\b${code}\\b`));
  });
});
