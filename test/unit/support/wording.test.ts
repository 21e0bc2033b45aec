import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Rooms of the library whose words are neutral. They give as `advice` what a person can type. */
const rooms = ['support', 'cluster', 'hub', 'readiness', 'provision'];

function sources(path: string): string[] {
  if (path.endsWith('.ts')) return [path];
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) => sources(join(path, entry.name)));
}

/** Comments and the commands of other programs may name what they like. */
function words(line: string): string {
  return line.replace(/^\s*(\*|\/\*|\/\/).*$/, '').replaceAll(/\b(az|kubectl|virtctl|npm|iotedge)\b [^`]*/g, '');
}

describe('words of the library', () => {
  it('name no command of edge-vm, no flag and no variable: those are known to cli/ alone', () => {
    const files = rooms.flatMap((room) => sources(join('src', room)));
    assert.ok(files.length > 100, `${files.length} files`);
    const found = files.flatMap((file) => readFileSync(file, 'utf8').split('\n').flatMap((line, i) =>
      (/(^|[\s('"`])--[a-z]|\bedge-vm (create|delete|wait|status|list|render|lab|start|get)\b|\bEDGE_VM_[A-Z]/.test(words(line)) ? [`${file}:${i + 1}: ${line.trim()}`] : [])));
    assert.deepEqual(found, []);
  });
});
