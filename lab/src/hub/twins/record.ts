import type { PropertyBag, TwinRecord } from '../store/model.js';

/** The twin of an identity that was just made: empty, everything at version 1. */
export function newTwin(now: string): TwinRecord {
  const empty = (): PropertyBag => ({ values: {}, metadata: { $lastUpdated: now }, version: 1 });
  return { tags: {}, desired: empty(), reported: empty(), version: 2, etag: 1 };
}

/** ETag of a twin: base64 of a big-endian 64-bit counter, as the service makes them. */
export function twinEtag(twin: TwinRecord): string {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(twin.etag));
  return bytes.toString('base64');
}
