// The table of many devices, beside kubectl's table of their VMs.
import { measured } from './process.mjs';
import { median, namespace } from './scene.mjs';

export async function measureList({ root, edgeVm, env, kubectl, port }, rounds) {
  const { EDGE_VM_HUB_CONNECTION_STRING: _secret, ...withoutHub } = env;
  const ours = (name, own, ...args) => ({ name, file: process.execPath, args: [edgeVm, 'list', '-n', namespace, ...args], env: { ...own, EDGE_VM_DEBUG: '1' } });
  const sides = [
    { name: 'kubectl get vm', file: kubectl, args: ['get', 'vm', '-n', namespace, '-v=6'], env },
    { name: 'kubectl get vm -o json', file: kubectl, args: ['get', 'vm', '-n', namespace, '-o', 'json', '-v=6'], env },
    ours('edge-vm list -o name', withoutHub, '-o', 'name'),
    ours('edge-vm list, without a hub', withoutHub),
    ours('edge-vm list, with the hub', env),
  ];
  const results = sides.map(() => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [at, { file, args, env: own }] of sides.entries()) results[at].push(await measured({ file, args, env: own, cwd: root, port }));
  }
  return sides.map(({ name }, at) => {
    const of = (pick) => median(results[at].map(pick));
    const requests = ({ stderr }) => (name.startsWith('kubectl') ? (stderr.match(/verb="[A-Z]+" url=|\bGET https?:\/\/\S+ \d{3}/g) ?? []).length : Number(/debug: cluster: (\d+) requests/.exec(stderr)?.[1] ?? NaN));
    return { name, seconds: of(({ seconds }) => seconds), ratio: median(results[at].map(({ seconds }, round) => seconds / results[0][round].seconds)), requests: of(requests), peakMiB: of(({ peakMiB }) => peakMiB), cpuSeconds: of(({ cpuSeconds }) => cpuSeconds) };
  });
}
