import type { HubContext } from '../context.js';
import { noteConnection } from '../registry/connection-state.js';
import type { Identity } from '../store/model.js';
import type { Session } from './sessions.js';

/** Takes the identity over for this session: an earlier one of it is closed. */
export function beginSession(hub: HubContext, session: Session, identity: Identity): void {
  hub.sessions.attach(session);
  noteConnection(hub, identity, 'Connected');
}

/** To be called once, when the connection is over. `identity` is the one that the session began with. */
export function endSession(hub: HubContext, session: Session, identity: Identity): void {
  for (const answer of session.methods.values()) answer({ kind: 'closed' });
  const current = hub.sessions.detach(session);
  // A new identity of the same name is not the one that went. Nothing else is cleaned: the twin keeps what was last reported.
  if (current && hub.store.get(session.deviceId, session.moduleId) === identity) noteConnection(hub, identity, 'Disconnected');
}
