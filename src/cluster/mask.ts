const span = 8;
const masked = '[secret]';

/** Every string in a Secret's `data` and `stringData`, encoded and decoded; empty for another object. */
export function secretTexts(object: unknown): string[] {
  const { kind, data, stringData } = (object ?? {}) as { kind?: string; data?: unknown; stringData?: unknown };
  if (kind !== 'Secret') return [];
  const texts = [data, stringData].flatMap((holder) => Object.values(holder ?? {}).flatMap(stringsIn));
  return texts.flatMap((text) => [text, Buffer.from(text, 'base64').toString('utf8'), Buffer.from(text).toString('base64')]);
}

/** Wrong input may be nested, so its keys count too. */
function stringsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [String(value)];
  return [...(Array.isArray(value) ? [] : Object.keys(value)), ...Object.values(value).flatMap(stringsIn)];
}

/**
 * Replaces each part of `message` that is also part of one of the secrets. An API server's decoder quotes only a
 * few characters of the body around an error. So a match of 8 characters in a row is enough.
 */
export function maskSecrets(message: string, secrets: readonly string[]): string {
  const known = new Set<string>();
  for (const secret of secrets) {
    if (secret.length < span && secret.length > 2) known.add(secret);
    for (let i = 0; i + span <= secret.length; i += 1) known.add(secret.slice(i, i + span));
  }
  if (known.size === 0) return message;
  const hit = Array.from({ length: message.length }, () => false);
  const short = [...known].filter((k) => k.length < span);
  for (let i = 0; i < message.length; i += 1) {
    const found = known.has(message.slice(i, i + span)) ? span : Math.max(0, ...short.filter((s) => message.startsWith(s, i)).map((s) => s.length));
    hit.fill(true, i, i + found);
  }
  let out = '';
  for (let i = 0; i < message.length; i += 1) if (!hit[i]) out += message[i];
    else if (!hit[i - 1]) out += masked;
  return out;
}
