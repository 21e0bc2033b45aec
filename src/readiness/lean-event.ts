import type { KubeObject, ListOptions } from '../cluster/types.js';
import { textAt } from '../support/plain.js';

/** An Event with what the rules here read of it. `managedFields` alone can be half of an Event, and a thousand devices have more than ten thousand Events. */
export function leanEvent(event: KubeObject): KubeObject {
  const { apiVersion, kind, metadata: { name, namespace, creationTimestamp } } = event;
  const [about, last] = [textAt(event, 'involvedObject', 'name'), textAt(event, 'series', 'lastObservedTime')];
  const texts = ['type', 'reason', 'message', 'lastTimestamp', 'eventTime'].flatMap((field) => {
    const text = textAt(event, field);
    return text === undefined ? [] : [[field, text]];
  });
  return {
    apiVersion, kind, metadata: { name, ...(namespace === undefined ? {} : { namespace }), ...(creationTimestamp === undefined ? {} : { creationTimestamp }) },
    involvedObject: about === undefined ? {} : { name: about }, ...(last === undefined ? {} : { series: { lastObservedTime: last } }),
    ...(Object.fromEntries(texts) as Record<string, string>),
  };
}

const about = /^involvedObject\.name=([^,=!]+)$/;

/** The name of the object if a list is for the Events of one object. */
export function subjectOf({ fieldSelector = '' }: Pick<ListOptions, 'fieldSelector'>): string | undefined {
  return about.exec(fieldSelector)?.[1];
}

/** Events by the name of the object that they are about. */
export function bySubject(events: readonly KubeObject[]): ReadonlyMap<string, KubeObject[]> {
  const found = new Map<string, KubeObject[]>();
  for (const event of events) {
    const name = textAt(event, 'involvedObject', 'name') ?? '';
    const known = found.get(name);
    if (known === undefined) found.set(name, [event]);
    else known.push(event);
  }
  return found;
}
