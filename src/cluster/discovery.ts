import { systemClock } from '../support/clock.js';
import { request } from './request.js';
import type { Transport } from './transport.js';
import type { CallOptions } from './types.js';

/** Group versions change only when somebody installs something, so a run that needs several of them asks the server once. */
const keptMs = 10_000;

/** Asks which group versions are served (`kubevirt.io/v1`), all of them in one request. */
export function groupVersions(transport: Transport): (options?: CallOptions) => Promise<ReadonlySet<string>> {
  let known: { until: number; value: Promise<ReadonlySet<string>> } | undefined;
  return (options = {}) => {
    if (known !== undefined && systemClock.now() < known.until) return known.value;
    const value = read(transport, options);
    const entry = { until: systemClock.now() + keptMs, value };
    known = entry;
    value.catch(() => {
      if (known === entry) known = undefined;
    });
    return value;
  };
}

async function read(transport: Transport, { signal }: CallOptions): Promise<ReadonlySet<string>> {
  const subject = { verb: 'discover', what: 'the API groups', group: '', server: transport.server };
  const { body } = await request(transport, { method: 'GET', path: '/apis', subject, idempotent: true, ...(signal ? { signal } : {}) });
  const { groups = [] } = body as { groups?: { versions?: { groupVersion: string }[] }[] };
  return new Set(['v1', ...groups.flatMap(({ versions = [] }) => versions.map(({ groupVersion }) => groupVersion))]);
}
