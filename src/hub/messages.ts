/** The hub's own words for an error. */
export interface HubMessage {
  /** `DeviceNotFound`, `IotHubUnauthorizedAccess`, … */
  code?: string;
  text: string;
}

/** Reads `{"Message":"ErrorCode:DeviceNotFound;E404…"}`; any other body has no words for people. */
export function hubMessage(body: unknown): HubMessage {
  const none = { text: 'no reason given' };
  if (typeof body !== 'string' || body === '') return none;
  try {
    const { Message, message, errorCode } = JSON.parse(body) as { Message?: unknown; message?: unknown; errorCode?: unknown };
    const words = Message ?? message;
    if (typeof words !== 'string') return none;
    // Direct methods put a JSON document into Message.
    if (words.startsWith('{')) return hubMessage(words);
    const [, code = typeof errorCode === 'number' ? String(errorCode) : undefined, text] = /^(?:ErrorCode:([^;]+);)?([\s\S]*)$/.exec(words)!;
    const found = text || code || none.text;
    return code === undefined ? { text: found } : { code, text: found };
  } catch {
    return none;
  }
}

/** True for the body of a hub: JSON, with or without an error. A proxy's page is not JSON. */
export function isHubAnswer(body: unknown): boolean {
  if (typeof body !== 'string') return false;
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null;
  } catch {
    return false;
  }
}
