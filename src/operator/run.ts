import { hostname } from 'node:os';
import { cachedCluster, startCaches, type Caches } from '../cluster/cached/index.js';
import { EdgeDevice, VirtualMachine, VirtualMachineInstance } from '../cluster/kinds.js';
import { runAsLeader, type LeaderEnd } from '../cluster/lease/index.js';
import { keyOf } from '../cluster/key.js';
import type { Cluster } from '../cluster/types.js';
import { batchingHub } from '../hub/index.js';
import type { CheckCredential, Hub, HubBulk, HubEndpoint } from '../hub/types.js';
import { allowMany, joined } from '../support/abort.js';
import type { Clock } from '../support/clock.js';
import { createChanges } from './changes.js';
import type { Log, OperatorContext } from './context.js';
import { createDeployments } from './deployment/index.js';
import { DeviceIndex } from './device-index.js';
import { aborted, drained } from './drain.js';
import type { Fence } from './fence.js';
import { failureLog, inWords } from './failure-words.js';
import { guardedHub } from './guarded-hub.js';
import { servePages, type Address } from './health.js';
import { hubsOf, type PolledHub } from './hubs.js';
import { createIdentities } from './identities.js';
import { meteredHub } from './metered.js';
import { createMetrics } from './metrics.js';
import { createQueue } from './queue.js';
import { createReconciler } from './reconcile.js';
import { createRecorder } from './recorder.js';
import { createRegistryTurns } from './registry-turns.js';
import { sharedEvents } from './shared-events.js';
import { recentTrials } from './trials.js';
import { createTwins } from './twins.js';
import { watchedTypes, withoutNodes } from './watched.js';

/** What an operator needs. The caller closes cluster and hubs. */
export interface OperatorOptions {
  cluster: Cluster;
  /** One for each hub for which there is a credential. */
  hubs: readonly (Hub & HubBulk)[];
  checkCredential?: CheckCredential;
  hubEndpoint?: HubEndpoint;
  clock: Clock;
  random?: () => number;
  log: Log;
  /** Only these; absent: all namespaces. */
  namespaces?: readonly string[];
  /** The Lease by which several replicas elect one that works; absent: this one works at once. */
  lease?: LeaseChoice;
  /** That of the requests of `cluster` and `hubs`; needed if several replicas may run. */
  fence?: Fence;
  /** For the Lease alone: its renewals must not wait behind the work's requests. `cluster` if absent. */
  leaseCluster?: Cluster;
  /** How much the operator does at the same time: requests to the API server. */
  concurrency: number;
  /** Milliseconds between two queries of all twins at rest. */
  twinIntervalMs: number;
  metrics: Address;
  health: Address;
  /** Takes a function that must be called when a hub has another credential: what the hub refused is tried again at once. */
  onHubRenewed?: (listener: () => void) => void;
  /** Fires for an end in order: no new work, then the end of what runs. */
  signal: AbortSignal;
}

export type Ending = 'stopped' | 'lease-lost';

/** Which Lease, and who this replica is in it; without an identity it gets one of its own. */
export interface LeaseChoice {
  namespace: string;
  name: string;
  identity: string | undefined;
}

/**
 * Works in flight for each request that may run at the same time. A work mostly waits, and the hub registers many devices by one
 * request only if their works run together.
 */
const inFlight = 4;
/** Reading consoles of many devices at once would keep their nodes busy. */
const consoles = 4;
/** The last Events get this time. */
const eventsMs = 2_000;
/** Without a hub's answer, the statuses of its devices would change for a moment at each start. */
const firstTwinsMs = 20_000;
/** A call that must wait longer than this for the hub's limits fails, and its device comes again later: no worker waits. */
const hubPatienceMs = 10_000;

