// `npm run bench`: one run, one table. Needs a running lab (`bin/edge-vm lab up`). It compares with kubectl and virtctl of the lab's versions.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compare } from './timing.mjs';
import { measureCreate } from './create.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const edgeVm = join(root, 'bin/edge-vm');
if (process.argv[2] === 'guest') {
  const { measureGuest } = await import('./guest.mjs');
  const rows = await measureGuest({ edgeVm });
  console.log(`${'part'.padEnd(32)}${'seconds'.padStart(10)}${'MiB at most'.padStart(14)}`);
  for (const { part, seconds, peakMiB } of rows) console.log(`${part.padEnd(32)}${seconds.toFixed(1).padStart(10)}${peakMiB.toFixed(0).padStart(14)}`);
  process.exit(0);
}
if (process.argv[2] === 'fleet') {
  const { measureFleet } = await import('./fleet.mjs');
  if (await measureFleet({ root, edgeVm, name: process.env.BENCH_LAB ?? 'default' })) process.exit(0);
  console.error('error: the bench needs a running lab\nhint: bin/edge-vm lab up --operator');
  process.exit(3);
}
const rounds = Number(process.env.BENCH_ROUNDS ?? 15);

const name = process.env.BENCH_LAB ?? 'default';
const lab = JSON.parse(spawnSync(process.execPath, [edgeVm, 'lab', 'status', '--name', name, '-o', 'json'], { encoding: 'utf8' }).stdout || '{}');
const tools = lab.state === 'up' ? spawnSync(process.execPath, [edgeVm, 'lab', 'tools'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).stdout.trim() : '';
if (tools === '') {
  console.error('error: the bench needs a running lab\nhint: bin/edge-vm lab up');
  process.exit(3);
}

const folder = mkdtempSync(join(tmpdir(), 'edge-vm-bench-'));
try {
  const secret = join(folder, 'connection-string');
  // A made-up key: render never connects.
  writeFileSync(secret, `HostName=bench.example.test;DeviceId=gw-bench;SharedAccessKey=${Buffer.alloc(32, 7).toString('base64')}`, { mode: 0o600 });
  const node = process.execPath;
  const rows = compare(
    [
      { name: 'node -e 0', file: node, args: ['-e', '0'] },
      { name: 'edge-vm version', file: node, args: [edgeVm, 'version'] },
      { name: 'edge-vm render', file: node, args: [edgeVm, 'render', 'gw-bench', '--connection-string-file', secret] },
      { name: 'kubectl version --client', file: join(tools, 'kubectl'), args: ['version', '--client'] },
      { name: 'virtctl create vm', file: join(tools, 'virtctl'), args: ['create', 'vm', '--name', 'gw-bench'] },
    ],
    rounds,
  );
  const pad = (text, width) => String(text).padEnd(width);
  const right = (text, width) => String(text).padStart(width);
  console.log(`${pad('command', 28)}${right('median', 10)}${right('min', 10)}${right('max', 10)}${right('x node', 9)}`);
  for (const row of rows) {
    console.log(`${pad(row.name, 28)}${right(`${row.medianMs.toFixed(1)} ms`, 10)}${right(row.minMs.toFixed(1), 10)}${right(row.maxMs.toFixed(1), 10)}${right(row.ratio.toFixed(2), 9)}`);
  }
  console.log(`(${rounds} rounds in turn; the ratio is the median of each round's own)\n`);
  const create = await measureCreate({ root, edgeVm, folder, lab: name, kubectl: join(tools, 'kubectl') });
  console.log(`${pad('one device to connected', 44)}${right('edge-vm', 10)}${right('kubectl apply + wait', 23)}${right('ratio', 8)}`);
  for (const { what, edgeVm: ours, kubectl, ratio } of create) console.log(`${pad(what, 44)}${right(ours, 10)}${right(kubectl, 23)}${right(ratio, 8)}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
