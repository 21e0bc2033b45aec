import { preconditionFailed } from '../errors.js';

/** `If-Match` without quotes and weak mark; undefined when absent. `*` matches anything. */
export function parseIfMatch(header: string | undefined): string | undefined {
  if (header === undefined || header.trim() === '') return undefined;
  return header.trim().replace(/^W\//, '').replace(/^"(.*)"$/, '$1');
}

/** 412, unless the caller has the current version or accepts any. */
export function checkIfMatch(ifMatch: string | undefined, current: string): void {
  if (ifMatch !== undefined && ifMatch !== '*' && ifMatch !== current) throw preconditionFailed();
}

/** ETag of a record that counts its changes: base64 of the number in digits, as the service makes them. */
export function countedEtag(version: number): string {
  return Buffer.from(String(version)).toString('base64');
}
