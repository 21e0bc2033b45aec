import { randomBytes } from 'node:crypto';
import type { Cluster, KubeObject } from 'edge-vm';

/** Writes an event about an object as `component` would. If it cannot be written, the caller goes on. */
export async function recordEvent(cluster: Cluster, about: KubeObject, component: string, event: { type: 'Normal' | 'Warning'; reason: string; message: string }, signal: AbortSignal): Promise<void> {
  const time = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  const { name, namespace, uid } = about.metadata;
  const object = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${name}.${randomBytes(8).toString('hex')}`, namespace },
    involvedObject: { apiVersion: about.apiVersion, kind: about.kind, name, namespace, uid },
    ...event,
    source: { component },
    firstTimestamp: time,
    lastTimestamp: time,
    count: 1,
  };
  await cluster.create(object, { signal }).catch(() => {});
}
