import { identityKey } from '../store/model.js';

/** What the hub sends to an identity without a request, if the identity listens. */
export type Push = 'methods' | 'desired';

/** One live connection of a device or module, over any protocol. */
export interface Session {
  readonly protocol: 'mqtt' | 'amqp';
  readonly deviceId: string;
  readonly moduleId: string | undefined;
  /** Milliseconds since the epoch. */
  readonly connectedAt: number;
  /** What it listens to, in the words of its protocol: MQTT topics, AMQP addresses. */
  readonly subscriptions: ReadonlySet<string>;
  /** Direct methods that wait for their answer, by request id. */
  readonly methods: Map<string, (answer: MethodAnswer) => void>;
  listensTo(push: Push): boolean;
  /** Sends a direct method; the answer comes to `methods`. The id is a UUID. */
  callMethod(requestId: string, name: string, payload: string): void;
  sendDesired(version: number, patch: string): void;
  /** Ends the connection; the reason is for the connection list and tests. */
  close(reason: string): void;
}

export type MethodAnswer = { kind: 'answered'; status: number; payload: string } | { kind: 'closed' };

/** Who is connected: one session for each identity. The newest wins. */
export class SessionTable {
  readonly #live = new Map<string, Session>();
  /** Subscriptions of clients that asked for a lasting session (`clean: false`). */
  readonly #lasting = new Map<string, Set<string>>();
  readonly #watchers = new Set<() => void>();

  get(deviceId: string, moduleId?: string): Session | undefined {
    return this.#live.get(identityKey(deviceId, moduleId));
  }

  all(): Session[] {
    return [...this.#live.values()];
  }

  /** Adds the session, and closes an earlier connection of the identity. */
  attach(session: Session): void {
    const key = identityKey(session.deviceId, session.moduleId);
    const old = this.#live.get(key);
    this.#live.set(key, session);
    old?.close('another connection of the same identity');
    this.changed();
  }

  /** True if the session was the current one of its identity. */
  detach(session: Session): boolean {
    const key = identityKey(session.deviceId, session.moduleId);
    if (this.#live.get(key) !== session) return false;
    this.#live.delete(key);
    return true;
  }

  /** Closes an identity's connection; true if there was one. */
  drop(deviceId: string, moduleId: string | undefined, reason: string): boolean {
    const session = this.get(deviceId, moduleId);
    session?.close(reason);
    return session !== undefined;
  }

  /** As `drop`. A later identity of the same name starts without subscriptions. */
  forget(deviceId: string, moduleId: string | undefined, reason: string): void {
    this.#lasting.delete(identityKey(deviceId, moduleId));
    this.drop(deviceId, moduleId, reason);
  }

  /** The subscriptions of the session so far; `present` is the flag of CONNACK. */
  restore(deviceId: string, moduleId: string | undefined, clean: boolean): { subscriptions: Set<string>; present: boolean } {
    const key = identityKey(deviceId, moduleId);
    if (clean) {
      this.#lasting.delete(key);
      return { subscriptions: new Set(), present: false };
    }
    const kept = this.#lasting.get(key);
    const subscriptions = kept ?? new Set<string>();
    this.#lasting.set(key, subscriptions);
    return { subscriptions, present: kept !== undefined };
  }

  /** Call it after a new subscription; it wakes `waitFor`. */
  changed(): void {
    for (const watcher of this.#watchers) watcher();
  }

  /** The identity's session when `ready` accepts it; undefined if that takes longer than `ms`. */
  async waitFor(deviceId: string, moduleId: string | undefined, ready: (session: Session) => boolean, ms: number): Promise<Session | undefined> {
    const find = (): Session | undefined => {
      const session = this.get(deviceId, moduleId);
      return session !== undefined && ready(session) ? session : undefined;
    };
    const found = find();
    if (found !== undefined || ms <= 0) return found;
    return new Promise((resolve) => {
      const finish = (session: Session | undefined): void => {
        clearTimeout(timer);
        this.#watchers.delete(watcher);
        resolve(session);
      };
      const watcher = (): void => {
        const session = find();
        if (session !== undefined) finish(session);
      };
      const timer = setTimeout(() => finish(undefined), ms);
      this.#watchers.add(watcher);
    });
  }

  closeAll(reason: string): void {
    for (const session of this.all()) session.close(reason);
  }
}
