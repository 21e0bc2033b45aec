import assert from 'node:assert/strict';
import fc from 'fast-check';
import { cleanText, redact, stripControl } from '../../../src/identity/redact.js';
import { SecretValue } from '../../../src/identity/secret.js';
import { propertyRuns } from '../../helpers/property-runs.js';

const key = Buffer.from('canary?canary>canary/canary+0123').toString('base64');
const bare = key.replace(/=+$/, '');

describe('redact', () => {
  const looks: [string, string][] = [
    ['a connection string', `cs=HostName=h;DeviceId=d;SharedAccessKey=${key} end`],
    ['a connection string in quotes', `"HostName=h;SharedAccessKey=${key}"`],
    ['a URL-encoded connection string', `SharedAccessKey%3D${encodeURIComponent(key)}`],
    ['JSON', `{"SharedAccessKey": "${key}"}`],
    ['keys of a device', `{"primaryKey":"${key}","secondaryKey" : "${key}"}`],
    ['config.toml', `device_id_pk = { value = "${key}" }\nsymmetric_key = { value = "${key}" }`],
    ['a token', `Authorization: SharedAccessSignature sr=h&sig=${encodeURIComponent(key)}&se=1`],
    ['sig alone', `https://x/?sv=1&sig=${encodeURIComponent(key)}`],
    ['a private key', `x -----BEGIN EC PRIVATE KEY-----\n${key}\n-----END EC PRIVATE KEY----- y`],
    ['a private key that is cut off', `-----BEGIN RSA PRIVATE KEY-----\n${key}\n`],
    ['a password', `password: ${key}`],
    ['a password in quotes', `password = "a ${key} \\" b"`],
    ['a URL with a password', `proxy http://user:${bare}@proxy:3128/ failed`],
    ['a bearer token', `Bearer ${bare}`],
    ['a storage string', `AccountKey=${key};EndpointSuffix=x`],
  ];
  for (const [what, text] of looks) {
    it(`knows ${what} by its looks`, () => {
      const clean = redact(text);
      for (const form of [bare.slice(0, 20), encodeURIComponent(bare).slice(0, 20)]) assert.ok(!clean.includes(form), clean);
      assert.match(clean, /\[secret\]/);
    });
  }

  for (const text of ['', 'E: Unable to locate package aziot-edge', 'HostName=h;DeviceId=gw-02', 'SharedAccessKeyName=owner', 'the passwordless user', 'see https://aka.ms/iotedge@latest', `docker://ubuntu@sha256:${'0a'.repeat(32)}`]) {
    it(`leaves ${JSON.stringify(text)}`, () => assert.equal(redact(text), text));
  }

  it('never lets a given secret through, in whatever form and place', () => {
    const secret = fc.oneof(
      fc.uint8Array({ minLength: 16, maxLength: 64 }).map((bytes) => Buffer.from(bytes).toString('base64')),
      fc.string({ minLength: 4, maxLength: 40, unit: 'grapheme-ascii' }).filter((text) => text.trim().length >= 8 && !/^[=\s]|[=\s]$/.test(text)),
    );
    const forms: ((value: string) => string)[] = [
      (value) => value,
      (value) => encodeURIComponent(value),
      (value) => encodeURIComponent(value).replace(/%../g, (code) => code.toLowerCase()),
      (value) => encodeURIComponent(value).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`),
      (value) => JSON.stringify(value).slice(1, -1),
      (value) => value.replace(/=+$/, ''),
      (value) => value.replaceAll('/', String.raw`\/`),
    ];
    fc.assert(fc.property(secret, fc.nat(forms.length - 1), fc.string({ maxLength: 20 }), fc.string({ maxLength: 20 }), (value, form, before, after) => {
      const told = forms[form]!(value);
      const clean = redact(before + told + after, [new SecretValue(value)]);
      // What the text around adds by chance is no leak; the secret as a whole must not be found.
      if (!(before + after).includes(value)) assert.ok(!clean.includes(told), JSON.stringify({ value, told, clean }));
    }), { numRuns: propertyRuns(2000) });
  });

  it('knows a given secret in the base64 of a text around it', () => {
    fc.assert(fc.property(fc.uint8Array({ minLength: 16, maxLength: 48 }), fc.string({ maxLength: 9 }), fc.string({ maxLength: 9 }), (bytes, before, after) => {
      const value = Buffer.from(bytes).toString('base64');
      const encoded = Buffer.from(before + value + after).toString('base64');
      const clean = redact(encoded, [new SecretValue(value)]);
      const decoded = Buffer.from(clean.replaceAll('[secret]', ''), 'base64').toString('latin1');
      assert.match(clean, /\[secret\]/);
      assert.ok(!decoded.includes(value.slice(2, 12)), clean);
    }), { numRuns: propertyRuns(500) });
  });

  it('knows the key of a given connection string, and the lines of a given private key', () => {
    const secrets = [new SecretValue(`HostName=h;DeviceId=d;SharedAccessKey=${key}`), new SecretValue(`-----BEGIN PRIVATE KEY-----\n${'Zm9vYmFy'.repeat(8)}\n-----END PRIVATE KEY-----\n`)];
    assert.equal(redact(`a ${bare} b ${'Zm9vYmFy'.repeat(8)}`, secrets), 'a [secret] b [secret]');
  });
});

describe('stripControl', () => {
  const stripped: [string, string, string][] = [
    ['colours', '\u001b[1;31mred\u001b[0m', 'red'],
    ['a C1 sequence', '\u009b31mred', 'red'],
    ['a title', '\u001b]0;owned\u0007text', 'text'],
    ['a link', '\u001b]8;;http://x\u001b\\text\u001b]8;;\u001b\\', 'text'],
    ['a cut-off sequence', 'text\u001b[12', 'text'],
    ['an escape alone', 'a\u001b', 'a'],
    ['a DCS', '\u001bPq#0\u001b\\text', 'text'],
    ['two-byte codes', '\u001bcx\u001b(By', 'xy'],
    ['carriage return and backspace', 'good\rbad\b\b', 'good bad'],
    ['line ends', 'a\r\nb\u2028c', 'a b c'],
    ['bidi codes', 'a\u202eb\u2066c\u200fd', 'abcd'],
    ['invisible characters', 'a\u200b\ufeff\u00ad\u{e0041}b', 'ab'],
    ['half a pair', 'a\ud800b', 'ab'],
    ['nothing of a plain text', 'ß € 日本 😀 é', 'ß € 日本 😀 é'],
  ];
  for (const [what, text, plain] of stripped) it(`strips ${what}`, () => assert.equal(stripControl(text), plain));

  it('leaves no control character of any text, and not more than it may', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 80 }), fc.integer({ min: 1, max: 60 }), (text, max) => {
      const plain = stripControl(text, max);
      assert.doesNotMatch(plain, /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069]/);
      assert.ok(plain.length <= max);
    }), { numRuns: propertyRuns(1000) });
  });
});

describe('cleanText', () => {
  const secrets = [new SecretValue(key)];

  it('finds a secret that control codes cut up', () => {
    const cut = `${bare.slice(0, 10)}\u001b[0m${bare.slice(10, 20)}\u200b${bare.slice(20)}`;
    assert.equal(cleanText(`key ${cut}`, { secrets }), 'key [secret]');
    assert.equal(cleanText(`Shared\u001b[1mAccessKey=${cut} x`), 'SharedAccessKey=[secret] x');
  });

  it('leaves no part of a secret at the place where it shortens', () => {
    for (let max = 1; max < 80; max += 1) {
      const clean = cleanText(`message ${key} and more`, { secrets, max });
      assert.ok(!clean.includes(bare.slice(0, 4)), clean);
      assert.ok(clean.length <= max);
    }
  });

  it('finds a given secret of several short lines', () => {
    assert.equal(cleanText('a one!\ntwo!\tb', { secrets: [new SecretValue('one!\ntwo!')] }), 'a [secret] b');
  });

  it('finds a private key over several lines', () => {
    assert.equal(cleanText(`a\n-----BEGIN PRIVATE KEY-----\n${bare}\n-----END PRIVATE KEY-----\nb`), 'a [secret] b');
  });
});
