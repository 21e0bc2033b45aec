import type { Cluster } from '../../cluster/types.js';
import type { Clock } from '../../support/clock.js';
import { Slots } from '../../support/slots.js';
import { decorated } from '../../support/decorated.js';

/** Logs at a time: each is a connection to a node through the API server. */
const most = 16;
/** Without a stream of its own, the log of a device is read again after this time; longer, the more devices wait for it. */
const pauseMs = 10_000;

/**
 * A cluster port that follows only some logs at a time. For the others, following ends after a pause without a line: the
 * caller then reads the end of the log again, as it does after a lost connection.
 */
export function boundedLogs(cluster: Cluster, clock: Clock): Cluster {
  const streams = new Slots(most);
  const reads = new Slots(most);
  let without = 0;
  return decorated(cluster, {
    async *logs(options) {
      const { signal } = options;
      if (options.follow === true && !streams.isFree) {
        without += 1;
        try {
          await clock.sleep(pauseMs * Math.ceil(without / 50), signal);
        } finally {
          without -= 1;
        }
        return;
      }
      const release = await (options.follow === true ? streams : reads).take();
      try {
        if (signal?.aborted !== true) yield* cluster.logs(options);
      } finally {
        release();
      }
    },
  });
}
