const limit = 60;
const secret = /SharedAccess|PRIVATE KEY|:\/\/[^/\s]*@|[?&]sig=|password|\bAccountKey=/i;

/** A value for an error message: JSON, one line, shortened; `undefined` when it is missing or may hold a secret. */
export function shown(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  const json = toJson(value);
  if (json === undefined || secret.test(json)) return undefined;
  return json.length <= limit ? json : `${json.slice(0, limit - 1)}…`;
}

function toJson(value: unknown): string | undefined {
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  try {
    // JSON leaves C1 and bidi codes as they are; a terminal must not get them.
    return JSON.stringify(value)?.replace(/[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
  } catch {
    return undefined;
  }
}
