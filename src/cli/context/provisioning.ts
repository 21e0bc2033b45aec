import type { Cluster } from '../../cluster/types.js';
import type { ProvisionContext, Stage } from '../../readiness/types.js';
import type { Invocation } from '../run/action.js';
import { connect } from './connect.js';
import { debugging } from '../run/errors.js';
import { openHub } from './hub-input.js';
import { makeProgress, warningsOnly, type Progress } from '../output/progress.js';

/** Everything that a use case needs, without the events. */
export type Ports = Omit<ProvisionContext, 'onEvent'>;

/**
 * Opens cluster and hub, signs in, runs `work`, and always closes everything after it. `hub: false` is for use cases that
 * need only the cluster. `patienceMs`: how long a call may wait for its turn within the hub's limits.
 */
export async function withPorts<T>(invocation: Invocation, work: (ports: Ports) => Promise<T>, options: { hub?: false; patienceMs?: number } = {}): Promise<T> {
  const { session, values } = invocation;
  const { io } = session;
  const { hub, endpoint } = options.hub === false ? { hub: undefined, endpoint: {} } : await openHub(session, values, options.patienceMs);
  const cluster: Cluster = await connect(session, values);
  if (session.about !== undefined) session.about.namespace ??= cluster.namespace;
  try {
    // While a person logs in, there is no progress, and that time does not count for the device.
    await cluster.signIn({ signal: io.signal });
    const { checkCredential } = await session.deps.hub();
    return await work({
      cluster, checkCredential, hubEndpoint: endpoint, signal: io.signal,
      ...(hub === undefined ? {} : { hub }),
      clock: { now: () => io.now(), sleep: (ms, signal) => io.sleep(ms, signal) },
    });
  } finally {
    if (debugging(session)) {
      for (const [name, port] of Object.entries({ cluster, hub })) {
        if (port) session.printer.note(`debug: ${name}: ${port.stats.requests} requests, ${port.stats.connections} connections`);
      }
    }
    cluster.close();
    hub?.close();
  }
}

/** Runs the use case for one device with its context: the ports, and its progress. */
export async function withContext<T>(invocation: Invocation, work: (context: ProvisionContext, progress: Progress) => Promise<T>, options: { quiet?: boolean; waitFor?: Stage; hub?: false } = {}): Promise<T> {
  const { session } = invocation;
  return withPorts(invocation, async (ports) => {
    const progress = options.quiet === true ? warningsOnly(session) : await makeProgress(session, options.waitFor ?? 'deployed');
    try {
      return await work({ ...ports, onEvent: (event) => progress.onEvent(event) }, progress);
    } finally {
      progress.stop();
    }
  }, options.hub === false ? { hub: false } : {});
}
