import assert from 'node:assert/strict';
import { EdgeDevice, VirtualMachine } from '../../../src/cluster/kinds.js';
import type { KubeObject } from '../../../src/cluster/types.js';
import { DeviceIndex } from '../../../src/operator/device-index.js';
import { parseAddress, servePages } from '../../../src/operator/health.js';
import { createLog } from '../../../src/operator/log.js';
import { meteredHub } from '../../../src/operator/metered.js';
import { createMetrics } from '../../../src/operator/metrics.js';
import { OPERATOR_RIGHTS, rulesFor } from '../../../src/operator/rights.js';
import { createTwins } from '../../../src/operator/twins.js';
import { watchedTypes } from '../../../src/operator/watched.js';
import { EdgeVmError } from '../../../src/support/errors.js';
import { scenario } from '../../helpers/scenario.js';

const operation = (throttled: number) => ({ perMinute: 100, requests: 5, throttled, seconds: 1, waiting: 0, waitedSeconds: 0 });
const queue = { depth: 3, running: 1, adds: 9, retries: 2 };

describe('the metrics of the operator', () => {
  it('count calls of API server and hub by their answer, and times that they throttle', async () => {
    const metrics = await createMetrics({
      devices: () => [{ stage: 'connected', cause: '', count: 7 }], queue, hubs: [{ requests: 1, connections: 1, operations: { registry: operation(2), query: operation(0), configuration: operation(0), 'twin-read': operation(1), 'twin-update': operation(0), method: operation(0) } }],
      api: [{ requests: 3, connections: 1, throttled: 1, calls: new Map([['get virtualmachines 200', 2], ['apply secrets 429', 1]]) }, { requests: 1, connections: 1, throttled: 0, calls: new Map([['patch leases 200', 5]]) }],
    });
    const { hub } = scenario();
    const meteredOne = meteredHub(hub, metrics);
    await meteredOne.getDevice('a');
    hub.before = () => {
      throw new EdgeVmError('hub-throttled', 'wait', { details: { status: 429 } });
    };
    await assert.rejects(meteredOne.getDevice('a'));
    await assert.rejects(async () => {
      for await (const _ of meteredOne.queryEdgeAgents(['a'])) assert.fail('no page');
    });
    metrics.reconciled(0.2, false);
    metrics.reconciled(3, true);
    const text = await metrics.text();
    for (const line of [
      'edge_vm_devices{stage="connected",cause=""} 7', 'edge_vm_queue_depth 3', 'edge_vm_queue_adds_total 9', 'edge_vm_queue_retries_total 2',
      'edge_vm_api_requests_total{verb="get",resource="virtualmachines",code="200"} 2', 'edge_vm_api_requests_total{verb="apply",resource="secrets",code="429"} 1', 'edge_vm_api_requests_total{verb="patch",resource="leases",code="200"} 5',
      'edge_vm_hub_requests_total{operation="getDevice",code="200"} 1', 'edge_vm_hub_requests_total{operation="getDevice",code="429"} 1',
      'edge_vm_hub_requests_total{operation="queryEdgeAgents",code="429"} 1', 'edge_vm_throttled_total{server="hub"} 3', 'edge_vm_throttled_total{server="api"} 1',
      'edge_vm_reconcile_seconds_count 2', 'edge_vm_reconcile_errors_total 1',
    ]) assert.ok(text.split('\n').includes(line), `${line} in\n${text}`);
  });
});

describe('the pages of the operator', () => {
  it('answer by path, and nothing else', async () => {
    const server = await servePages({ host: '127.0.0.1', port: 0 }, { '/healthz': async () => ({ status: 200, body: 'ok\n' }), '/broken': async () => Promise.reject(new Error('secret')) }, 'health');
    const read = async (path: string, method = 'GET'): Promise<[number, string]> => {
      const response = await fetch(`http://127.0.0.1:${server.port}${path}`, { method });
      return [response.status, await response.text()];
    };
    try {
      assert.deepEqual(await read('/healthz?verbose'), [200, 'ok\n']);
      assert.deepEqual(await read('/other'), [404, 'not found\n']);
      assert.deepEqual(await read('/healthz', 'POST'), [404, 'not found\n']);
      assert.deepEqual(await read('/broken'), [500, 'failed\n'], 'an error is not shown');
      await assert.rejects(servePages({ host: '127.0.0.1', port: server.port }, {}, 'metrics'), { code: 'usage', message: new RegExp(`cannot listen on 127\\.0\\.0\\.1:${server.port} for metrics \\(EADDRINUSE\\)`) });
    } finally {
      await server.close();
    }
  });

  it('have an address', () => {
    assert.deepEqual(parseAddress(':8080', '--x'), { host: '0.0.0.0', port: 8080 });
    assert.deepEqual(parseAddress('[::1]:0', '--x'), { host: '::1', port: 0 });
    for (const bad of ['8080', 'host', 'host:99999', 'a b:80']) assert.throws(() => parseAddress(bad, '--metrics-address'), { code: 'invalid-input', message: /--metrics-address: must be HOST:PORT/ });
  });
});

