import type { HubContext } from '../context.js';
import type { Identity, JsonObject } from '../store/model.js';

/** Sends changed desired properties to the identity, if it is connected and listens. Keeps nothing for later. */
export function notifyDesired(hub: HubContext, identity: Identity, patch: JsonObject): void {
  const session = hub.sessions.get(identity.deviceId, identity.moduleId);
  if (session === undefined || !session.listensTo('desired')) return;
  const { version } = identity.twin.desired;
  session.sendDesired(version, JSON.stringify({ ...patch, $version: version }));
}
