// Writes the tables and pages of the documentation that come from the source. Run it after `node scripts/build.mjs`.
//   node scripts/docs.mjs           writes them
//   node scripts/docs.mjs --check   names those that are out of date, and ends with exit code 1 if there are any
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { clusterRows, exampleFile, FIELD_TABLES, fieldRows, fieldTitles } from './device-docs.mjs';
import { commandsPage } from './reference/commands.mjs';
import { conditionsPage } from './reference/conditions.mjs';
import { libraryPage } from './reference/library.mjs';
import { table } from './reference/markdown.mjs';
import { loadDeclarations } from './schema.mjs';
import { wordsOf } from '../dist/src/cli/output/advice.js';
import { CAUSES, EXIT_MEANINGS, ExitCode, exitCodeOf, factsOf } from '../dist/src/support/causes.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const declared = await loadDeclarations(root);

/** Each table stands in its page between `<!-- NAME: … -->` and `<!-- /NAME -->`. For a new one, add a row here and a pair of marks there. */
const tables = [
  { page: 'README.md', name: 'exit-codes', write: exitCodes },
  { page: 'docs/reference/README.md', name: 'exit-codes', write: exitCodes },
  { page: 'docs/readiness.md', name: 'causes', write: causes },
  { page: 'docs/device-yaml.md', name: 'fields-in-cluster', write: () => table(['field', 'in a cluster'], clusterRows(declared)) },
  ...Object.entries(FIELD_TABLES).map(([name, paths]) => ({ page: 'docs/device-yaml.md', name, write: () => table(fieldTitles, fieldRows(declared, paths)) })),
];

function exitCodes() {
  return table(['exit code', 'meaning'], Object.entries(ExitCode).map(([name, code]) => [code, EXIT_MEANINGS[name]]));
}

function causes() {
  return table(['code', 'exit', 'when', 'what to do'], Object.keys(CAUSES).map((code) => {
    const { when, remedy, advice = [] } = factsOf(code);
    const { flags, commands } = wordsOf(advice, 'edge-vm');
    const more = [...flags.flatMap((words) => words.split(', ')), ...commands].map((words) => `\`${words}\``).join(', ');
    return [`\`${code}\``, exitCodeOf(code), when, `${links(remedy)}${more === '' ? '' : `: ${more}`}`];
  }));
}

/** `docs/rbac.md#hub` as a link from a page beside it. */
function links(text) {
  return text.replaceAll(/docs\/([\w-]+\.md)(#[\w-]+)?/g, (_all, page, anchor = '') => `[${page}](${page}${anchor})`);
}

/** The page with its table as the source has it. */
function written({ page, name, write }, text) {
  const marks = new RegExp(`(<!-- ${name}: [^\\n]*-->\\n)[\\s\\S]*?(\\n<!-- /${name} -->)`);
  if (!marks.test(text)) throw new Error(`${page} has no marks of the table ${name}`);
  return text.replace(marks, (_all, begin, end) => `${begin}${write()}${end}`);
}

/** Files that this script writes as a whole. */
const commands = await commandsPage();
const files = [
  { page: 'docs/examples/device.yaml', whole: () => exampleFile(declared) },
  { page: 'docs/reference/commands.md', whole: () => commands },
  { page: 'docs/reference/conditions.md', whole: () => conditionsPage(root) },
  { page: 'docs/reference/library.md', whole: () => libraryPage(root) },
].map((file) => ({ ...file, name: 'whole file' }));

const check = process.argv.includes('--check');
let stale = 0;
for (const one of [...tables, ...files]) {
  const path = join(root, one.page);
  const before = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const after = one.whole?.() ?? written(one, before);
  if (after === before) continue;
  if (check) {
    console.error(`${one.page}: ${one.name} is out of date; run: node scripts/docs.mjs`);
    stale += 1;
  } else writeFileSync(path, after);
}
process.exitCode = stale === 0 ? 0 : 1;