describe('the log of the operator', () => {
  const lines = (format: 'text' | 'json'): string => {
    let text = '';
    const log = createLog(format, { write: (line) => void (text += line), clean: (one) => one.replaceAll('key', '[secret]'), now: () => 0 });
    log.warn('the key', { device: 'edge/gw-01', words: 'a key', none: undefined, count: 2 });
    return text;
  };

  it('keeps time, level and message of a line when it tells of an error', async () => {
    const scene = scenario();
    const words: string[] = [];
    const log = createLog('json', { write: (line) => void words.push(line), clean: (one) => one, now: () => 0 });
    scene.hub.before = () => {
      throw new EdgeVmError('hub-unreachable', 'no answer');
    };
    const stop = new AbortController();
    const twins = createTwins({ hub: scene.hub, clock: scene.clock, random: () => 0, log, intervalMs: 60_000, devices: () => ({ ids: ['gw-01'], eager: false }), onChange: () => undefined });
    void twins.run(stop.signal);
    await twins.first;
    stop.abort();
    assert.deepEqual(words.map((line) => JSON.parse(line) as unknown), [{ time: '1970-01-01T00:00:00.000Z', level: 'warn', message: 'cannot read the twins of a hub', hub: scene.hub.hostname, code: 'hub-unreachable', error: 'no answer' }]);
  });

  it('is one line for people, with facts', () => {
    assert.equal(lines('text'), '1970-01-01T00:00:00.000Z WARN  the [secret] device=edge/gw-01 words="a [secret]" count=2\n');
  });

  it('is one object for programs', () => {
    assert.deepEqual(JSON.parse(lines('json')), { time: '1970-01-01T00:00:00.000Z', level: 'warn', message: 'the [secret]', device: 'edge/gw-01', words: 'a [secret]', count: 2 });
  });
});

describe('the index of devices', () => {
  const resource = (name: string, id: string, status: object = {}): KubeObject => ({ apiVersion: EdgeDevice.apiVersion, kind: EdgeDevice.kind, metadata: { name, namespace: 'edge' }, status: { device: { hub: 'Hub.net', id }, ...status } });
  const now = Date.parse('2026-11-28T12:00:00Z');
  const comingUp = (since: string): object => ({ conditions: [{ type: 'Ready', status: 'False' }, { type: 'Running', status: 'True', lastTransitionTime: since }] });

  it('finds the resources of a device, and forgets those that are gone', () => {
    const index = new DeviceIndex();
    index.note(resource('gw-01', 'A'), false);
    index.note(resource('gw-02', 'A'), false);
    assert.deepEqual([...index.keysOf('hub.NET', 'A')], ['edge/gw-01', 'edge/gw-02']);
    index.note(resource('gw-01', 'B'), false);
    index.note(resource('gw-02', 'A'), true);
    assert.deepEqual([...index.keysOf('hub.net', 'A')], []);
    assert.deepEqual(index.ofHub('hub.net', now).ids, ['B']);
  });

  it('knows whether somebody waits for a device to come up, but not for ever', () => {
    const index = new DeviceIndex();
    index.note(resource('gw-01', 'A', comingUp('2026-11-28T11:59:00Z')), false);
    assert.equal(index.ofHub('hub.net', now).eager, true);
    index.note(resource('gw-01', 'A', comingUp('2026-11-28T11:00:00Z')), false);
    assert.equal(index.ofHub('hub.net', now).eager, false);
  });

  it('counts devices by stage and cause', () => {
    const index = new DeviceIndex();
    for (const name of ['a', 'b']) index.note(resource(name, name, { stage: 'connected' }), false);
    index.note(resource('c', 'c', { stage: 'disk', cause: { code: 'unschedulable' } }), false);
    assert.deepEqual(index.counts(), [{ stage: 'connected', cause: '', count: 2 }, { stage: 'disk', cause: 'unschedulable', count: 1 }]);
  });
});

describe('what the operator watches', () => {
  it('is a fixed number of types, and nodes only for the whole cluster', () => {
    assert.deepEqual(watchedTypes().map(({ type }) => type.kind).filter((kind) => kind === 'Node').length, 1);
    assert.ok(!watchedTypes(['edge']).some(({ type }) => type.kind === 'Node'));
  });

  it('is covered by its rights', () => {
    for (const { type } of watchedTypes()) {
      const group = type.apiVersion.includes('/') ? type.apiVersion.split('/')[0] : '';
      const right = OPERATOR_RIGHTS.find((one) => one.group === group && one.resources.includes(type.plural));
      for (const verb of ['list', 'watch']) assert.ok(right?.verbs.includes(verb), `${verb} ${type.plural}`);
    }
    assert.ok(rulesFor('lease').every(({ resources }) => resources.includes('leases')));
  });

  it('keeps nothing of other people’s objects but that they exist', () => {
    const vms = watchedTypes().find(({ type }) => type.kind === VirtualMachine.kind);
    const other: KubeObject = { apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachine', metadata: { name: 'db', namespace: 'prod', uid: '1', annotations: { a: 'b' } }, spec: { secret: 'x' }, status: {} };
    assert.deepEqual(vms?.strip?.(other), { apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachine', metadata: { name: 'db', namespace: 'prod', uid: '1' } });
  });
});
