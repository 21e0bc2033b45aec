import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { redactOwn } from '../../../src/identity/redact.js';
import { SecretValue } from '../../../src/identity/secret.js';
import { secretForms } from '../../../src/identity/secret-forms.js';
import { formsWithin } from '../../../src/identity/secret-index.js';

const secretOf = (n: number): SecretValue => new SecretValue(createHash('sha256').update(`s${n}`).digest('base64'));

describe('identity/secret-index', () => {
  const secrets = Array.from({ length: 50 }, (_, n) => secretOf(n));

  it('finds every form of every secret, at the beginning, in the middle and at the end', () => {
    for (const secret of secrets) {
      for (const form of secretForms(secret)) {
        for (const text of [form, `a ${form} b`, `--${form}`]) assert.ok(formsWithin(text, secrets).includes(form), 'a form was not found');
      }
    }
    assert.deepEqual(formsWithin('nothing of them', secrets), []);
    assert.deepEqual(formsWithin('abc', secrets), []);
  });

  it('many secrets are hidden as a few are', () => {
    const text = secrets.slice(0, 6).map((secret, n) => `${n}: ${secret.reveal()} ${encodeURIComponent(secret.reveal())} ${Buffer.from(`x${secret.reveal()}`).toString('base64')}`).join('; ');
    const few = secrets.slice(0, 6).reduce((clean, secret) => redactOwn(clean, [secret]), text);
    assert.equal(redactOwn(text, secrets), few);
    assert.ok(secrets.every((secret) => !redactOwn(text, secrets).includes(secret.reveal())));
  });

  it('a secret that is added later counts too', () => {
    const list = secrets.slice(0, 10);
    assert.deepEqual(formsWithin(secretOf(99).reveal(), list), []);
    list.push(secretOf(99));
    assert.ok(formsWithin(secretOf(99).reveal(), list).length > 0);
  });

  it('hides the longer of two secrets that overlap', () => {
    const long = new SecretValue('aaaa-bbbb-cccc-dddd-eeee');
    const list = [new SecretValue('zzzz-aaaa-bbbb'), long, ...secrets.slice(0, 5)];
    assert.equal(redactOwn('zzzz-aaaa-bbbb-cccc-dddd-eeee', list), 'zzzz-[secret]');
  });
});
