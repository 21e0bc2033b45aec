import type { HubContext } from '../context.js';
import type { ConnectionState, Identity } from '../store/model.js';

/** Records that an identity came or went. The service shows it after the lag. */
export function noteConnection(hub: HubContext, identity: Identity, state: ConnectionState): void {
  settle(identity, hub.now());
  const at = hub.now();
  if (state === 'Connected') identity.lastActivityTime = new Date(at).toISOString();
  const lag = hub.settings.connectionStateLagMs;
  if (lag === null) delete identity.connection.next;
  else identity.connection.next = { state, at: at + lag };
  settle(identity, at);
  hub.store.put(identity);
}

/** `connectionState` as the service shows it now. */
export function shownConnection(hub: HubContext, identity: Identity): { state: ConnectionState; since: string } {
  settle(identity, hub.now());
  return identity.connection;
}

function settle(identity: Identity, now: number): void {
  const { connection } = identity;
  const { next } = connection;
  if (next === undefined || next.at > now) return;
  delete connection.next;
  if (next.state === connection.state) return;
  connection.state = next.state;
  connection.since = new Date(next.at).toISOString();
}
