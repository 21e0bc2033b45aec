// Writes the CustomResourceDefinitions from the declared fields (src/spec/schema).
//   node scripts/crds.mjs           writes charts/edge-vm/crds/
//   node scripts/crds.mjs --check   names the files that are out of date, and ends with exit code 1 if there are any
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dump } from 'js-yaml';
import { loadDeclarations, writeChanged } from './schema.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = 'charts/edge-vm/crds';

const { definitions } = await loadDeclarations(root);
let stale = 0;
for (const [name, definition] of Object.entries(definitions)) {
  const path = `${folder}/${name}`;
  const text = `# scripts/crds.mjs writes this file from src/spec/schema.\n${dump(definition(), { lineWidth: -1, noRefs: true })}`;
  if (!process.argv.includes('--check')) {
    mkdirSync(join(root, folder), { recursive: true });
    writeChanged(join(root, path), text);
  } else if (!existsSync(join(root, path)) || readFileSync(join(root, path), 'utf8') !== text) {
    console.error(`${path} is out of date; run: node scripts/crds.mjs`);
    stale += 1;
  }
}
process.exitCode = stale === 0 ? 0 : 1;
