/** Steps of the guest's provisioning, in their order. */
export const GUEST_STEPS = ['clock', 'engine', 'runtime', 'files', 'config'] as const;
/** A step of the first boot in the guest. */
export type GuestStep = (typeof GUEST_STEPS)[number];

/**
 * A stage record of the guest (docs/stage-records.md), checked and cleaned: it has no unknown fields, and each text is
 * one line without control codes and secrets.
 */
export interface StageRecord {
  seq: number;
  boot: string;
  /** Seconds since the epoch by the guest's clock; wrong until `clock` is done. */
  time: number;
  /** Seconds since the guest's boot. */
  up: number;
  stage: string;
  state: 'running' | 'retrying' | 'failed' | 'ok';
  attempt: number;
  code?: string;
  message?: string;
  /** Step → uptime in seconds when it was done; 0 means an earlier boot. */
  done: Partial<Record<GuestStep, number>>;
  health?: Partial<Record<'engine' | 'edged' | 'agent', string>>;
  agent?: { connected: boolean; code?: string; message?: string };
  versions?: Partial<Record<'engine' | 'edge' | 'identity', string>>;
}
