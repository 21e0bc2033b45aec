// `npm run bench -- fleet`: many devices on a running lab (`bin/edge-vm lab up --operator`).
//   BENCH_APPLY=200     devices of the comparison with kubectl and a bare client; 0 leaves it out
//   BENCH_ROUNDS=3      rounds of it, each program in turn
//   BENCH_DEVICES=1000  EdgeDevices of the operator, and devices of the list; 0 leaves both out
//   BENCH_REST=60       seconds in which the operator is looked at while nothing happens
//   BENCH_LIMIT=3600    seconds in which all devices must be connected
// The EdgeDevices stay: `bin/edge-vm lab down` is the fastest way to remove them.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { measureApply } from './fleet/apply.mjs';
import { measureList } from './fleet/list.mjs';
import { measureOperator } from './fleet/operator.mjs';
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
    const count = number('BENCH_DEVICES', 1000);
    if (count > 0) {
      const both = await measureOperator(scene, { count, restSeconds: number('BENCH_REST', 60), limitSeconds: number('BENCH_LIMIT', 3600) });
      const minute = (pick) => ({ rest }) => ((pick(rest) * 60) / rest.seconds).toFixed(1);
      printTable('EdgeDevices by the operator, until all are connected', both, [
        ['devices made', ({ made }) => made], ['seconds', ({ up }) => up.seconds.toFixed(0)], ['all applied after s', ({ up }) => up.applied.toFixed(0)], ['API requests a device', ({ up, made }) => (up.api / made).toFixed(1)],
        ['hub requests a device', ({ up, made }) => (up.hub / made).toFixed(2)], ['hub queries', ({ up }) => up.queries], ['reconcile p50 s', ({ up }) => up.p50.toFixed(3)], ['p99 s', ({ up }) => up.p99.toFixed(2)], ['peak MiB', ({ up }) => up.peakMiB.toFixed(0)], ['CPU s', ({ up }) => up.cpu.toFixed(1)],
      ]);
      printTable('the operator at rest, each minute', both, [
        ['devices', (row) => row.devices], ['API requests', minute(({ api }) => api)], ['hub requests', minute(({ hub }) => hub)], ['hub queries', minute(({ queries }) => queries)], ['reconciles', minute(({ reconciles }) => reconciles)], ['CPU s', minute(({ cpu }) => cpu)], ['MiB', ({ rest }) => rest.mib.toFixed(0)],
      ]);
      printTable(`the list of ${count} devices (median of ${rounds} rounds)`, await measureList(scene, rounds), [
        ['command', ({ name }) => name], ['seconds', ({ seconds }) => seconds.toFixed(2)], ['x kubectl get vm', ({ ratio }) => ratio.toFixed(2)], ['API requests', ({ requests }) => requests], ['peak MiB', ({ peakMiB }) => peakMiB.toFixed(0)], ['CPU s', ({ cpuSeconds }) => cpuSeconds.toFixed(2)],
      ]);
    }
    return true;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
