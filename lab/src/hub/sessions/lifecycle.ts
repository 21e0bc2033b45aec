import type { HubContext } from '../context.js';
import { noteConnection } from '../registry/connection-state.js';
import type { Identity } from '../store/model.js';
import type { Session } from './sessions.js';

/** Gives the identity to this session, and closes its earlier session. */
export function beginSession(hub: HubContext, session: Session, identity: Identity): void {
  hub.sessions.attach(session);
  noteConnection(hub, identity, 'Connected');
}

/** Call it once, when the connection has ended. `identity` is the one that the session began with. */
export function endSession(hub: HubContext, session: Session, identity: Identity): void {
  for (const answer of session.methods.values()) answer({ kind: 'closed' });
  const current = hub.sessions.detach(session);
  // A new identity of the same name is another one. Nothing else changes: the twin keeps its last reported properties.
  if (current && hub.store.get(session.deviceId, session.moduleId) === identity) noteConnection(hub, identity, 'Disconnected');
}
