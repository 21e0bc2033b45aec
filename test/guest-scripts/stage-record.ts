import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';

/** A stage record, as docs/stage-records.md says. */
export interface StageRecord {
  seq: number;
  boot: string;
  time: number;
  up: number;
  stage: string;
  state: string;
  attempt: number;
  code?: string;
  message?: string;
  done: Record<string, number>;
  health?: Record<string, string>;
  agent?: { connected: boolean; code?: string; message?: string };
  versions: Record<string, string>;
}

/** Reads every record of a console, strictly: a record that breaks the format fails the test. */
export function readRecords(text: string): StageRecord[] {
  return [...text.matchAll(/@edge-vm1 .*/g)].map(([line]) => {
    assert.ok(Buffer.byteLength(line) <= 1024, `record of ${Buffer.byteLength(line)} bytes`);
    assert.match(line, /^[\x20-\x7e]+$/, 'printable ASCII only');
    const [, length, sum, json] = /^@edge-vm1 (\d+) ([0-9a-f]{8}) (\{.*\})$/.exec(line) ?? assert.fail(`not a record: ${line}`);
    assert.equal(Buffer.byteLength(json!), Number(length));
    assert.equal(createHash('sha256').update(json!).digest('hex').slice(0, 8), sum);
    return JSON.parse(json!) as StageRecord;
  });
}
