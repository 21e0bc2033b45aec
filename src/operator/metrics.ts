import type { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { ClusterStats } from '../cluster/index.js';
import type { HubStats } from '../hub/types.js';
import type { QueueStats } from './queue.js';

/** Which devices are in which state: for the gauge that is read at each scrape. */
export type DeviceCounts = readonly { stage: string; cause: string; count: number }[];

/** The operator's numbers for Prometheus. docs/operator.md lists them. */
export interface Metrics {
  reconciled(seconds: number, failed: boolean): void;
  hubRequest(operation: string, code: string): void;
  leads(isLeader: boolean): void;
  /** Text format of all of them. */
  text(): Promise<string>;
  readonly contentType: string;
}

export interface MetricSources {
  devices: () => DeviceCounts;
  queue: QueueStats;
  /** The connections to the API server. */
  api: readonly ClusterStats[];
  hubs: readonly HubStats[];
}

/** Loads prom-client: no other command needs it. */
export async function createMetrics({ devices, queue, api, hubs }: MetricSources): Promise<Metrics> {
  const prom = await import('prom-client');
  const register: Registry = new prom.Registry();
  prom.collectDefaultMetrics({ register });
  const registers = [register];
  register.registerMetric(new prom.Gauge({
    name: 'edge_vm_devices', help: 'EdgeDevices by the highest stage that they have reached and by the cause of their failure', labelNames: ['stage', 'cause'], registers: [],
    collect() {
      this.reset();
      for (const { stage, cause, count } of devices()) this.set({ stage, cause }, count);
    },
  }));
  const now = (name: string, help: string, read: () => number): Gauge => new prom.Gauge({ name, help, registers, collect() { this.set(read()); } });
  now('edge_vm_queue_depth', 'EdgeDevices that wait for a worker', () => queue.depth);
  counting(prom, register, 'edge_vm_queue_adds_total', 'Times that an EdgeDevice was put into the queue', () => queue.adds);
  counting(prom, register, 'edge_vm_queue_retries_total', 'Works of the queue that failed and were tried again', () => queue.retries);
  const leader = new prom.Gauge({ name: 'edge_vm_leader', help: '1 if this replica works, 0 if it stands by', registers });
  const seconds: Histogram = new prom.Histogram({ name: 'edge_vm_reconcile_seconds', help: 'Time of one reconcile of an EdgeDevice', buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60], registers });
  const errors: Counter = new prom.Counter({ name: 'edge_vm_reconcile_errors_total', help: 'Reconciles that failed', registers });
  register.registerMetric(new prom.Counter({
    name: 'edge_vm_api_requests_total', help: 'Requests to the API server, by the status of the answer', labelNames: ['verb', 'resource', 'code'], registers: [],
    collect() {
      this.reset();
      for (const { calls } of api) {
        for (const [call, count] of calls) {
          const [verb = '', resource = '', code = ''] = call.split(' ');
          this.inc({ verb, resource, code }, count);
        }
      }
    },
  }));
  const hub: Counter = new prom.Counter({ name: 'edge_vm_hub_requests_total', help: 'Calls of the IoT Hub, by the status of the answer', labelNames: ['operation', 'code'], registers });
  register.registerMetric(new prom.Counter({
    name: 'edge_vm_throttled_total', help: 'Times that a server asked the operator to wait', labelNames: ['server'], registers: [],
    collect() {
      this.reset();
      this.inc({ server: 'api' }, api.reduce((sum, { throttled }) => sum + throttled, 0));
      this.inc({ server: 'hub' }, hubs.flatMap(({ operations }) => Object.values(operations ?? {})).reduce((sum, { throttled }) => sum + throttled, 0));
    },
  }));
  return {
    reconciled(time, failed) {
      seconds.observe(time);
      if (failed) errors.inc();
    },
    hubRequest: (operation, code) => hub.inc({ operation, code }),
    leads: (isLeader) => leader.set(isLeader ? 1 : 0),
    text: () => register.metrics(),
    contentType: register.contentType,
  };
}

/** A counter that somebody else counts. */
function counting(prom: typeof import('prom-client'), register: Registry, name: string, help: string, read: () => number): void {
  register.registerMetric(new prom.Counter({
    name, help, registers: [],
    collect() {
      this.reset();
      this.inc(read());
    },
  }));
}
