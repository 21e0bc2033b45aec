import { createHash } from 'node:crypto';

/** A line of a guest's console with a stage record in it, in the format of docs/stage-records.md. */
export function stageRecord(fields: Record<string, unknown> = {}): string {
  const json = JSON.stringify({ seq: 1, boot: 'boot-1', time: 1_700_000_000, up: 10, stage: 'engine', state: 'running', attempt: 1, done: {}, ...fields });
  return `@edge-vm1 ${json.length} ${createHash('sha256').update(json).digest('hex').slice(0, 8)} ${json}`;
}

/** The record of a guest whose steps are all done. */
export function configuredRecord(fields: Record<string, unknown> = {}): string {
  return stageRecord({ seq: 9, stage: 'report', state: 'ok', done: { clock: 1, engine: 5, runtime: 8, files: 9, config: 10 }, ...fields });
}
