import { abortError, untilAborted } from '../../support/abort.js';
import type { Clock } from '../../support/clock.js';
import type { EdgeAgentTwin, Hub, HubBulk, HubCall } from '../types.js';

export interface EdgeAgentOptions {
  clock: Clock;
  lifeMs: number;
  wholeFrom: number;
  pageSize: number;
}

type Twins = ReadonlyMap<string, EdgeAgentTwin>;

/** A hub of so many times as many devices as are asked for is read by lists of ids. */
const strangers = 4;

/**
 * `$edgeAgent` twins of many devices from one query of the whole hub, which all callers share for some time. What the shared
 * answer does not have is asked for by itself.
 */
export class SharedEdgeAgents {
  readonly #hub: Hub & HubBulk;
  readonly #options: EdgeAgentOptions;
  #cache: { at: number; twins: Twins } | undefined;
  #running: Promise<Twins | undefined> | undefined;
  /** So many devices were asked for when the hub turned out to be too large. */
  #tooFew = 0;
  /** When this process changed a twin. What was read before is not current. */
  readonly #changed = new Map<string, number>();

  constructor(hub: Hub & HubBulk, options: EdgeAgentOptions) {
    this.#hub = hub;
    this.#options = options;
  }

  /** The twin of the shared answer, while it is current. */
  get(deviceId: string): EdgeAgentTwin | undefined {
    const { clock, lifeMs } = this.#options;
    if (this.#cache === undefined || clock.now() - this.#cache.at >= lifeMs) return undefined;
    if ((this.#changed.get(deviceId) ?? 0) >= this.#cache.at) return undefined;
    return this.#cache.twins.get(deviceId);
  }

  forget(deviceId: string): void {
    this.#changed.set(deviceId, this.#options.clock.now());
  }

  async *query(deviceIds: readonly string[], call: HubCall): AsyncGenerator<{ deviceId: string; twin: EdgeAgentTwin }, void, undefined> {
    const missing: string[] = [];
    for (const deviceId of deviceIds) {
      const twin = this.get(deviceId);
      if (twin === undefined) missing.push(deviceId);
      else yield { deviceId, twin };
    }
    if (missing.length === 0) return;
    const { wholeFrom } = this.#options;
    const twins = missing.length >= wholeFrom && missing.length > this.#tooFew ? await this.#whole(missing.length, call.signal) : undefined;
    if (twins === undefined) {
      yield* this.#hub.queryEdgeAgents(missing, call);
      return;
    }
    for (const deviceId of missing) {
      const twin = twins.get(deviceId);
      if (twin !== undefined) yield { deviceId, twin };
    }
  }

  /** The query goes on for the others if one caller gives up; its own deadline ends it. */
  async #whole(asked: number, signal: AbortSignal | undefined): Promise<Twins | undefined> {
    this.#running ??= this.#readAll(asked).finally(() => {
      this.#running = undefined;
    });
    try {
      return await untilAborted(this.#running, signal);
    } catch (error) {
      throw signal?.aborted ? abortError(signal) : error;
    }
  }

  async #readAll(asked: number): Promise<Twins | undefined> {
    const { clock, pageSize } = this.#options;
    const at = clock.now();
    const twins = new Map<string, EdgeAgentTwin>();
    for await (const page of this.#hub.allEdgeAgents({ pageSize })) {
      for (const { deviceId, twin } of page) twins.set(deviceId, twin);
      if (twins.size > asked * strangers + pageSize) {
        this.#tooFew = asked;
        return undefined;
      }
    }
    this.#cache = { at, twins };
    for (const [deviceId, time] of this.#changed) if (time < at) this.#changed.delete(deviceId);
    return twins;
  }
}
