import { createHash } from 'node:crypto';

/** The whole state of a guest as one stage record; fields as in `docs/stage-records.md`. */
export interface GuestRecord {
  seq: number;
  boot: string;
  time: number;
  up: number;
  stage: 'clock' | 'engine' | 'runtime' | 'files' | 'config' | 'report';
  state: 'running' | 'retrying' | 'failed' | 'ok';
  attempt?: number;
  code?: string;
  message?: string;
  done: Record<string, number>;
  health?: Record<string, 'ok' | 'down' | 'absent'>;
  agent?: { connected: boolean; code?: string; message?: string };
  versions?: Record<string, string>;
}

/** One console line: `@edge-vm1 <length> <sum> <json>`. */
export function formatRecord(record: GuestRecord): string {
  const json = JSON.stringify(record).replace(/[\u0080-\uffff]/g, '?');
  const sum = createHash('sha256').update(json).digest('hex').slice(0, 8);
  return `@edge-vm1 ${json.length} ${sum} ${json}`;
}
