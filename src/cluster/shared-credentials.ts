import { untilAborted } from '../support/abort.js';
import { systemClock, type Clock } from '../support/clock.js';
import type { RequestOptions } from 'node:https';

/** What one request needs beside method and path: TLS material and headers. */
export interface Credentials {
  tls: Pick<RequestOptions, 'ca' | 'cert' | 'key' | 'rejectUnauthorized' | 'servername'>;
  headers: Record<string, string | string[]>;
}

export interface CredentialSource {
  /** The credentials at hand, or new ones if there are none or they have expired. The signal ends the waiting. */
  get(signal?: AbortSignal): Promise<Credentials>;
  /** New credentials, because the server refused these with 401. If the ones at hand are already others, gives those. */
  renew(refused: Credentials, signal?: AbortSignal): Promise<Credentials>;
  /** Stops a read that is running. */
  close(): void;
}

/** Credentials, and the time (milliseconds since the epoch) at which they expire. */
export interface Reading {
  value: Credentials;
  until: number;
}

/**
 * Reads once for all who ask at the same time, because reading may start a program and wait for a person. It continues while
 * somebody waits for it. When the last one gives up, its signal fires.
 */
export function sharedCredentials(read: (signal: AbortSignal) => Promise<Reading>, clock: Clock = systemClock): CredentialSource {
  let kept: Reading | undefined;
  let running: { work: Promise<Credentials>; ending: AbortController; waiting: number } | undefined;

  const start = (): NonNullable<typeof running> => {
    const ending = new AbortController();
    const work = read(ending.signal).then((reading) => {
      if (running === entry) kept = reading;
      return reading.value;
    }).finally(() => {
      if (running === entry) running = undefined;
    });
    // Nobody may be waiting for it any more.
    work.catch(() => undefined);
    const entry = { work, ending, waiting: 0 };
    return entry;
  };

  async function wait(signal: AbortSignal | undefined): Promise<Credentials> {
    const entry = (running ??= start());
    entry.waiting += 1;
    try {
      return await untilAborted(entry.work, signal);
    } finally {
      entry.waiting -= 1;
      if (entry.waiting === 0 && running === entry) {
        running = undefined;
        entry.ending.abort();
      }
    }
  }

  const get = async (signal?: AbortSignal): Promise<Credentials> => (kept !== undefined && clock.now() < kept.until ? kept.value : wait(signal));

  return {
    get,
    renew(refused, signal) {
      if (kept?.value === refused) kept = undefined;
      return get(signal);
    },
    close() {
      running?.ending.abort();
      running = undefined;
    },
  };
}
