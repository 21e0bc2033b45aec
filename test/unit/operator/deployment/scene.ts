import { EdgeDeployment, EdgeDevice } from '../../../../src/cluster/kinds.js';
import type { KubeObject } from '../../../../src/cluster/types.js';
import type { EdgeAgentTwin } from '../../../../src/hub/types.js';
import { createDeploymentReconciler } from '../../../../src/operator/deployment/reconcile.js';
import type { DeviceReport, EdgeDeploymentStatus } from '../../../../src/operator/deployment/types.js';
import type { Outcome } from '../../../../src/operator/queue.js';
import type { StatusCondition } from '../../../../src/operator/types.js';
import { record } from '../../../../src/support/plain.js';
import { FakeCluster } from '../../../helpers/fake-cluster/index.js';
import { FakeHub } from '../../../helpers/fake-hub.js';
import { ManualClock } from '../../../helpers/manual-clock.js';
import { smallManifest } from '../../deployment/manifest.js';

export interface DeploymentScene {
  clock: ManualClock;
  cluster: FakeCluster;
  hub: FakeHub;
  /** `name type reason: message` of each Event. */
  events: string[];
  /** Forgets what the operator remembers, as after a restart. */
  restart: () => void;
  addDevice: (name: string, labels?: Record<string, string>) => void;
  /** Stores an EdgeDeployment, or the next generation of one. */
  put: (spec: Record<string, unknown>, metadata?: Partial<KubeObject['metadata']>) => void;
  /** One work on it. */
  reconcile: (name?: string) => Promise<Outcome>;
  /** The operator asks the hub for all twins. */
  poll: () => void;
  /** The edge agent takes up what the hub wants, and reports this of it. */
  takeUp: (deviceId: string, report?: { code?: number; description?: string; status?: string; exitCode?: number }) => void;
  /** Somebody changes `$edgeAgent`'s desired properties in the hub. */
  tamper: (deviceId: string, change: (desired: Record<string, unknown>) => void) => void;
  resource: (name?: string) => KubeObject | undefined;
  status: (name?: string) => EdgeDeploymentStatus;
  condition: (type: string, name?: string) => StatusCondition | undefined;
  report: (device: string, name?: string) => DeviceReport | undefined;
}

/** EdgeDeployments over a cluster and a hub in memory. */
export function deploymentScene(others: readonly FakeHub[] = []): DeploymentScene {
  const clock = new ManualClock();
  const cluster = new FakeCluster(clock);
  const hub = new FakeHub();
  const events: string[] = [];
  const polled = { at: 0, twins: new Map<string, EdgeAgentTwin>() };
  const log = (): void => undefined;
  const make = (): ReturnType<typeof createDeploymentReconciler> => createDeploymentReconciler({
    cluster, clock, signal: new AbortController().signal, log: { info: log, warn: log, error: log },
    hubs: {
      names: [hub, ...others].map(({ hostname }) => hostname),
      hub: (name) => [hub, ...others].find(({ hostname }) => hostname === name),
      turns: () => undefined,
      twin: (_, id) => ({ answer: polled.at === 0 ? undefined : { value: polled.twins.get(id), at: polled.at }, problem: undefined }),
    },
    recorder: { record: (about, { type, reason, message }) => void events.push(`${about.metadata.name} ${type} ${reason}: ${message}`) },
  });
  let reconciler = make();
  const resource = (name = 'app'): KubeObject | undefined => cluster.find('EdgeDeployment', name);
  const status = (name?: string): EdgeDeploymentStatus => (resource(name)?.status ?? {}) as EdgeDeploymentStatus;

  return {
    clock, cluster, hub, events, resource, status,
    restart: () => void (reconciler = make()),
    addDevice(name, labels = {}) {
      const id = name.toUpperCase();
      if (!hub.devices.has(id)) hub.register(id);
      const live = cluster.find('EdgeDevice', name);
      cluster.store.put({ apiVersion: EdgeDevice.apiVersion, kind: EdgeDevice.kind, ...live, metadata: { namespace: 'edge', ...live?.metadata, name, labels }, spec: {}, status: { device: { hub: hub.hostname, id } } }, new Map());
    },
    put(spec, metadata = {}) {
      const name = metadata.name ?? 'app';
      const live = resource(name);
      cluster.store.put({ apiVersion: EdgeDeployment.apiVersion, kind: EdgeDeployment.kind, ...live, metadata: { namespace: 'edge', ...live?.metadata, ...metadata, name, generation: (live?.metadata.generation ?? 0) + 1 }, spec }, new Map());
    },
    reconcile: (name = 'app') => reconciler.reconcile(`edge/${name}`),
    poll() {
      polled.at = clock.now();
      polled.twins = structuredClone(hub.twins);
    },
    takeUp(deviceId, { code = 200, description = code === 200 ? '' : 'because', status: runtimeStatus = 'running', exitCode = 0 } = {}) {
      const { desired } = hub.twins.get(deviceId)!;
      const reports = (group: unknown): Record<string, object> => Object.fromEntries(Object.entries(record(group) ?? {}).map(([name, module]) => [name, { runtimeStatus, restartCount: 2, exitCode, settings: record(record(module)?.['settings']) ?? {} }]));
      hub.report(deviceId, {
        lastDesiredVersion: desired.$version ?? 0, lastDesiredStatus: { code, description },
        systemModules: reports(desired['systemModules']), modules: reports(desired['modules']),
      }, clock.iso());
    },
    tamper(deviceId, change) {
      const twin = hub.twins.get(deviceId)!;
      const desired = structuredClone(twin.desired);
      change(desired);
      hub.twins.set(deviceId, { ...twin, desired: { ...desired, $version: (twin.desired.$version ?? 1) + 1 } });
    },
    condition: (type, name) => status(name).conditions?.find((one) => one.type === type),
    report: (device, name) => status(name).devices?.find((one) => one.name === device),
  };
}

/** A spec that Git decides. */
export function gitSpec(more: Record<string, unknown> = {}): Record<string, unknown> {
  return { modulesContent: smallManifest(), selector: { matchLabels: { site: 'north' } }, ...more };
}
