// The operator's numbers, from its metrics and from /proc.
import { cpuOf, memoryOf } from './process.mjs';

/** All samples of a Prometheus page: name, labels, value. */
export function parse(text) {
  return text.split('\n').flatMap((line) => {
    const match = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line);
    if (!match) return [];
    const labels = Object.fromEntries([...(match[2] ?? '').matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, name, value]) => [name, value]));
    return [{ name: match[1], labels, value: Number(match[3]) }];
  });
}

/** The state of an operator at this moment. */
export async function look({ metrics, pid }) {
  const samples = parse(await (await fetch(metrics)).text());
  return { at: performance.now(), samples, cpu: cpuOf(pid) ?? NaN, memory: memoryOf(pid) ?? { peak: NaN, now: NaN } };
}

export function sum({ samples }, name, fits = () => true) {
  return samples.filter((one) => one.name === name && fits(one.labels)).reduce((total, { value }) => total + value, 0);
}

/** Devices that have reached the stage connected. */
export const connected = (state) => sum(state, 'edge_vm_devices', ({ stage }) => stage === 'connected' || stage === 'deployed');
export const devices = (state) => sum(state, 'edge_vm_devices');

/** The paged queries for the twins of all devices; the rest would grow with the devices if the operator asked about each. */
const isQuery = ({ operation }) => operation === 'queryEdgeAgents' || operation === 'allEdgeAgents' || operation === 'queryModules';

/** What happened between two looks. */
export function between(from, to) {
  const seconds = (to.at - from.at) / 1000;
  const delta = (name, fits) => sum(to, name, fits) - sum(from, name, fits);
  const kinds = (name, label) => {
    const keys = [...new Set(to.samples.filter((one) => one.name === name).map(({ labels }) => label(labels)))];
    return Object.fromEntries(keys.map((key) => [key, delta(name, (labels) => label(labels) === key)]).filter(([, count]) => count > 0));
  };
  return {
    seconds, api: delta('edge_vm_api_requests_total'), hub: delta('edge_vm_hub_requests_total', (labels) => !isQuery(labels)), queries: delta('edge_vm_hub_requests_total', isQuery),
    apiKinds: kinds('edge_vm_api_requests_total', ({ verb, resource, code }) => `${verb} ${resource}${code === '200' ? '' : ` ${code}`}`), hubKinds: kinds('edge_vm_hub_requests_total', ({ operation, code }) => `${operation}${code === '200' ? '' : ` ${code}`}`),
    cpu: to.cpu - from.cpu, reconciles: delta('edge_vm_reconcile_seconds_count'), p99: quantile(from, to, 0.99), p50: quantile(from, to, 0.5),
  };
}

/** As Prometheus' histogram_quantile: linear within a bucket. */
function quantile(from, to, q) {
  const name = 'edge_vm_reconcile_seconds_bucket';
  const buckets = to.samples.filter((one) => one.name === name).map(({ labels: { le }, value }) => ({ le: le === '+Inf' ? Infinity : Number(le), count: value - sum(from, name, (labels) => labels.le === le) })).sort((a, b) => a.le - b.le);
  const rank = q * (buckets.at(-1)?.count ?? 0);
  const at = buckets.findIndex(({ count }) => count >= rank);
  if (rank === 0 || at < 0) return NaN;
  const { le: low, count: before } = buckets[at - 1] ?? { le: 0, count: 0 };
  const { le, count } = buckets[at];
  return le === Infinity ? low : low + ((le - low) * (rank - before)) / (count - before);
}
