import type { SecretValue } from './secret.js';
import { secretForms } from './secret-forms.js';

const mask = '[secret]';

type RuleList = readonly (readonly [RegExp, string])[];

/** What is a secret by its shape, whoever wrote the text. Each rule keeps the words before it. */
const shapes: RuleList = [
  [/-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|$)/g, mask],
  // sr, se and skn of a token may stand; the token as a whole has no use for a reader.
  [/(SharedAccessSignature(?:\s+|%20|\+|=|%3D|["']?\s*:\s*["']?))(?:\S+)/gi, `$1${mask}`],
  [/((?:SharedAccessKey|AccountKey)(?:=|%3D|["']?\s*[:=]\s*["']?))(?!<key>)[^\s;,"'&]+/gi, `$1${mask}`],
  [/(\bsig(?:=|%3D))[^\s;,"'&]+/gi, `$1${mask}`],
  // A word alone (`Basic authentication`) is no token.
  [/(\b(?:Bearer|Basic)\s+)(?=[A-Za-z]*[0-9._~+/=-])[A-Za-z0-9._~+/=-]{8,}/g, `$1${mask}`],
  // A JSON Web Token, such as a login program may print.
  [/\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g, mask],
  // An image by its digest (docker://ubuntu@sha256:…) is no user of a host.
  [/(:\/\/)[^/\s@"']*@(?!sha256:[0-9a-f]{64})/g, `$1${mask}@`],
];

/** What stands behind a name of a secret. Only for texts of others: ours write `edge.registry.password: is missing`. */
const labelled: RuleList = [
  [/(["']?\b(?:primary_?key|secondary_?key|symmetric_?key|device_id_pk|password|passwd|client_secret)["']?\s*[:=]\s*)(?:\{[^}]*\}?|"(?:[^"\\]|\\.)*"?|'[^']*'?|[^\s;,&]+)/gi, `$1${mask}`],
];

/**
 * The text without anything that looks like a secret (keys of connection strings, signatures, private keys, tokens,
 * passwords in URLs) and without the given secrets, plain, URL-encoded or in base64, whatever stands around them.
 * Given secrets of fewer than four characters are left: masking them would spell them out.
 */
export function redact(text: string, secrets: readonly SecretValue[] = []): string {
  return apply(apply(hideKnown(text, secrets), shapes), labelled);
}

/** As `redact`, for a text of our own: the word behind `password:` may stand, since we write no password there. */
export function redactOwn(text: string, secrets: readonly SecretValue[] = []): string {
  return apply(hideKnown(text, secrets), shapes);
}

function hideKnown(text: string, secrets: readonly SecretValue[]): string {
  let clean = text;
  for (const form of secrets.flatMap(secretForms).sort((a, b) => b.length - a.length)) clean = clean.replaceAll(form, mask);
  return clean;
}

function apply(text: string, rules: RuleList): string {
  return rules.reduce((clean, [pattern, replacement]) => clean.replace(pattern, replacement), text);
}

/** ANSI sequences (CSI, OSC, DCS and the two-byte ones), complete or cut off. */
const ansi = /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]?|(?:\u001b[\]PX^_]|[\u0090\u0098\u009d-\u009f])[^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)?|\u001b[ -/]*[0-~]?/g;
/** Invisible and direction-changing characters, by which a text can look like another; halves of surrogate pairs. */
const invisible = /[\p{Cf}\p{Cs}\p{Variation_Selector}\u115f\u1160\u3164\uffa0]/gu;

/**
 * One line of plain text: terminal sequences and invisible characters are gone, other control characters and line
 * ends are spaces, and what is longer than `max` characters ends with `…`. Shorten only after `redact`, or a secret
 * cut in two is not recognised: `cleanText` does both in the right order.
 */
export function stripControl(text: string, max = Number.POSITIVE_INFINITY): string {
  const plain = text.replace(ansi, '').replace(invisible, '').replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').trim();
  return shorten(plain, max);
}

/** Untrusted text (guest output, an error of a library) made fit to be shown: stripped, redacted, then shortened. */
export function cleanText(text: string, options: { max?: number; secrets?: readonly SecretValue[] } = {}): string {
  // Redacted before as well: line ends belong to a private key, and become spaces.
  const stripped = stripControl(redact(text, options.secrets));
  return shorten(redact(stripped, options.secrets), options.max ?? Number.POSITIVE_INFINITY);
}

function shorten(text: string, max: number): string {
  if (text.length <= max) return text;
  // A surrogate pair is not cut in two.
  return `${text.slice(0, Math.max(0, max - 1)).replace(/[\ud800-\udbff]$/, '')}…`;
}
