import type { KubeObject } from './types.js';

/** As in client-go: so many events of one object at once, then one in five minutes. */
const burst = 25;
const refillMs = 300_000;
/** As there: more different messages than this of one reason, in ten minutes, are combined. */
const mostMessages = 10;
const windowMs = 600_000;
const longestMessage = 1024;
/** Objects and events to remember. */
const most = 4096;

/** Keeps objects from getting too many events. Forgets the oldest when it has too much to remember. */
export class EventLimits {
  readonly #tokens = new Map<string, { left: number; at: number }>();
  readonly #messages = new Map<string, { texts: Set<string>; at: number }>();
  readonly #counts = new Map<string, number>();

  constructor(private readonly now: () => number) {}

  /** Whether the object may get another event now. */
  take(about: KubeObject): boolean {
    const now = this.now();
    const before = this.#tokens.get(idOf(about)) ?? { left: burst, at: now };
    const left = Math.min(burst, before.left + (now - before.at) / refillMs);
    const isAllowed = left >= 1;
    put(this.#tokens, idOf(about), { left: isAllowed ? left - 1 : left, at: now });
    return isAllowed;
  }

  /** The message to write, and whether it stands for several. */
  combine(about: KubeObject, { type, reason, message }: { type: string; reason: string; message: string }): { message: string; isCombined: boolean } {
    const now = this.now();
    const key = [idOf(about), type, reason].join(' ');
    const before = this.#messages.get(key);
    const group = before === undefined || now - before.at > windowMs ? { texts: new Set<string>(), at: now } : before;
    group.at = now;
    // The first ten stay as they are; what is combined need not be remembered one by one.
    const isCombined = group.texts.size >= mostMessages && !group.texts.has(message);
    if (!isCombined) group.texts.add(message);
    put(this.#messages, key, group);
    return { message: cut(isCombined ? `(combined from similar events): ${message}` : message), isCombined };
  }

  /** How often the event was counted, if this process has written it. */
  countOf(name: string): number | undefined {
    return this.#counts.get(name);
  }

  wrote(name: string, count: number): void {
    put(this.#counts, name, count);
  }
}

function put<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > most && oldest !== undefined) map.delete(oldest);
}

/** Short, and of one piece: there are thousands, and a template would keep each part as an object of its own. */
function idOf({ apiVersion, kind, metadata: { namespace = '', name, uid } }: KubeObject): string {
  return uid ?? [apiVersion, kind, namespace, name].join(' ');
}

function cut(message: string): string {
  return message.length <= longestMessage ? message : `${message.slice(0, longestMessage - 1)}…`;
}
