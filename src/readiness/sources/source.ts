import type { ProvisionContext } from '../types.js';
import type { Store } from '../store.js';

/** What every source of observations gets. It runs until `signal` fires, and throws only what ends the whole wait. */
export interface Source {
  context: ProvisionContext;
  store: Store;
  signal: AbortSignal;
  name: string;
  namespace: string;
  /** Uids of objects that are going away: what is said of them is no more about this device. */
  replaced: ReadonlySet<string>;
  /** Watches whose first list is not in yet: until then, what is absent only was not read. */
  unread: Set<symbol>;
  /** Detail that will be missing; told once. */
  warn(message: string): void;
}
