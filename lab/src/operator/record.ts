import { readFileSync, renameSync, writeFileSync } from 'node:fs';

/** `operator.json`: the record of the lab's operator. */
export interface OperatorRecord {
  /** Path of a kubeconfig with the rights of its ServiceAccount. */
  kubeconfig: string;
  /** `http://127.0.0.1:PORT/metrics` */
  metrics: string;
  /** `http://127.0.0.1:PORT`, with `/healthz` and `/readyz` */
  health: string;
}

/** Undefined if the lab has no operator. */
export function readOperator(file: string): OperatorRecord | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as OperatorRecord;
  } catch {
    return undefined;
  }
}

export function writeOperator(file: string, record: OperatorRecord): void {
  writeFileSync(`${file}.new`, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
