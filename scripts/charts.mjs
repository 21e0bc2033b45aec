#!/usr/bin/env node
// Writes what follows from the charts and the CRDs; with --check it writes nothing, and fails if a file is not current.
//   scripts/charts.mjs [--check] [--helm PATH]
//
//   charts/edge-device/values.schema.json        the schema of an EdgeDevice's spec, as Helm understands it
//   charts/*/Chart.yaml                          the version of package.json
//   packaging/operator/edge-vm-operator.yaml     the chart edge-vm with its default values, for kubectl
//
// Without --helm it builds the helm of the lab's tools, if that is not built yet.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { valuesSchema } from './charts/values-schema.mjs';
import { operatorManifest } from './charts/operator-manifest.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { values: flags } = parseArgs({ options: { check: { type: 'boolean' }, helm: { type: 'string' } } });
const stale = [];

/** The text that a file should have. */
function current(file, text) {
  const path = join(root, file);
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return;
  if (flags.check) return void stale.push(file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

async function helmProgram() {
  if (flags.helm !== undefined) return flags.helm;
  const { labTools } = await import('../lab/dist/src/index.js');
  return join((await labTools({ helm: true })).split(delimiter).at(-1), 'helm');
}

const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
for (const chart of ['edge-vm', 'edge-device']) {
  const file = `charts/${chart}/Chart.yaml`;
  current(file, readFileSync(join(root, file), 'utf8').replace(/^(version|appVersion): .*$/gm, `$1: ${version}`));
}
current('charts/edge-device/values.schema.json', valuesSchema(readFileSync(join(root, 'charts/edge-vm/crds/edgedevices.yaml'), 'utf8')));
const helm = await helmProgram();
current('packaging/operator/edge-vm-operator.yaml', operatorManifest((args) => execFileSync(helm, args, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26 })));
if (stale.length > 0) {
  console.error(`error: not current: ${stale.join(', ')}\nhint:  run node scripts/charts.mjs`);
  process.exitCode = 1;
}
