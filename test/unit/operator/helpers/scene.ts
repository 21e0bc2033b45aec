import { EdgeDevice } from '../../../../src/cluster/kinds.js';
import type { CheckCredential, HubStats } from '../../../../src/hub/types.js';
import type { KubeObject } from '../../../../src/cluster/types.js';
import { createChanges } from '../../../../src/operator/changes.js';
import type { OperatorContext } from '../../../../src/operator/context.js';
import { createIdentities } from '../../../../src/operator/identities.js';
import { createQueue, type WorkQueue } from '../../../../src/operator/queue.js';
import { createRegistryTurns } from '../../../../src/operator/registry-turns.js';
import { createReconciler } from '../../../../src/operator/reconcile.js';
import { recentTrials } from '../../../../src/operator/trials.js';
import type { EdgeDeviceStatus, StatusCondition } from '../../../../src/operator/types.js';
import { EdgeVmError } from '../../../../src/support/errors.js';
import type { KubeVirtOptions } from '../../../helpers/fake-cluster/kubevirt.js';
import type { FakeCluster } from '../../../helpers/fake-cluster/index.js';
import type { FakeHub } from '../../../helpers/fake-hub.js';
import { ManualClock } from '../../../helpers/manual-clock.js';
import { scenario } from '../../../helpers/scenario.js';

export interface OperatorScene {
  clock: ManualClock;
  cluster: FakeCluster;
  hub: FakeHub;
  /** `type reason message` of each Event. */
  events: string[];
  logs: string[];
  errors: unknown[];
  /** A running operator; with `kill` it stops as if its process died. */
  start: () => { kill: () => void; queue: WorkQueue; tryAgain: () => void };
  /** Stores a new EdgeDevice, or the next generation of one. */
  apply: (spec: Record<string, unknown>, metadata?: Partial<KubeObject['metadata']>) => void;
  device: (name?: string) => KubeObject | undefined;
  status: (name?: string) => EdgeDeviceStatus;
  condition: (type: string, name?: string) => StatusCondition | undefined;
  remove: (name?: string) => void;
}

/** An operator over a cluster and a hub in memory. Time stands still until the test moves it. */
export function operatorScene(options: { kubevirt?: KubeVirtOptions; hubs?: readonly string[]; noHub?: boolean; perMinute?: number; check?: CheckCredential } = {}): OperatorScene {
  const { clock, cluster, hub } = scenario(options.kubevirt === undefined ? {} : { kubevirt: options.kubevirt });
  cluster.forbidden.clear();
  const events: string[] = [];
  const logs: string[] = [];
  const errors: unknown[] = [];
  const log = (message: string, fields: unknown): void => void logs.push(`${message} ${JSON.stringify(fields)}`);
  const find = (name = 'gw-01'): KubeObject | undefined => cluster.find('EdgeDevice', name);

  const start: OperatorScene['start'] = () => {
    const stop = new AbortController();
    const isHub = (name: string | null | undefined): boolean => options.noHub !== true && (name === null || name === undefined || name.toLowerCase() === hub.hostname);
    const identities = createIdentities(options.noHub === true ? undefined : hub.hostname);
    const turns = createRegistryTurns({ stats: { requests: 0, connections: 0, ...(options.perMinute === undefined ? {} : { operations: { registry: { perMinute: options.perMinute } } as NonNullable<HubStats['operations']> }) } }, clock);
    const context: OperatorContext = {
      cluster, clock, random: () => 0, signal: stop.signal, identities, ...(options.check === undefined ? {} : { checkCredential: options.check }), trials: recentTrials(clock),
      hubs: {
        names: options.noHub === true ? [] : [hub.hostname],
        hub: (name) => (isHub(name) ? hub : undefined),
        turns: (name) => (isHub(name) ? turns : undefined),
        twin: (_, id) => ({ answer: { value: hub.twins.get(id), at: clock.now() }, problem: undefined }),
      },
      recorder: { record: (about, { type, reason, message }) => void events.push(`${about.metadata.name} ${type} ${reason}: ${message}`) },
      log: { info: log, warn: log, error: log },
    };
    const queue = createQueue({ clock, concurrency: 4, random: () => 0, onError: (_, error) => void errors.push(error) });
    const looks = createQueue({ clock, concurrency: 2, random: () => 0, onError: (_, error) => void errors.push(error) });
    const reconciler = createReconciler(context, { lookAfter: (key, ms) => looks.after(key, ms), again: (key) => queue.add(key) });
    const changes = createChanges(() => []);
    const know = (object: KubeObject, deleted: boolean): void => {
      if (object.kind === 'EdgeDevice' || object.kind === 'VirtualMachine') identities.note(object, deleted);
    };
    for (const object of cluster.store.all()) know(object, false);
    const unsubscribe = cluster.store.subscribe(({ type, object }) => {
      know(object, type === 'deleted');
      for (const key of changes.concerned(object, type === 'deleted')) queue.add(key);
    });
    for (const object of cluster.store.all()) for (const key of changes.concerned(object, false)) queue.add(key);
    void queue.run((key) => reconciler.reconcile(key), stop.signal);
    void looks.run((key) => reconciler.look(key), stop.signal);
    return {
      queue, tryAgain: () => reconciler.tryAgain(),
      kill: () => {
        unsubscribe();
        stop.abort();
      },
    };
  };

  return {
    clock, cluster, hub, events, logs, errors, start,
    apply(spec, metadata = {}) {
      const name = metadata.name ?? 'gw-01';
      const live = find(name);
      const generation = (live?.metadata.generation ?? 0) + 1;
      cluster.store.put({ apiVersion: EdgeDevice.apiVersion, kind: EdgeDevice.kind, ...live, metadata: { name, namespace: 'edge', ...live?.metadata, ...metadata, generation }, spec }, new Map());
    },
    device: find,
    status: (name) => (find(name)?.status ?? {}) as EdgeDeviceStatus,
    condition: (type, name) => ((find(name)?.status ?? {}) as EdgeDeviceStatus).conditions?.find((one) => one.type === type),
    remove: (name = 'gw-01') => void cluster.store.delete(`EdgeDevice/edge/${name}`, 'Background'),
  };
}

/** The spec of a device that the operator registers. */
export const register = { identity: { register: {} } };

/** Lets time pass, and everything happen that needs no more time. */
export async function settled(scene: Pick<OperatorScene, 'clock'>, ms = 0): Promise<void> {
  await scene.clock.advance(ms);
  for (let i = 0; i < 20; i++) await ManualClock.settle();
}

/** The hub does not answer these calls. */
export function unreachable({ hub }: Pick<OperatorScene, 'hub'>, calls: readonly string[], words = 'the hub does not answer'): void {
  hub.before = (call) => {
    if (calls.includes(call)) throw new EdgeVmError('hub-unreachable', words);
  };
}
