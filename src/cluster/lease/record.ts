import { at, textAt } from '../../support/plain.js';
import type { KubeObject } from '../types.js';

/** `coordination.k8s.io/v1` LeaseSpec, as far as an election uses it. */
export interface LeaseRecord {
  /** Empty: nobody holds the Lease. */
  holder: string;
  /** Seconds that a candidate waits after the last renewal that it has seen. */
  seconds: number;
  acquireTime: string | undefined;
  renewTime: string | undefined;
  /** How often the holder has changed. */
  transitions: number;
}

export function recordOf(lease: KubeObject): LeaseRecord {
  const number = (field: string): number => Number(at(lease.spec, field) ?? 0);
  return {
    holder: textAt(lease.spec, 'holderIdentity') ?? '', seconds: number('leaseDurationSeconds'), transitions: number('leaseTransitions'),
    acquireTime: textAt(lease.spec, 'acquireTime'), renewTime: textAt(lease.spec, 'renewTime'),
  };
}

export function specOf({ holder, seconds, acquireTime, renewTime, transitions }: LeaseRecord): Record<string, unknown> {
  return { holderIdentity: holder, leaseDurationSeconds: seconds, acquireTime, renewTime, leaseTransitions: transitions };
}

/** `metav1.MicroTime`: always six digits of the second. Only people read these times; the election never compares them. */
export function microTime(now: number): string {
  return new Date(now).toISOString().replace('Z', '000Z');
}
