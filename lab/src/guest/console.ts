import { randomUUID } from 'node:crypto';
import { formatRecord, type GuestRecord } from './record.js';
import type { DiskState } from './disk.js';

/** Writes plain lines and stage records of one boot. */
export interface GuestConsole {
  line(text: string): void;
  record(change: Partial<Omit<GuestRecord, 'seq' | 'boot' | 'time' | 'up'>>): void;
  /** Repeats the same state, as the guest does each minute. */
  repeat(): void;
}

export function guestConsole(write: (line: string) => void, disk: DiskState, saveDisk: () => void, bootedAt: number): GuestConsole {
  const boot = randomUUID();
  let state: Omit<GuestRecord, 'seq' | 'boot' | 'time' | 'up'> = {
    stage: 'clock', state: 'running', done: Object.fromEntries(disk.done.map((step) => [step, 0])),
  };
  const emit = (): void => {
    const now = Date.now();
    disk.seq += 1;
    // Save the number first: a boot after a crash must not use the same number again.
    saveDisk();
    write(formatRecord({ seq: disk.seq, boot, time: Math.floor(now / 1000), up: Math.floor((now - bootedAt) / 1000), ...state }));
  };
  return {
    line: (text) => write(`[${((Date.now() - bootedAt) / 1000).toFixed(6).padStart(12)}] ${text}`),
    record(change) {
      // The fields of a failure do not belong to later records.
      const { attempt: _a, code: _c, message: _m, ...kept } = state;
      state = { ...kept, ...change };
      emit();
    },
    repeat: emit,
  };
}
