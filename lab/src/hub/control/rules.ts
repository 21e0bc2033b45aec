import { randomUUID } from 'node:crypto';
import { HubError } from '../errors.js';
import { takeToken, type RealLimits } from './real-limits.js';

/** What the hub counts and limits; also what rules match on. */
export const OPERATIONS = [
  'registry-read', 'registry-write', 'bulk', 'statistics', 'query', 'twin-read', 'twin-update', 'configuration', 'method',
  'mqtt-connect', 'amqp-connect', 'device-twin-read', 'device-twin-update', 'telemetry',
] as const;
export type Operation = (typeof OPERATIONS)[number];

/** What happens to a matching request instead of its answer; with `delay`, before its answer. */
export type RuleAction =
  | { kind: 'throttle'; retryAfterSeconds?: number }
  | { kind: 'error'; status: number; code?: string }
  | { kind: 'delay'; ms: number }
  /** The connection is closed without an answer. */
  | { kind: 'refuse' }
  /** The request takes effect, but its answer is lost: the connection is closed in its place. Only REST. */
  | { kind: 'lose' };

export interface Rule {
  id: string;
  /** All operations when absent. */
  operation?: Operation;
  /** A bulk request matches if this device is one of its devices. */
  deviceId?: string;
  action: RuleAction;
  /** How many more requests the rule applies to. Without it, the rule has no end. */
  count?: number;
}

/** The actions `refuse` and `lose` end with this; the caller closes the connection. */
export class ConnectionRefused extends Error {}

/** Faults and throttling on request, and the counters of requests. */
export class RuleBook {
  readonly #rules: Rule[] = [];
  readonly #counters = new Map<string, number>();
  readonly #limits: RealLimits;

  constructor(limits: RealLimits) {
    this.#limits = limits;
  }

  list(): readonly Rule[] {
    return this.#rules;
  }

  add(rule: Omit<Rule, 'id'>): Rule {
    const added = { id: randomUUID(), ...rule };
    this.#rules.push(added);
    return added;
  }

  /** Removes one rule, or all. True if there was something to remove. */
  remove(id?: string): boolean {
    const before = this.#rules.length;
    const kept = id === undefined ? [] : this.#rules.filter((rule) => rule.id !== id);
    this.#rules.splice(0, before, ...kept);
    return kept.length < before;
  }

  /** Answers by operation and status, e.g. `twin-read 200`. */
  counters(): Record<string, number> {
    return Object.fromEntries([...this.#counters].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  note(operation: Operation, status: number): void {
    const key = `${operation} ${status}`;
    this.#counters.set(key, (this.#counters.get(key) ?? 0) + 1);
  }

  /**
   * Lets a request pass, delays it, or throws the error for its answer. `lost`: its answer must not reach the caller.
   *
   * @param about the device of the request, or all devices of a bulk request.
   */
  async apply(operation: Operation, about?: string | readonly string[], cost = 1): Promise<{ lost: boolean }> {
    let lost = false;
    for (const rule of this.#rules.filter((r) => matches(r, operation, about))) {
      this.#use(rule);
      if (rule.action.kind === 'lose') lost = true;
      else if (rule.action.kind === 'delay') await new Promise((resolve) => setTimeout(resolve, (rule.action as { ms: number }).ms));
      else throw failure(rule.action, operation);
    }
    const wait = takeToken(this.#limits, operation, cost);
    if (wait > 0) throw throttled(operation, Math.ceil(wait));
    return { lost };
  }

  #use(rule: Rule): void {
    if (rule.count === undefined) return;
    rule.count -= 1;
    if (rule.count <= 0) this.remove(rule.id);
  }
}

function matches({ operation: only, deviceId }: Rule, operation: Operation, about: string | readonly string[] | undefined): boolean {
  const isAbout = deviceId === undefined || (typeof about === 'object' ? about.includes(deviceId) : about === deviceId);
  return (only === undefined || only === operation) && isAbout;
}

function failure(action: Exclude<RuleAction, { kind: 'delay' | 'lose' }>, operation: Operation): Error {
  if (action.kind === 'refuse') return new ConnectionRefused('refused by a rule');
  if (action.kind === 'throttle') return throttled(operation, action.retryAfterSeconds ?? 10);
  const code = action.code ?? (action.status === 503 ? 'ServiceUnavailable' : 'ServerError');
  return new HubError(action.status, code, 'The server encountered an error processing the request. Please retry.');
}

function throttled(operation: Operation, seconds: number): HubError {
  const message = `The request has been throttled. Wait ${seconds} seconds and try again. Operation type: ${NAMES[operation] ?? operation}`;
  return new HubError(429, 'ThrottlingBacklogTimeout', message, { headers: { 'retry-after': String(seconds) }, number: 429003 });
}

/** The service's own names of its operations, as in its messages. */
const NAMES: Partial<Record<Operation, string>> = {
  'registry-read': 'RegistryRead',
  'registry-write': 'RegistryWrite',
  bulk: 'BulkRegistryOperation',
  query: 'Query',
  'twin-read': 'GetTwin',
  'twin-update': 'UpdateTwin',
  configuration: 'ConfigurationWrite',
  method: 'DirectMethod',
};