/** Runs until the signal fires or the Lease is lost. Throws only if it cannot begin. */
export async function runOperator(options: OperatorOptions): Promise<Ending> {
  const { clock, log, signal, random = Math.random } = options;
  const hard = new AbortController();
  allowMany(hard.signal);
  allowMany(signal);
  const index = new DeviceIndex();
  const identities = createIdentities(options.hubs.length === 1 ? options.hubs[0]!.hostname : undefined);
  const onError = failureLog(log, () => metrics.reconciled(0, true));
  const queue = createQueue({ clock, random, concurrency: options.concurrency * inFlight, onError });
  const looks = createQueue({ clock, random, concurrency: consoles, onError: (key, error) => log.warn('cannot look at a device', { device: key, ...inWords(error) }) });
  const metrics = await createMetrics({ devices: () => index.counts(), queue: queue.stats, api: [...new Set([options.cluster, options.leaseCluster ?? options.cluster])].map(({ stats }) => stats), hubs: options.hubs.map(({ stats }) => stats) });
  const caches = startWatching(options, hard.signal);
  const cached = cachedCluster(options.cluster, caches, { clock });
  const cluster = options.namespaces === undefined ? cached : withoutNodes(cached);
  const state = { isSynced: false };
  const servers = await startServers(options, metrics, () => (state.isSynced && caches.failing.length === 0 ? undefined : whyNotReady(state.isSynced, caches)));

  log.info('serves metrics and health', { metrics: servers[0]?.port, health: servers[1]?.port });
  const changes = createChanges((node) => caches.objects(VirtualMachineInstance, node).map(({ metadata }) => keyOf(metadata)));
  caches.subscribe((change) => {
    const { object } = change;
    const deleted = change.type === 'deleted';
    if (object.kind === EdgeDevice.kind) index.note(object, deleted);
    if (object.kind === EdgeDevice.kind || object.kind === VirtualMachine.kind) identities.note(object, deleted);
    for (const key of changes.concerned(object, deleted)) queue.add(key);
    deployments.note(object, deleted);
  });

  const pollers = new Map<string, PolledHub>();
  for (const one of options.hubs) {
    const hub = guardedHub(batchingHub(meteredHub(one, metrics), { clock, patienceMs: hubPatienceMs }), clock, random);
    const onChange = (ids: readonly string[]): void => {
      const keys = ids.flatMap((id) => [...index.keysOf(hub.hostname, id)]);
      for (const key of keys) queue.add(key);
      deployments.twinsChanged(keys);
    };
    const devices = (): ReturnType<DeviceIndex['ofHub']> => {
      const { ids, eager } = index.ofHub(hub.hostname, clock.now());
      return { ids, eager: eager || deployments.isRolling() };
    };
    pollers.set(hub.hostname.toLowerCase(), { hub, turns: createRegistryTurns(hub, clock, hard.signal), twins: createTwins({ hub, clock, random, log, intervalMs: options.twinIntervalMs, devices, onChange }) });
  }
  const recorder = createRecorder(options.cluster, { log, clock, signal: hard.signal, instance: options.lease?.identity ?? hostname() });
  const context: OperatorContext = {
    cluster: sharedEvents(cluster, clock, hard.signal), clock, random, log, recorder, signal: hard.signal, hubs: hubsOf(pollers), identities, trials: recentTrials(clock),
    ...(options.checkCredential === undefined ? {} : { checkCredential: options.checkCredential }),
    ...(options.hubEndpoint === undefined ? {} : { hubEndpoint: options.hubEndpoint }),
  };
  const deployments = createDeployments(context, caches, (key, error) => {
    metrics.reconciled(0, true);
    log.error('reconcile failed', { deployment: key, ...inWords(error) });
  });
  const reconciler = createReconciler(context, { lookAfter: (key, ms) => looks.after(key, ms), again: (key) => queue.add(key) });
  options.onHubRenewed?.(() => {
    reconciler.tryAgain();
    for (const key of changes.devices) queue.add(key);
    deployments.twinsChanged(changes.devices);
  });

  const work = async (ended: AbortSignal, mayWork: () => boolean = () => true): Promise<void> => {
    options.fence?.guardBy(mayWork);
    metrics.leads(true);
    log.info('works', { devices: changes.devices.size });
    const polls = [...pollers.values()].map(({ twins }) => twins.run(joined(ended, hard.signal).signal));
    await Promise.race([Promise.all([...pollers.values()].map(({ twins }) => twins.first)), clock.sleep(firstTwinsMs, ended)]);
    for (const key of changes.devices) queue.add(key);
    const timed = async (key: string): ReturnType<typeof reconciler.reconcile> => {
      const begun = performance.now();
      const outcome = await reconciler.reconcile(key);
      metrics.reconciled((performance.now() - begun) / 1000, outcome?.failed !== undefined);
      return outcome;
    };
    // Without the Lease, another replica works soon: no request of this one may follow.
    ended.addEventListener('abort', () => (signal.aborted ? undefined : hard.abort()), { once: true });
    await drained(Promise.all([queue.run(timed, ended), looks.run((key) => reconciler.look(key), ended), deployments.run(ended), ...polls]), ended, hard, clock);
    metrics.leads(false);
  };

  try {
    await Promise.race([caches.synced, aborted(signal)]);
    state.isSynced = !signal.aborted;
    if (signal.aborted) return 'stopped';
    log.info('watches are in place', { ...sizesOf(caches) });
    if (options.lease === undefined) await work(signal);
    else if ((await elected(options, options.lease, work)) === 'lost') return 'lease-lost';
    return 'stopped';
  } finally {
    await Promise.race([recorder.flush(), clock.sleep(eventsMs, hard.signal)]);
    hard.abort();
    await caches.ended;
    await Promise.all(servers.map((server) => server.close()));
  }
}

