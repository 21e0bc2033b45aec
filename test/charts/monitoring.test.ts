import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import type { ClusterStats } from '../../src/cluster/index.js';
import { createMetrics } from '../../src/operator/metrics.js';
import type { QueueStats } from '../../src/operator/queue.js';
import { BUILD_LIMIT, openHelm, OPERATOR_CHART, type Helm } from '../helpers/helm.js';

interface Rule { alert: string; expr: string; for?: string; labels: { severity: string }; annotations: { summary: string; description: string } }
interface Dashboard { uid: string; panels: { id: number; title: string; targets?: { expr: string; legendFormat?: string }[] }[] }

const file = (name: string): string => readFileSync(join(OPERATOR_CHART, 'files', name), 'utf8');
const rules = (load(file('alerts.yaml')) as { groups: { rules: Rule[] }[] }).groups.flatMap((group) => group.rules);
const dashboard = JSON.parse(file('dashboard.json')) as Dashboard;
const targets = dashboard.panels.flatMap((panel) => panel.targets ?? []);

/** What Prometheus finds in the metrics of an operator that has done one of each. */
async function scraped(): Promise<{ names: Set<string>; labels: Set<string> }> {
  const queue = { depth: 0, adds: 0, retries: 0 } as unknown as QueueStats;
  const api: ClusterStats = { requests: 1, connections: 1, calls: new Map([['get secrets 200', 1]]), throttled: 0 };
  const metrics = await createMetrics({ devices: () => [{ stage: 'connected', cause: '', count: 1 }], queue, api: [api], hubs: [] });
  metrics.reconciled(1, true);
  metrics.hubRequest('ping', '200');
  metrics.leads(true);
  const samples = [...(await metrics.text()).matchAll(/^([a-z_]+)(?:\{([^}]*)\})? /gm)];
  return { names: new Set(samples.map((match) => match[1]!)), labels: new Set(samples.flatMap((match) => [...(match[2] ?? '').matchAll(/(\w+)="/g)].map((label) => label[1]!))) };
}

describe('alert rules and dashboard', () => {
  let helm: Helm;
  before(async function () {
    this.timeout(BUILD_LIMIT);
    helm = await openHelm();
  });
  after(() => helm.close());

  it('ask only for metrics and labels that the operator has', async () => {
    const { names, labels } = await scraped();
    // Prometheus adds these.
    for (const label of ['job', 'pod', 'instance']) labels.add(label);
    const expressions = [...rules.map(({ expr }) => expr), ...targets.map(({ expr }) => expr)];
    assert.ok(expressions.length > 20);
    for (const expr of expressions) {
      const asked = [...expr.matchAll(/\b(?:edge_vm|process|nodejs)_[a-z_]+/g)].map(([name]) => name);
      assert.ok(asked.length > 0, expr);
      assert.deepEqual(asked.filter((name) => !names.has(name)), [], expr);
      const grouped = [...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap((match) => match[1]!.split(/,\s*/));
      const selected = [...expr.matchAll(/[{,]\s*(\w+)\s*(?:=~|!~|!=|=)"/g)].map((match) => match[1]!);
      assert.deepEqual([...grouped, ...selected].filter((label) => !labels.has(label)), [], expr);
    }
    const shown = [...targets.map(({ legendFormat = '' }) => legendFormat), ...rules.map(({ annotations }) => annotations.summary)].join(' ');
    const used = [...shown.matchAll(/\{\{\s*(?:\$labels\.)?(\w+)\s*\}\}/g)].map((match) => match[1]!);
    assert.deepEqual(used.filter((label) => !labels.has(label)), []);
  });

  it('cover every metric of the operator', async () => {
    const { names } = await scraped();
    const text = `${JSON.stringify(rules)}${JSON.stringify(targets)}`;
    // Their use is a look at the raw numbers.
    const left = [...names].filter((name) => name.startsWith('edge_vm_') && !text.includes(name) && !/_(?:sum|count)$|_queue_(?:adds|retries)_total$/.test(name));
    assert.deepEqual(left, []);
  });

  it('tell a person what happened and what to do', () => {
    for (const { alert, labels, annotations } of rules) {
      assert.match(alert, /^EdgeVm[A-Z][A-Za-z]+$/);
      assert.ok(['info', 'warning', 'critical'].includes(labels.severity), alert);
      assert.ok(annotations.summary.length > 10 && annotations.description.length > 20, alert);
    }
    const ids = dashboard.panels.map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
  });

  it('come with the chart where a person asks for them', async () => {
    const objects = await helm.render(OPERATOR_CHART, { metrics: { serviceMonitor: { enabled: true, labels: { release: 'prometheus' }, relabelings: [{ action: 'keep' }] }, prometheusRule: { enabled: true, namespace: 'monitoring' }, dashboards: { enabled: true, labels: { grafana_dashboard: '1' } } } });
    const [monitor, rule, config] = ['ServiceMonitor', 'PrometheusRule', 'ConfigMap'].map((kind) => objects.find((object) => object.kind === kind)!);
    const service = objects.find(({ kind }) => kind === 'Service')!;
    const { selector, endpoints } = monitor!['spec'] as { selector: { matchLabels: Record<string, string> }; endpoints: { port: string; relabelings: unknown[] }[] };
    for (const [key, value] of Object.entries(selector.matchLabels)) assert.equal(service.metadata.labels![key], value);
    assert.equal(endpoints[0]!.port, (service['spec'] as { ports: { name: string }[] }).ports[0]!.name);
    assert.equal(monitor!.metadata.labels!['release'], 'prometheus');
    assert.deepEqual(rule!['spec'], load(file('alerts.yaml')));
    assert.equal(rule!.metadata.namespace, 'monitoring');
    assert.deepEqual(JSON.parse((config!['data'] as Record<string, string>)['edge-vm.json']!), dashboard);
    assert.equal(config!.metadata.labels!['grafana_dashboard'], '1');
  });
});
