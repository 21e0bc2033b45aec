import { allowMany, OVER } from '../../support/abort.js';
import type { FleetContext } from '../context.js';
import { boundedLogs } from './bounded-logs.js';
import { sharedTwins } from './shared-twins.js';
import { sharedWatches } from './shared-watches.js';

/** A context for following many devices at the same time: shared watches and queries of the hub, and few logs at a time. Call `end` when nobody follows any more. */
export function followingContext(context: FleetContext): { context: FleetContext; end: () => void } {
  const ended = new AbortController();
  // Each device listens to both.
  allowMany(ended.signal);
  if (context.signal !== undefined) allowMany(context.signal);
  return {
    context: {
      ...context,
      cluster: boundedLogs(sharedWatches(context.cluster, ended.signal), context.clock),
      ...(context.hub === undefined ? {} : { hub: sharedTwins(context.hub, context.clock) }),
    },
    end: () => ended.abort(OVER),
  };
}
