const span = 8;
const masked = '[secret]';

/** Every string of a Secret's `data` and `stringData`, encoded and decoded; empty for another object. */
export function secretTexts(object: unknown): string[] {
  const { kind, data, stringData } = (object ?? {}) as { kind?: string; data?: Record<string, unknown> | null; stringData?: Record<string, unknown> | null };
  if (kind !== 'Secret') return [];
  const texts: string[] = [];
  for (const value of Object.values(data ?? {})) texts.push(String(value), Buffer.from(String(value), 'base64').toString('utf8'));
  for (const value of Object.values(stringData ?? {})) texts.push(String(value), Buffer.from(String(value)).toString('base64'));
  return texts;
}

/**
 * Replaces each part of `message` that also stands in one of the secrets. An API server's decoder quotes a
 * window of the body around an error, so whole values need not match: 8 characters in a row do.
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
