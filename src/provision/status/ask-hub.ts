import type { Hub, HubDevice } from '../../hub/types.js';
import { EdgeVmError } from '../../support/errors.js';
import { withTrouble } from '../../readiness/hub-trouble.js';
import { isOfAnotherHub } from '../../readiness/another-hub.js';
import type { Observations } from '../../readiness/observations.js';
import { instanceOf } from '../../readiness/reading.js';
import type { ProvisionContext } from '../../readiness/types.js';

export interface AskOptions {
  ping: boolean;
  /** Always read the registration; else only if edgeAgent does not answer. */
  registry: boolean;
  /** Ends the requests. A warning then names the missing answers; that is no error. */
  signal: AbortSignal;
}

/** The shortest time that a hub accepts, because a person waits for the status. */
const pingSeconds = 5;

/**
 * Twin, registration and `ping` of one device. Some minutes after a start, a twin is only weak evidence. So this always
 * sends `ping`, also if no instance runs, to find out whether another machine answers.
 */
export async function askHub(context: ProvisionContext, o: Observations, { ping, registry, signal }: AskOptions): Promise<void> {
  const { hub, clock } = context;
  const { id } = o.device;
  if (hub === undefined || id === null || isOfAnotherHub(context, o.device.hub)) return;
  o.hub.available = true;
  try {
    const register = async (): Promise<void> => {
      const device = await readDevice(hub, id, signal);
      if (device !== 'unreadable') o.hub.device = { value: device, at: clock.now() };
    };
    const [twin] = await Promise.all([hub.getEdgeAgentTwin(id, { signal }), registry ? register() : undefined]);
    o.hub.twin = { value: twin, at: clock.now() };
    const everConnected = twin?.reported.lastDesiredStatus?.code !== undefined;
    if (ping && everConnected) {
      const at = clock.now();
      o.hub.ping = { value: await hub.ping(id, { signal, timeoutSeconds: pingSeconds }), at, ...instanceOf(o) };
    }
    if (!registry && o.hub.ping?.value.answered !== true) await register();
  } catch (error) {
    if (!EdgeVmError.is(error) || context.signal?.aborted === true) throw error;
    o.hub.problem = signal.aborted ? withTrouble(context, { message: `the hub ${hub.hostname} did not answer in time`, hint: '' }).message : error.message;
  }
}

/** Policy `service` may read twins but not the registry; the twin alone shows nearly as much. */
async function readDevice(hub: Hub, id: string, signal: AbortSignal): Promise<HubDevice | undefined | 'unreadable'> {
  return hub.getDevice(id, { signal }).catch((error: unknown) => {
    if (EdgeVmError.is(error) && error.code === 'hub-forbidden') return 'unreadable';
    throw error;
  });
}
