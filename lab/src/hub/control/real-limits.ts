import type { Operation } from './rules.js';

/** https://learn.microsoft.com/azure/iot-hub/iot-hub-devguide-quotas-throttling, one S1 unit. */
const S1: Partial<Record<Operation, { requests: number; seconds: number }>> = {
  'registry-read': { requests: 100, seconds: 60 },
  'registry-write': { requests: 100, seconds: 60 },
  bulk: { requests: 100, seconds: 60 },
  query: { requests: 20, seconds: 60 },
  'twin-read': { requests: 100, seconds: 1 },
  'device-twin-read': { requests: 100, seconds: 1 },
  'twin-update': { requests: 50, seconds: 1 },
  'device-twin-update': { requests: 50, seconds: 1 },
  configuration: { requests: 20, seconds: 60 },
  'mqtt-connect': { requests: 100, seconds: 1 },
  'amqp-connect': { requests: 100, seconds: 1 },
  telemetry: { requests: 100, seconds: 1 },
};

/** Operations that share one limit. */
const SHARED: Partial<Record<Operation, Operation>> = {
  'amqp-connect': 'mqtt-connect',
  'registry-write': 'registry-read',
  bulk: 'registry-read',
  'device-twin-read': 'twin-read',
  'device-twin-update': 'twin-update',
};

export interface RealLimits {
  enabled(): boolean;
  now(): number;
  buckets: Map<Operation, { tokens: number; at: number }>;
}

/**
 * Counts a request against the operation's limit; a bulk request counts as its devices. Returns 0, or the seconds until the
 * request may come if the limit is reached.
 */
export function takeToken(limits: RealLimits, operation: Operation, cost = 1): number {
  const limit = S1[operation];
  if (limit === undefined || !limits.enabled()) return 0;
  const key = SHARED[operation] ?? operation;
  const perSecond = limit.requests / limit.seconds;
  const now = limits.now();
  const bucket = limits.buckets.get(key) ?? { tokens: limit.requests, at: now };
  bucket.tokens = Math.min(limit.requests, bucket.tokens + ((now - bucket.at) / 1000) * perSecond);
  bucket.at = now;
  limits.buckets.set(key, bucket);
  if (bucket.tokens < cost) return (cost - bucket.tokens) / perSecond;
  bucket.tokens -= cost;
  return 0;
}
