// Many EdgeDevices by the lab's operator: first ten, then all. At each number it waits until all are connected, and looks at the operator at rest.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { between, connected, devices, look } from './metrics.mjs';
import { namespace, say, until } from './scene.mjs';

const few = 10;

export async function measureOperator(scene, { count, restSeconds, limitSeconds }) {
  const { lab, pid } = scene;
  const operator = lab.operator === undefined ? undefined : { metrics: lab.operator.metrics, pid: pid('edge-vm-operator') };
  if (operator?.pid === undefined) throw new Error('the lab has no operator: bin/edge-vm lab up --operator');
  await growNodes(scene);
  const found = devices(await look(operator));
  if (found > 0) throw new Error(`the lab has ${found} EdgeDevices already: bin/edge-vm lab down && bin/edge-vm lab up --operator`);
  const rows = [];
  for (const [from, to] of count > few ? [[0, few], [few, count]] : [[0, count]]) {
    const up = await bringUp(scene, operator, { from, to, limitSeconds });
    rows.push({ devices: to, made: to - from, up, rest: await atRest(operator, restSeconds) });
    const { api, hub, apiKinds, hubKinds } = up;
    say(`${to - from} more devices: ${api} requests to the API server: ${words(apiKinds)}; ${hub} to the hub: ${words(hubKinds)}`);
    const { rest } = rows.at(-1);
    say(`at rest with ${to}: ${words(rest.apiKinds)}; hub: ${words(rest.hubKinds)}`);
  }
  return rows;
}

const words = (kinds) => Object.entries(kinds).sort(([, a], [, b]) => b - a).map(([kind, number]) => `${kind} ${number}`).join(', ');
const nameOf = (index) => `fleet-${String(index + 1).padStart(4, '0')}`;

async function bringUp(scene, operator, { from, to, limitSeconds }) {
  const items = Array.from({ length: to - from }, (_, index) => ({
    apiVersion: 'edge-vm.io/v1alpha1', kind: 'EdgeDevice', metadata: { name: nameOf(from + index), namespace }, spec: { identity: { register: {} } },
  }));
  const file = join(scene.folder, 'edgedevices.json');
  writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  const before = await look(operator);
  let peak = 0;
  let applied = NaN;
  const applying = scene.k(['apply', '--server-side', '-f', file]).then(() => (applied = (performance.now() - before.at) / 1000));
  let told = 0;
  const all = until(`all ${to} devices connected`, limitSeconds, async () => {
    const state = await look(operator);
    peak = Math.max(peak, state.memory.now);
    const now = connected(state);
    if (now > to) throw new Error('the lab has other EdgeDevices');
    if (performance.now() - told > 15_000) {
      told = performance.now();
      say(`${((state.at - before.at) / 1000).toFixed(0)} s: ${now} of ${to} connected, operator ${state.memory.now.toFixed(0)} MiB`);
    }
    return now === to ? state : `${now} are`;
  }, 1000);
  const [after] = await Promise.all([all, applying]);
  return { ...between(before, after), applied, peakMiB: peak };
}

/** After a while without work: the last statuses, and the looks at what came up late, are over. */
async function atRest(operator, seconds) {
  await pause(Math.min(30, seconds) * 1000);
  const before = await look(operator);
  await pause(seconds * 1000);
  const after = await look(operator);
  return { ...between(before, after), mib: after.memory.now };
}

/** Room for all: the lab's nodes are for about four hundred devices. */
async function growNodes({ k }) {
  const nodes = (await k(['get', 'nodes', '-l', 'kubevirt.io/schedulable=true', '-o', 'name'])).split('\n').filter(Boolean);
  const resources = { cpu: '256', memory: '2Ti', pods: '2k', 'ephemeral-storage': '10Ti' };
  for (const node of nodes) await k(['patch', node, '--subresource=status', '--type=merge', '-p', JSON.stringify({ status: { capacity: resources, allocatable: resources } })]);
}
