// `npm run bench -- fleet`: many devices on a running lab (`bin/edge-vm lab up --operator`).
//   BENCH_APPLY=200     devices of the comparison with kubectl and a bare client; 0 leaves it out
//   BENCH_ROUNDS=3      rounds of it, each program in turn
//   BENCH_DEVICES=1000  EdgeDevices of the operator; 0 leaves it out
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { measureApply } from './fleet/apply.mjs';
import { namespace, openScene } from './fleet/scene.mjs';
import { printTable } from './fleet/table.mjs';

/** @returns {Promise<boolean>} false if there is no lab */
export async function measureFleet({ root, edgeVm, name }) {
  const number = (variable, otherwise) => Number(process.env[variable] ?? otherwise);
  const folder = mkdtempSync(join(tmpdir(), 'edge-vm-bench-fleet-'));
  try {
    const scene = openScene({ root, edgeVm, folder, name });
    if (scene === undefined) return false;
    await scene.k(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }));
    const devices = number('BENCH_APPLY', 200);
    const rounds = number('BENCH_ROUNDS', 3);
    if (devices > 0) {
      const rows = await measureApply(scene, { devices, rounds });
      printTable(`${devices} devices, ${2 * devices} objects, ${rows[0].writes} writes (median of ${rounds} rounds)`, rows, [
        ['program', ({ name }) => name], ['seconds', ({ seconds }) => seconds.toFixed(1)], ['objects/s', ({ objectsPerSecond }) => objectsPerSecond.toFixed(1)], ['of the bare client', ({ share }) => `${(share * 100).toFixed(0)} %`],
        ['requests', ({ requests }) => requests], ['connections', (one) => one.connections], ['peak MiB', ({ peakMiB }) => peakMiB.toFixed(0)], ['CPU s', ({ cpuSeconds }) => cpuSeconds.toFixed(1)],
      ]);
    }
    return true;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
