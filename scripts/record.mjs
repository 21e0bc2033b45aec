// Records commands at a terminal of the lab: docs/recordings/NAME.cast (asciinema, version 2), and NAME.svg, which plays it in
// a page. Needs a lab without devices and its variables (`eval "$(bin/edge-vm lab env)"`), and the program `script` (util-linux).
//   node scripts/record.mjs           records all, and removes the devices again
//   node scripts/record.mjs --svg     only writes the SVG files again, from the recordings that are there
//   node scripts/record.mjs --check   names those SVG files that are out of date, and ends with exit code 1 if there are any
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readCast, writeCast } from './recording/cast.mjs';
import { recordCommand, runQuietly } from './recording/run.mjs';
import { toSvg } from './recording/svg.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Each command runs in docs/examples/files, where its key file is. */
const recordings = [
  {
    name: 'create', title: 'edge-vm creates a device and follows it until its edgeAgent is connected', rows: 22,
    command: 'edge-vm create gw-01 --register --ssh-key jane.pub', after: [['delete', 'gw-01', '--deregister']],
  },
  {
    name: 'failure', title: 'edge-vm says why a device cannot become ready: no node has enough memory', rows: 12,
    command: 'edge-vm create gw-02 --register --memory 1Ti --ssh-key jane.pub', exit: 5, after: [['delete', 'gw-02', '--deregister']],
  },
];

const [mode = '--record'] = process.argv.slice(2);
if (!['--record', '--svg', '--check'].includes(mode)) throw new Error(`unknown argument ${mode}; accepted: --svg, --check`);
let stale = 0;
for (const { name, title, rows, command, exit = 0, after } of recordings) {
  const files = { cast: join(root, 'docs/recordings', `${name}.cast`), svg: join(root, 'docs/recordings', `${name}.svg`) };
  if (mode === '--record') {
    try {
      writeFileSync(files.cast, writeCast(await recordCommand(root, { command, rows, exit, title })));
    } finally {
      for (const args of after) runQuietly(root, args);
    }
  }
  const svg = toSvg(readCast(readFileSync(files.cast, 'utf8')));
  if (existsSync(files.svg) && readFileSync(files.svg, 'utf8') === svg) continue;
  if (mode === '--check') {
    console.error(`docs/recordings/${name}.svg is out of date; run: node scripts/record.mjs --svg`);
    stale += 1;
  } else writeFileSync(files.svg, svg);
}
process.exitCode = stale === 0 ? 0 : 1;
