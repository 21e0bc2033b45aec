import { createHash } from 'node:crypto';
import { systemClock, type Clock } from '../support/clock.js';
import { isAlreadyThere } from './absent.js';
import { isMissingObject } from './apply.js';
import { EventLimits } from './event-limits.js';
import { Event } from './kinds.js';
import { ref } from './ref.js';
import type { Cluster, KubeObject } from './types.js';

/** What `kubectl describe` shows of an object. */
export interface EventNote {
  type: 'Normal' | 'Warning';
  /** One word in CamelCase, for programs. */
  reason: string;
  /** One sentence for people; never a secret. More than 1,024 characters are cut. */
  message: string;
}

export interface EventRecorderOptions {
  /** Who reports, e.g. `edge-vm-operator`. */
  component: string;
  /** Which one of several, e.g. the pod. */
  instance?: string;
  /** An event could not be written. */
  onError?: (error: unknown) => void;
  signal?: AbortSignal;
  clock?: Pick<Clock, 'now'>;
}

/**
 * Writes an event about an object; resolves to whether it was written, and never rejects. The same event again raises the count
 * of the first one, also after a restart, because its name follows from its content. Many different messages for one reason are
 * combined, and one object gets only some events at a time.
 */
export type EventRecorder = (about: KubeObject, note: EventNote) => Promise<boolean>;

/** Needs the rights to get, create and patch events. */
export function eventRecorder(cluster: Cluster, { component, instance, onError, signal, clock = systemClock }: EventRecorderOptions): EventRecorder {
  const limits = new EventLimits(() => clock.now());
  /** Two writes of one event come one after the other. */
  const writing = new Map<string, Promise<boolean>>();
  const call = signal === undefined ? {} : { signal };

  const write = async (name: string, about: KubeObject, { type, reason, message }: EventNote): Promise<boolean> => {
    const { namespace = 'default' } = about.metadata;
    const time = new Date(clock.now()).toISOString().replace(/\.\d+Z$/, 'Z');
    const { uid, name: subject } = about.metadata;
    const where = about.metadata.namespace === undefined ? {} : { namespace };
    const first = {
      apiVersion: Event.apiVersion, kind: Event.kind, metadata: { name, namespace },
      involvedObject: { apiVersion: about.apiVersion, kind: about.kind, name: subject, ...where, ...(uid === undefined ? {} : { uid }) },
      type, reason, message, count: 1, firstTimestamp: time, lastTimestamp: time,
      source: { component }, reportingComponent: component, reportingInstance: instance ?? component,
    };
    const again = (count: number): Promise<KubeObject> => cluster.mergePatch(ref(Event, name, namespace), { count, lastTimestamp: time, message }, call);
    const known = limits.countOf(name);
    try {
      if (known !== undefined) limits.wrote(name, countOf(await again(known + 1)));
      else limits.wrote(name, countOf(await cluster.create(first, call)));
      return true;
    } catch (error) {
      if (known !== undefined && isMissingObject(error)) {
        // The server keeps events for an hour.
        limits.wrote(name, countOf(await cluster.create(first, call)));
        return true;
      }
      if (!isAlreadyThere(error)) throw error;
      const live = await cluster.get(ref(Event, name, namespace), call);
      limits.wrote(name, countOf(await (live === undefined ? cluster.create(first, call) : again(countOf(live) + 1))));
      return true;
    }
  };

  return (about, note) => {
    const { isCombined, message } = limits.combine(about, note);
    const name = nameOf(about, note, component, isCombined ? '' : message);
    if (!limits.take(about)) return Promise.resolve(false);
    const before = writing.get(name) ?? Promise.resolve(true);
    const done = before.then(() => write(name, about, { ...note, message })).catch((error: unknown) => {
      if (signal?.aborted !== true) onError?.(error);
      return false;
    }).finally(() => {
      if (writing.get(name) === done) writing.delete(name);
    });
    writing.set(name, done);
    return done;
  };
}

function countOf(event: KubeObject): number {
  return typeof event['count'] === 'number' ? event['count'] : 1;
}

/** The longest name of an object is 253 characters. */
function nameOf({ apiVersion, kind, metadata: { name, uid } }: KubeObject, { type, reason }: EventNote, component: string, message: string): string {
  const hash = createHash('sha256').update([apiVersion, kind, name, uid ?? '', type, reason, component, message].join('\0')).digest('hex').slice(0, 16);
  return `${name.slice(0, 236)}.${hash}`;
}
