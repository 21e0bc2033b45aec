import type { ProvisionContext } from '../types.js';
import type { Store } from '../store.js';

/** The input of every source of observations. A source runs until `signal` fires, and throws only errors that end the whole wait. */
export interface Source {
  context: ProvisionContext;
  store: Store;
  signal: AbortSignal;
  name: string;
  namespace: string;
  /** Uids of objects that are going away: news about them is no longer about this device. */
  replaced: ReadonlySet<string>;
  /** Watches whose first list has not come yet: until then, an absent object may exist. */
  unread: Set<symbol>;
  /** Warns once of detail that will be missing. */
  warn(message: string): void;
}
