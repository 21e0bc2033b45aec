import type { Session } from '../sessions/sessions.js';
import { DESIRED_PATCHES, METHOD_CALLS } from './topics.js';

/** A session over MQTT: everything is a message on a topic. */
export interface MqttSession extends Session {
  readonly subscriptions: Set<string>;
  publish(topic: string, payload: string): void;
}

/** A session whose messages go out by `publish`. */
export function mqttSession(base: Pick<MqttSession, 'deviceId' | 'moduleId' | 'connectedAt' | 'subscriptions' | 'publish' | 'close'>): MqttSession {
  return {
    ...base,
    protocol: 'mqtt',
    methods: new Map(),
    listensTo: (push) => base.subscriptions.has(push === 'methods' ? METHOD_CALLS : DESIRED_PATCHES),
    callMethod: (requestId, name, payload) => base.publish(`$iothub/methods/POST/${encodeURIComponent(name)}/?$rid=${requestId}`, payload),
    sendDesired: (version, patch) => base.publish(`$iothub/twin/PATCH/properties/desired/?$version=${version}`, patch),
  };
}
