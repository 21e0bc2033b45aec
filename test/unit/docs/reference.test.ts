import assert from 'node:assert/strict';
import * as library from '../../../src/index.js';
import { CATALOG } from '../../../src/cli/run/catalog.js';
import { DEVICE_FLAGS } from '../../../src/cli/flags/device-flags.js';
import { STAGES } from '../../../src/readiness/index.js';
import { conditionType } from '../../../src/readiness/types.js';
import { read, tableRows } from '../../docs/markdown.js';

describe('docs/reference', () => {
  it('has every command, and every flag of a device', () => {
    const page = read('docs/reference/commands.md');
    const headings = [...page.matchAll(/^## (.+)$/gm)].map((match) => match[1]!);
    for (const { name } of CATALOG) assert.ok(headings.some((heading) => heading === name || heading.startsWith(`${name} `)), name);
    const flags = new Set(tableRows(page).map(([first]) => first));
    assert.deepEqual(DEVICE_FLAGS.flatMap(([, group]) => group).map((flag) => `\`${flag.flags}\``).filter((flag) => !flags.has(flag)), []);
  });

  it('has every value that the library exports, each function with a sentence', () => {
    const page = read('docs/reference/library.md');
    const headings = new Set([...page.matchAll(/^### (\w+)$/gm)].map((match) => match[1]!));
    const types = new Map(tableRows(page).map(([name = '', , meaning = '']) => [name.replaceAll('`', ''), meaning]));
    assert.deepEqual(Object.keys(library).filter((name) => !headings.has(name) && !types.has(name)), []);
    assert.deepEqual([...page.matchAll(/^### (\w+)\n\n```/gm)].map((match) => match[1]), [], 'without a sentence');
    assert.deepEqual([...types].filter(([, meaning]) => meaning === '').map(([name]) => name), [], 'without a sentence');
  });

  it('has each condition with reasons for True and for what comes before it', () => {
    const page = read('docs/reference/conditions.md');
    for (const stage of STAGES) {
      const section = page.split(/^## /m).find((text) => text.split('\n', 1)[0]!.split(', ').includes(conditionType(stage)));
      assert.match(section ?? '', /^\| True \| `[A-Z]\w+` \| .+ \|$/m, stage);
      assert.match(section ?? '', /^\| (?:False|Unknown) \| `[A-Z]\w+` \| .+ \|$/m, stage);
    }
    assert.doesNotMatch(page, /\$\{|\\'/);
  });
});
