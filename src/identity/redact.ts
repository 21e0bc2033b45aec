import type { SecretValue } from './secret.js';
import { secretForms } from './secret-forms.js';
import { formsWithin } from './secret-index.js';

const mask = '[secret]';

type RuleList = readonly (readonly [RegExp, string])[];

/** Secrets that have a typical form, in any text. Each rule keeps the words before the secret. */
const shapes: RuleList = [
  [/-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|$)/g, mask],
  // sr, se and skn of a token are not secret, but a reader does not need the token.
  [/(SharedAccessSignature(?:\s+|%20|\+|=|%3D|["']?\s*:\s*["']?))(?:\S+)/gi, `$1${mask}`],
  [/((?:SharedAccessKey|AccountKey)(?:=|%3D|["']?\s*[:=]\s*["']?))(?!<key>)[^\s;,"'&]+/gi, `$1${mask}`],
  [/(\bsig(?:=|%3D))[^\s;,"'&]+/gi, `$1${mask}`],
  // A word alone (`Basic authentication`) is no token.
  [/(\b(?:Bearer|Basic)\s+)(?=[A-Za-z]*[0-9._~+/=-])[A-Za-z0-9._~+/=-]{8,}/g, `$1${mask}`],
  // A JSON Web Token; a login program may print one.
  [/\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g, mask],
  // In an image with a digest (docker://ubuntu@sha256:…), `@` does not follow a user.
  [/(:\/\/)[^/\s@"']*@(?!sha256:[0-9a-f]{64})/g, `$1${mask}@`],
];

/** The text behind a secret's name. Only for texts of others: our own texts have `edge.registry.password: is missing`. */
const labelled: RuleList = [
  [/(["']?\b(?:primary_?key|secondary_?key|symmetric_?key|device_id_pk|password|passwd|client_secret)["']?\s*[:=]\s*)(?:\{[^}]*\}?|"(?:[^"\\]|\\.)*"?|'[^']*'?|[^\s;,&]+)/gi, `$1${mask}`],
];

/**
 * The text without anything that looks like a secret (keys of connection strings, signatures, private keys, tokens,
 * passwords in URLs) and without the given secrets, plain, URL-encoded or in base64, with any text around them.
 * Given secrets of fewer than four characters stay: a mask would show where they are.
 */
export function redact(text: string, secrets: readonly SecretValue[] = []): string {
  return apply(apply(hideKnown(text, secrets), shapes), labelled);
}

/** As `redact`, for our own texts: the word behind `password:` stays, because we never write a password there. */
export function redactOwn(text: string, secrets: readonly SecretValue[] = []): string {
  return apply(hideKnown(text, secrets), shapes);
}

/** A command for hundreds of devices has as many secrets, and each text it shows is searched for all of them. */
const few = 4;

function hideKnown(text: string, secrets: readonly SecretValue[]): string {
  let clean = text;
  const forms = secrets.length <= few ? secrets.flatMap(secretForms) : formsWithin(text, secrets);
  for (const form of forms.sort((a, b) => b.length - a.length)) clean = clean.replaceAll(form, mask);
  return clean;
}

function apply(text: string, rules: RuleList): string {
  return rules.reduce((clean, [pattern, replacement]) => clean.replace(pattern, replacement), text);
}

/** ANSI sequences (CSI, OSC, DCS and the two-byte ones), complete or cut off. */
const ansi = /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]?|(?:\u001b[\]PX^_]|[\u0090\u0098\u009d-\u009f])[^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)?|\u001b[ -/]*[0-~]?/g;
/** Invisible and direction-changing characters, which can make a text look like another one; halves of surrogate pairs. */
const invisible = /[\p{Cf}\p{Cs}\p{Variation_Selector}\u115f\u1160\u3164\uffa0]/gu;

/**
 * One line of plain text, without terminal sequences and invisible characters. Other control characters and line ends
 * become spaces, and a text of more than `max` characters ends with `…`. Shorten only after `redact`: a half secret is
 * not recognised. `cleanText` does both in the right order.
 */
export function stripControl(text: string, max = Number.POSITIVE_INFINITY): string {
  const plain = text.replace(ansi, '').replace(invisible, '').replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').trim();
  return shorten(plain, max);
}

/** Makes untrusted text (guest output, an error of a library) safe to show: stripped, redacted, then shortened. */
export function cleanText(text: string, options: { max?: number; secrets?: readonly SecretValue[] } = {}): string {
  // Redacted before this too: a private key has line ends, and these become spaces.
  const stripped = stripControl(redact(text, options.secrets));
  return shorten(redact(stripped, options.secrets), options.max ?? Number.POSITIVE_INFINITY);
}

function shorten(text: string, max: number): string {
  if (text.length <= max) return text;
  // Never cuts a surrogate pair in two.
  return `${text.slice(0, Math.max(0, max - 1)).replace(/[\ud800-\udbff]$/, '')}…`;
}
