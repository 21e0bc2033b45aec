const limit = 60;

/** Words and forms of credentials. */
const secretWords = /SharedAccess|PRIVATE KEY|[?&]sig=|password|\bAccountKey=/i;
/** `user:password@host`, with or without a scheme before it: people often leave that out. */
const login = /:\/\/[^/\s]*@|[^\s/@:"]+:[^\s/@]*@/;
/** Base64 like that of keys, tokens and PEM lines: long, with upper and lower case letters and digits. */
const keyLike = /(?=[A-Za-z0-9+/=_-]*[a-z])(?=[A-Za-z0-9+/=_-]*[A-Z])(?=[A-Za-z0-9+/=_-]*[0-9])[A-Za-z0-9+/=_-]{32,}/;

/** True for a text with the form of a key or a login, with any words in it. */
export function looksLikeKey(text: string): boolean {
  return /SharedAccess\w*=|PRIVATE KEY/.test(text) || login.test(text) || keyLike.test(text);
}

/** True when a text looks like a credential, or holds one. */
export function looksSecret(text: string): boolean {
  return secretWords.test(text) || login.test(text) || keyLike.test(text);
}

/** A value for an error message: JSON, one line, shortened; `undefined` if it is missing or may hold a secret. */
export function shown(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  const json = toJson(value);
  if (json === undefined || looksSecret(json)) return undefined;
  return json.length <= limit ? json : `${json.slice(0, limit - 1)}…`;
}

/** The value as part of a problem: `{ got }`, or nothing if it must not be shown. */
export function gotOf(value: unknown): { got?: string } {
  const got = shown(value);
  return got === undefined ? {} : { got };
}

function toJson(value: unknown): string | undefined {
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  try {
    // JSON does not escape C1 and bidi codes, but a terminal must not get them.
    return JSON.stringify(value)?.replace(/[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
  } catch {
    return undefined;
  }
}
