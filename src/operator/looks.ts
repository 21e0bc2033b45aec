import { partsOf } from '../cluster/key.js';
import type { Evaluation } from '../readiness/evaluate.js';
import type { Observations } from '../readiness/observations.js';
import { instanceOf, isRunning } from '../readiness/reading.js';
import { isRefused, needsPing } from '../readiness/sources/hub.js';
import { gatherEvents } from '../provision/status/gather-cluster.js';
import { readConsole } from '../provision/status/read-console.js';
import { isOpen } from '../provision/list-details.js';
import { EdgeVmError } from '../support/errors.js';
import { provisionContext, type OperatorContext } from './context.js';
import { judge, options } from './judge.js';
import { lifeOf, type Memory } from './memory.js';
import { observe, readResource } from './observe.js';
import { statusIn } from './registration.js';

/*
 * Console, Events and the registry need requests of their own for each device, so the operator looks there only if a device is
 * not connected and nothing else shows why. A device is looked at seldom, and more seldom the longer it stays so.
 */

const firstMs = 10_000;
/** A machine that does not run yet waits for its disk or a node, and its objects usually say so. */
const firstIdleMs = 30_000;
const leastMs = 20_000;
const mostMs = 300_000;

/** When to look at a device, in milliseconds since the epoch; `undefined` if the shared sources show enough. */
export function dueLook(o: Observations, evaluation: Evaluation, memory: Memory, random: () => number): number | undefined {
  if (!needsLook(o, evaluation)) {
    memory.look = undefined;
    return undefined;
  }
  memory.look ??= { at: o.now, count: 0 };
  const { at, count } = memory.look;
  const pause = count === 0 ? (isRunning(o) ? firstMs : firstIdleMs) : Math.min(mostMs, leastMs * 2 ** Math.min(count - 1, 10));
  return at + pause * (1 + random() / 4);
}

function needsLook(o: Observations, evaluation: Evaluation): boolean {
  return o.vm !== undefined && (isOpen(evaluation) || isDoubtful(o, evaluation));
}

/** The hub's own state of the connection decides nothing, but it is a reason to ask. */
function isDoubtful(o: Observations, { verdicts }: Evaluation): boolean {
  return isRunning(o) && verdicts.connected.evidence === 'twin' && o.hub.twin?.value?.connectionState === 'Disconnected';
}

/** One look. What it finds goes into the memory; the caller judges the device again. */
export async function look(context: OperatorContext, key: string, memory: Memory): Promise<void> {
  const { clock, signal, hubs } = context;
  memory.look = { at: clock.now(), count: (memory.look?.count ?? 0) + 1 };
  const resource = await readResource(context, partsOf(key));
  if (resource === undefined) return;
  const o = await observe(context, resource, memory);
  const { evaluation } = judge(o, memory.track, statusIn(resource));
  if (!needsLook(o, evaluation)) return;
  const ports = provisionContext(context, o.device.hub);
  if (isRunning(o)) {
    await readConsole(ports, o, signal, []);
    if (o.guest !== undefined) Object.assign(memory.found, { guest: o.guest, guestOf: lifeOf(o.hub.twin?.value) });
    if (o.refusal !== undefined) memory.found.refusal = o.refusal;
  } else {
    await gatherEvents(ports, o, signal);
    memory.found.events = o.events;
  }
  await askHub(context, o, memory, isDoubtful(o, evaluation)).catch((error: unknown) => {
    if (signal.aborted || !EdgeVmError.is(error)) throw error;
    context.log.warn('cannot ask the hub about a device', { device: key, hub: o.device.hub, code: error.code, hubs: hubs.names.length });
  });
}

/** The registry only if there is no twin, or the hub refuses the guest; `ping` only where the twin cannot tell. */
async function askHub({ hubs, clock, signal }: OperatorContext, o: Observations, { found }: Memory, doubtful: boolean): Promise<void> {
  const hub = hubs.hub(o.device.hub);
  const { id } = o.device;
  if (hub === undefined || id === null || !isRunning(o) || o.hub.twin === undefined) return;
  if (o.hub.twin.value === undefined || isRefused(o)) found.device = { value: await hub.getDevice(id, { signal }), at: clock.now() };
  else delete found.device;
  if (!doubtful && !needsPing(o, options, clock.now())) return;
  const at = clock.now();
  found.ping = { value: await hub.ping(id, { signal, timeoutSeconds: 5 }), at, ...instanceOf(o), of: lifeOf(o.hub.twin.value) };
}
