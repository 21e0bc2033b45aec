import type { Change } from '../../readiness/types.js';
import { keptIn } from '../kept/document.js';
import type { DeleteRequest } from '../types.js';
import type { Found } from './find.js';

/** A request that says what happens to the disks. */
export type DecidedRequest = DeleteRequest & { keepDisk: boolean };

/** If the person did not say what happens to the disks, `spec.deletionPolicy` of the kept device does. */
export function decide(request: DeleteRequest, { secret }: Pick<Found, 'secret'>): DecidedRequest {
  return { ...request, keepDisk: request.keepDisk ?? retains(secret) };
}

/** The kept device wants its disks to stay. */
export function retains(secret: Found['secret']): boolean {
  return keptIn(secret)?.spec?.deletionPolicy === 'Retain';
}

/** Says of each kept disk why it stays, if nobody asked for it in this call. */
export function explainKept(changes: readonly Change[], decided: DeleteRequest, asked: DeleteRequest): Change[] {
  if (decided.keepDisk !== true || asked.keepDisk !== undefined) return [...changes];
  return changes.map((change) => (change.outcome === 'kept' && change.kind !== 'Namespace' ? { ...change, detail: 'spec.deletionPolicy is Retain' } : change));
}
