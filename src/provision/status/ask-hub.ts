import { EdgeVmError } from '../../spec/errors.js';
import type { Observations } from '../readiness/observations.js';
import { isRunning } from '../readiness/reading.js';
import type { EvaluateOptions } from '../readiness/verdict.js';
import type { ProvisionContext } from '../types.js';

export interface AskOptions {
  ping: boolean;
  options: EvaluateOptions;
  signal: AbortSignal;
}

/**
 * Twin, registration and `ping` of one device. Later than in the minutes after a start, a twin that was fresh then
 * proves little: so `ping` is always sent, also where no instance runs, to find out whether somebody else answers.
 */
export async function askHub(context: ProvisionContext, o: Observations, { ping, signal }: AskOptions): Promise<void> {
  const { hub, clock } = context;
  const { id, hub: hostname } = o.device;
  if (hub === undefined || id === null || (hostname !== null && hostname.toLowerCase() !== hub.hostname.toLowerCase())) return;
  o.hub.available = true;
  try {
    const [twin, device] = await Promise.all([hub.getEdgeAgentTwin(id, { signal }), hub.getDevice(id, { signal })]);
    o.hub.twin = { value: twin, at: clock.now() };
    o.hub.device = { value: device, at: clock.now() };
    const everConnected = twin?.reported.lastDesiredStatus?.code !== undefined;
    if (!ping || !everConnected) return;
    const at = clock.now();
    o.hub.ping = { value: await hub.ping(id, { signal, timeoutSeconds: isRunning(o) ? 10 : 5 }), at };
  } catch (error) {
    if (!EdgeVmError.is(error) || signal.aborted) throw error;
    o.hub.problem = error.message;
  }
}
