import { decodeLoosely } from '../auth/sas.js';

// https://learn.microsoft.com/azure/iot/iot-mqtt-connect-to-iot-hub
export const TWIN_RESPONSES = '$iothub/twin/res/#';
export const DESIRED_PATCHES = '$iothub/twin/PATCH/properties/desired/#';
export const METHOD_CALLS = '$iothub/methods/POST/#';

export interface Owner {
  deviceId: string;
  moduleId?: string | undefined;
}

export type Published =
  | { kind: 'twin-get'; rid: string }
  | { kind: 'twin-patch'; rid: string }
  | { kind: 'method-response'; rid: string; status: number }
  | { kind: 'telemetry'; properties: Record<string, string> };

/** The kind of a client's message. Undefined: the hub ends the connection for such a topic. */
export function parsePublish(topic: string, owner: Owner): Published | undefined {
  const telemetry = telemetryProperties(topic, owner);
  if (telemetry !== undefined) return { kind: 'telemetry', properties: telemetry };
  const [path = '', query = ''] = splitOnce(topic, '?');
  const rid = requestId(query);
  if (rid === undefined) return undefined;
  if (path === '$iothub/twin/GET/') return { kind: 'twin-get', rid };
  if (path === '$iothub/twin/PATCH/properties/reported/') return { kind: 'twin-patch', rid };
  const status = /^\$iothub\/methods\/res\/(-?\d{1,9})\/$/.exec(path)?.[1];
  return status === undefined ? undefined : { kind: 'method-response', rid, status: Number(status) };
}

/** Whether the identity may listen there. */
export function maySubscribe(topic: string, owner: Owner): boolean {
  if (topic === TWIN_RESPONSES || topic === DESIRED_PATCHES || topic === METHOD_CALLS) return true;
  const base = ownerPath(owner);
  return topic === (owner.moduleId === undefined ? `${base}/messages/devicebound/#` : `${base}/inputs/#`);
}

/** Ids are not encoded in topics. */
function ownerPath(owner: Owner): string {
  return `devices/${owner.deviceId}${owner.moduleId === undefined ? '' : `/modules/${owner.moduleId}`}`;
}

function telemetryProperties(topic: string, owner: Owner): Record<string, string> | undefined {
  const base = `${ownerPath(owner)}/messages/events`;
  if (topic !== base && !topic.startsWith(`${base}/`)) return undefined;
  const properties: Record<string, string> = {};
  for (const pair of topic.slice(base.length + 1).replace(/^\?/, '').replace(/\/$/, '').split('&')) {
    if (pair === '') continue;
    const [name = '', value = ''] = splitOnce(pair, '=');
    properties[decodeLoosely(name)] = decodeLoosely(value);
  }
  return properties;
}

function requestId(query: string): string | undefined {
  const found = query.split('&').find((part) => part.startsWith('$rid='));
  return found === undefined || found === '$rid=' ? undefined : found.slice('$rid='.length);
}

function splitOnce(text: string, separator: string): string[] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
