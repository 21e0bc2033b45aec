import type { AmqpError } from 'rhea';
import type { IdentityResult } from '../auth/identity.js';
import type { HubContext } from '../context.js';
import { beginSession, endSession } from '../sessions/lifecycle.js';
import { identityKey, type Identity } from '../store/model.js';
import type { LinkAddress } from './addresses.js';
import type { Claims } from './claims.js';
import { AmqpSession, type Link } from './session.js';

/** The largest delay that a timer takes. */
const MAX_TIMER_MS = 2 ** 31 - 1;

interface Live {
  session: AmqpSession;
  identity: Identity;
  kinds: Map<Link, LinkAddress['kind']>;
  expiry: NodeJS.Timeout | undefined;
}

/** The identities that have links on one connection. */
export class Identities {
  readonly #hub: HubContext;
  readonly #claims: Claims;
  readonly #endConnection: () => void;
  readonly #live = new Map<string, Live>();

  constructor(hub: HubContext, claims: Claims, endConnection: () => void) {
    this.#hub = hub;
    this.#claims = claims;
    this.#endConnection = endConnection;
  }

  get(deviceId: string, moduleId: string | undefined): { session: AmqpSession; identity: Identity } | undefined {
    return this.#live.get(identityKey(deviceId, moduleId));
  }

  /** Adds a link; the first one begins the identity's session. */
  addLink({ deviceId, moduleId, kind }: LinkAddress, channel: string, link: Link, checked: Extract<IdentityResult, { ok: true }>): void {
    const key = identityKey(deviceId, moduleId);
    const known = this.#live.get(key);
    const live = known ?? this.#begin(key, deviceId, moduleId, checked.identity);
    live.kinds.set(link, kind);
    if (link.is_sender()) live.session.addSender(kind, channel, link as Parameters<AmqpSession['addSender']>[2]);
    else live.session.links.add(link);
    if (known === undefined) {
      beginSession(this.#hub, live.session, checked.identity);
      this.#watch(live, checked.expiresAt);
    } else this.#hub.sessions.changed();
  }

  removeLinks(match: (link: Link) => boolean): void {
    for (const [key, live] of this.#live) {
      for (const [link, kind] of live.kinds) {
        if (!match(link)) continue;
        live.kinds.delete(link);
        live.session.removeLink(kind, link);
      }
      if (live.kinds.size === 0) this.#end(key, live);
    }
  }

  endAll(): void {
    for (const [key, live] of this.#live) this.#end(key, live);
  }

  #begin(key: string, deviceId: string, moduleId: string | undefined, identity: Identity): Live {
    const session = new AmqpSession(deviceId, moduleId, this.#hub.now(), (reason) => this.#close(key, live, { condition: 'amqp:link:detach-forced', description: reason }));
    const live: Live = { session, identity, kinds: new Map(), expiry: undefined };
    this.#live.set(key, live);
    return live;
  }

  /** Ends an identity's session: only its links if others share the connection, else the connection. */
  #close(key: string, live: Live, error: AmqpError): void {
    if (!this.#end(key, live)) return;
    // The Node SDK needs 45 seconds after a close or a detach of all its links, and no time after a lost connection.
    if (this.#live.size === 0) this.#endConnection();
    else for (const link of live.session.links) link.close(error);
  }

  #end(key: string, live: Live): boolean {
    if (this.#live.get(key) !== live) return false;
    this.#live.delete(key);
    clearTimeout(live.expiry);
    endSession(this.#hub, live.session, live.identity);
    return true;
  }

  /** If the token was renewed in the meantime, the session goes on. */
  #watch(live: Live, expiresAt: number | undefined): void {
    if (expiresAt === undefined) return;
    live.expiry = setTimeout(() => {
      const { deviceId, moduleId } = live.session;
      const checked = this.#claims.check(deviceId, moduleId);
      if (checked.ok) return this.#watch(live, checked.expiresAt);
      this.#close(identityKey(deviceId, moduleId), live, { condition: 'amqp:unauthorized-access', description: checked.reason });
    }, Math.min(Math.max(expiresAt - this.#hub.now(), 0) + 1, MAX_TIMER_MS)).unref();
  }
}
