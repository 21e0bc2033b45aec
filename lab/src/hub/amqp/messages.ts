import rhea, { type EventContext } from 'rhea';

/** A decoded message: sections and properties by rhea's names, values as the client typed them. */
export type AmqpMessage = Readonly<Record<string, unknown>>;

/** Format of a transfer whose data sections are separate messages; the .NET SDK sends batches in it. */
const BATCH_FORMAT = 0x80013700;

/** The messages of one transfer. */
export function messagesOf(context: EventContext): AmqpMessage[] {
  const { message, delivery } = context;
  if (message === undefined) return [];
  // rhea decodes format 0 only.
  const outer = (Buffer.isBuffer(message) ? rhea.message.decode(message) : message) as AmqpMessage;
  return delivery?.format === BATCH_FORMAT ? dataSections(outer).map((data) => rhea.message.decode(data)) : [outer];
}

/** The body as bytes, from any kind of section. */
export function bodyOf(message: AmqpMessage): Buffer {
  const body = message['body'];
  if (body === undefined || body === null) return Buffer.alloc(0);
  if (Buffer.isBuffer(body)) return body;
  if (typeof body === 'string') return Buffer.from(body);
  const data = dataSections(message);
  return data.length > 0 ? Buffer.concat(data) : Buffer.from(JSON.stringify(body));
}

function dataSections(message: AmqpMessage): Buffer[] {
  const content: unknown = (message['body'] as { content?: unknown } | undefined)?.content;
  return (Array.isArray(content) ? content : [content]).filter((part) => Buffer.isBuffer(part));
}

/** A message or correlation id as text; UUIDs come as 16 bytes. */
export function idText(id: unknown): string | undefined {
  if (Buffer.isBuffer(id)) return id.length === 16 ? rhea.uuid_to_string(id) : id.toString('utf8');
  return typeof id === 'string' || typeof id === 'number' ? String(id) : undefined;
}

/** A property or annotation as text. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (value instanceof Date) return value.toISOString();
  return Buffer.isBuffer(value) ? value.toString('utf8') : undefined;
}
