import { idText, textOf, type AmqpMessage } from './messages.js';

/** System properties with the short names of MQTT topics, so that both look the same in the log. */
const PROPERTIES: Record<string, (message: AmqpMessage) => string | undefined> = {
  '$.mid': (message) => idText(message['message_id']),
  '$.cid': (message) => idText(message['correlation_id']),
  '$.uid': (message) => textOf(message['user_id']),
  '$.ct': (message) => textOf(message['content_type']),
  '$.ce': (message) => textOf(message['content_encoding']),
  '$.exp': (message) => textOf(message['absolute_expiry_time']),
};

const APPLICATION: Record<string, string> = { 'iothub-outputname': '$.on', 'iothub-creation-time-utc': '$.ctime' };
const ANNOTATIONS: Record<string, string> = { 'iothub-interface-id': '$.ifid', 'dt-subject': '$.sub' };

/** System and application properties of a device-to-cloud message. */
export function telemetryProperties(message: AmqpMessage): Record<string, string> {
  const properties: Record<string, string> = {};
  const add = (name: string, value: string | undefined): void => {
    if (value !== undefined) properties[name] = value;
  };
  for (const [name, value] of Object.entries(message['application_properties'] ?? {})) add(APPLICATION[name] ?? name, textOf(value));
  for (const [name, read] of Object.entries(PROPERTIES)) add(name, read(message));
  const annotations = (message['message_annotations'] ?? {}) as Record<string, unknown>;
  for (const [name, short] of Object.entries(ANNOTATIONS)) add(short, textOf(annotations[name]));
  return properties;
}
