/** One device-to-cloud message. */
export interface TelemetryMessage {
  /** Counts all messages of this run, from 1. */
  sequence: number;
  /** ISO time. */
  enqueuedTime: string;
  deviceId: string;
  moduleId?: string;
  /** System and application properties, decoded from the topic. */
  properties: Record<string, string>;
  body: string;
}

/** The last messages, for tests. Nothing routes them. */
export class TelemetryLog {
  readonly #messages: TelemetryMessage[] = [];
  readonly #limit: number;
  #count = 0;

  constructor(limit = 1000) {
    this.#limit = limit;
  }

  /** Number of all messages of this run, also of those that are no longer kept. */
  get count(): number {
    return this.#count;
  }

  add(message: Omit<TelemetryMessage, 'sequence'>): void {
    this.#count += 1;
    this.#messages.push({ sequence: this.#count, ...message });
    if (this.#messages.length > this.#limit) this.#messages.shift();
  }

  list(filter: { deviceId?: string; moduleId?: string; after?: number } = {}): TelemetryMessage[] {
    return this.#messages.filter(
      (m) =>
        (filter.deviceId === undefined || m.deviceId === filter.deviceId) &&
        (filter.moduleId === undefined || m.moduleId === filter.moduleId) &&
        m.sequence > (filter.after ?? 0),
    );
  }
}