function elected({ cluster, leaseCluster = cluster, log, signal, random }: OperatorOptions, { namespace, name, identity }: LeaseChoice, work: (signal: AbortSignal, mayWork: () => boolean) => Promise<void>): Promise<LeaderEnd> {
  return runAsLeader(leaseCluster, {
    namespace, name, identity: identity ?? hostname(), signal, onLeading: work,
    ...(random === undefined ? {} : { random }),
    onHolder: (holder, isOurs) => log.info(isOurs ? 'holds the Lease' : 'stands by', { lease: `${namespace}/${name}`, holder }),
    onError: (error) => log.warn('cannot get or renew the Lease', inWords(error)),
  });
}

function startWatching({ cluster, namespaces, clock, log }: OperatorOptions, signal: AbortSignal): Caches {
  return startCaches(cluster, watchedTypes(namespaces), {
    clock, signal,
    onFailure: ({ resource, namespace, error }) => log.error(`cannot watch ${resource.plural}`, { ...(namespace === undefined ? {} : { namespace }), ...inWords(error) }),
  });
}

async function startServers({ metrics: at, health }: OperatorOptions, metrics: Awaited<ReturnType<typeof createMetrics>>, whyNot: () => string | undefined): Promise<Awaited<ReturnType<typeof servePages>>[]> {
  const good = { status: 200, body: 'ok\n' };
  return Promise.all([
    servePages(at, { '/metrics': async () => ({ status: 200, body: await metrics.text(), type: metrics.contentType }) }, 'metrics'),
    servePages(health, {
      '/healthz': async () => good,
      '/readyz': async () => {
        const why = whyNot();
        return why === undefined ? good : { status: 503, body: `${why}\n` };
      },
    }, 'health'),
  ]);
}

function whyNotReady(isSynced: boolean, { failing }: Caches): string {
  if (failing.length > 0) return `cannot watch ${failing.map(({ resource }) => resource.plural).join(', ')}`;
  return isSynced ? 'not ready' : 'the first lists have not come yet';
}

function sizesOf(caches: Caches): Record<string, number> {
  return Object.fromEntries(Object.entries(caches.sizes()).map(([plural, { objects }]) => [plural, objects]));
}
