import type { Clock } from '../../support/clock.js';

/** A hub answers 20 queries a minute for each S1 unit, and the query of all twins and other programs need most of them. */
const perMinute = 2;

/** Queries of a hub for the twins of modules: so many a minute, however many EdgeDeployments and devices there are. */
export class QueryBudget {
  readonly #clock: Clock;
  /** By hub: when the queries that were taken are paid for, in milliseconds since the epoch. */
  readonly #paid = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** True if so many queries may be sent now. More than a minute's are taken in advance, and the next ones come later. */
  take(hub: string, queries: number): boolean {
    const now = this.#clock.now();
    const paid = Math.max(this.#paid.get(hub) ?? 0, now);
    if (paid - now > 60_000) return false;
    this.#paid.set(hub, paid + (queries * 60_000) / perMinute);
    return true;
  }
}
