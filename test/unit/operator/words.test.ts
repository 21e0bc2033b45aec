import assert from 'node:assert/strict';
import { inFull } from '../../../src/operator/conditions.js';
import { InvalidInputError } from '../../../src/support/errors.js';
import { parseConnectionString } from '../../../src/identity/index.js';

describe('the words of a status', () => {
  it('are one line, without two points after each other', () => {
    const { message } = new InvalidInputError([{ field: 'spec.a', message: 'first' }, { field: 'spec.b', message: 'second' }]);
    assert.equal(inFull({ message }), '2 problems: spec.a: first; spec.b: second');
    assert.equal(inFull({ message: 'the hub says: Please retry.', hint: 'It has a problem.' }), 'the hub says: Please retry. It has a problem.');
  });

  it('name the field, not a flag, for a connection string of the hub', () => {
    const text = 'HostName=h.azure-devices.net;SharedAccessKeyName=iothubowner;SharedAccessKey=AAAA';
    assert.throws(() => parseConnectionString(text), (error: unknown) => error instanceof InvalidInputError && /spec\.identity\.register/.test(error.hint ?? '') && !/ --[a-z]+-|use --/.test(error.hint ?? '') && !error.hint!.includes('--register'));
  });
});
