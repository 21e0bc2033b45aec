import type { EdgeAgentTwin, Hub } from '../../hub/types.js';
import { untilAborted } from '../../support/abort.js';
import type { Clock } from '../../support/clock.js';
import { decorated } from '../../support/decorated.js';

/** From so many devices on, one query reads the twins of all. A query counts for a low limit, and may lag behind by some seconds. */
const least = 50;
/** The time that its answer counts as current. */
const freshMs = 10_000;
/** A device that nobody has asked for in this time is no longer followed. */
const forgetMs = 60_000;

/**
 * A hub whose edge agent twins come from shared queries while many devices are followed. A device that the query does not
 * know yet is read by itself.
 */
export function sharedTwins(hub: Hub, clock: Clock): Hub {
  const asked = new Map<string, number>();
  let answer: { at: number; twins: ReadonlyMap<string, EdgeAgentTwin> } | undefined;
  let running: Promise<ReadonlyMap<string, EdgeAgentTwin>> | undefined;

  const read = async (): Promise<ReadonlyMap<string, EdgeAgentTwin>> => {
    // The devices that ask in the same turn belong to it too.
    await new Promise(setImmediate);
    const at = clock.now();
    for (const [id, time] of asked) if (at - time > forgetMs) asked.delete(id);
    const twins = new Map<string, EdgeAgentTwin>();
    for await (const { deviceId, twin } of hub.queryEdgeAgents([...asked.keys()])) twins.set(deviceId, twin);
    answer = { at, twins };
    return twins;
  };
  const current = (): Promise<ReadonlyMap<string, EdgeAgentTwin>> => {
    if (answer !== undefined && clock.now() - answer.at < freshMs) return Promise.resolve(answer.twins);
    running ??= read().finally(() => {
      running = undefined;
    });
    return running;
  };

  return decorated(hub, {
    async getEdgeAgentTwin(deviceId, call) {
      asked.set(deviceId, clock.now());
      // The query goes on for the others; whoever has no time left does not wait for it.
      const known = asked.size < least ? undefined : (await untilAborted(current(), call?.signal)).get(deviceId);
      return known ?? hub.getEdgeAgentTwin(deviceId, call);
    },
  });
}
