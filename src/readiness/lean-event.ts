import type { KubeObject } from '../cluster/types.js';
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
