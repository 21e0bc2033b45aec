import type { SecretValue } from './secret.js';

const shortest = 4;

/** A secret never changes, but every text that is shown is searched for it, so its forms are kept. */
const known = new WeakMap<SecretValue, string[]>();

/** All forms in which a secret can appear: itself, each line of it, and their encodings. */
export function secretForms(secret: SecretValue): readonly string[] {
  const forms = known.get(secret) ?? formsOf(secret);
  known.set(secret, forms);
  return forms;
}

function formsOf(secret: SecretValue): string[] {
  const value = secret.reveal();
  const lines = value.split(/\r?\n/).filter((line) => line.length >= 16 && !line.startsWith('-----'));
  // A secret of one line is its own line.
  const forms = [...new Set([value, ...lines, ...keysWithin(value)])].flatMap(encodings);
  return [...new Set(forms)].filter((form) => form.length >= shortest);
}

/** The key of a connection string is also a secret alone. */
function keysWithin(value: string): string[] {
  return [...value.matchAll(/SharedAccessKey=([^;\s]+)/g)].map((match) => match[1]!);
}

function encodings(value: string): string[] {
  const bare = value.trim().replace(/=+$/, '');
  if (bare.length < shortest) return value.length < shortest ? [] : [value];
  const uri = encodeURIComponent(bare);
  return [
    value, bare, uri,
    uri.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
    strictUri(bare),
    JSON.stringify(bare).slice(1, -1),
    bare.replaceAll('/', String.raw`\/`),
    ...base64Cores(value), ...base64Cores(bare),
  ];
}

function strictUri(value: string): string {
  return encodeURIComponent(value).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

/**
 * The part of the secret's base64 that does not depend on the bytes before and after it, for each of the three places in
 * a group where it can begin. The base64 of a text with the secret always has one of these.
 */
function base64Cores(value: string): string[] {
  const bytes = Buffer.from(value, 'utf8');
  return [0, 1, 2].flatMap((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64').replace(/=+$/, '');
    const first = Math.ceil((shift * 8) / 6);
    const last = Math.floor(((shift + bytes.length) * 8) / 6);
    const core = encoded.slice(first, last);
    // Short ones would match ordinary words.
    return core.length < 8 ? [] : [core, core.replaceAll('+', '-').replaceAll('/', '_'), encodeURIComponent(core)];
  });
}
