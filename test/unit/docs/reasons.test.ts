import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEPLOYMENT_REASONS, DEVICE_REASONS } from '../../../src/operator/reasons.js';
import { STAGE_REASONS } from '../../../src/readiness/reasons.js';
import { read, tableRows } from '../../docs/markdown.js';

const page = read('docs/reference/conditions.md');
const declared: readonly string[] = [...STAGE_REASONS, ...[DEVICE_REASONS, DEPLOYMENT_REASONS].flatMap((table) => Object.values(table).flatMap((reasons) => Object.keys(reasons)))];

/** All code of a folder but the file that declares the reasons. */
function codeOf(folder: string): string {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts') && !name.endsWith('reasons.ts'));
  return names.map((name) => readFileSync(join(folder, name), 'utf8')).join('\n');
}

/** The reasons in the tables of the page: the column of that title. */
function inTables(): string[] {
  return page.split(/\n(?=\|[^|]+\|)(?<!\|\n)/).flatMap((table) => {
    const [head = '', , ...rows] = table.split('\n').filter((line) => line.startsWith('|'));
    const column = head.split('|').map((cell) => cell.trim()).indexOf('reason');
    return column < 0 ? [] : rows.flatMap((row) => /^`(\w+)`$/.exec(row.split('|')[column]!.trim())?.[1] ?? []);
  });
}

describe('reasons of conditions', () => {
  it('are all in docs/reference/conditions.md', () => {
    const shown = new Set(inTables());
    assert.deepEqual(declared.filter((reason) => !shown.has(reason)), []);
  });

  it('are all in the code: the page names no other', () => {
    assert.deepEqual([...new Set(inTables())].filter((reason) => !declared.includes(reason)), []);
  });

  it('are all used', () => {
    const code = codeOf('src/readiness') + codeOf('src/operator');
    assert.deepEqual(declared.filter((reason) => !code.includes(`'${reason}'`)), []);
  });

  it('of an EdgeDeployment are in the table of docs/edge-deployment.md', () => {
    const rows = new Map(tableRows(read('docs/edge-deployment.md')).map(([type = '', ...rest]) => [type.replaceAll('`', ''), rest.join(' ')]));
    for (const [type, bad] of [['Ready', ['Progressing', 'HubBusy', 'DevicesFailing', 'NoDevices', 'Deleting']], ['ManifestValid', ['InvalidManifest']], ['Applied', Object.keys(DEPLOYMENT_REASONS.Applied).filter((reason) => !['Applied', 'Unexpected'].includes(reason))], ['Conflicting', ['DeviceSelectedTwice']]] as const) {
      assert.deepEqual(bad.filter((reason) => !(rows.get(type) ?? '').includes(`\`${reason}\``)), [], type);
    }
  });
});
