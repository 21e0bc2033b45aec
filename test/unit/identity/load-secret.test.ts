import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { readSecret } from '../../../src/identity/load-secret.js';
import type { SecretIo } from '../../../src/identity/load-secret.js';
import { SecretValue } from '../../../src/identity/secret.js';
import { withIdentity } from '../../../src/identity/with-identity.js';
import { withDefaults } from '../../../src/spec/defaults.js';
import { InvalidInputError } from '../../../src/support/errors.js';
import { validateDevice } from '../../../src/spec/validate.js';

const io = (files: Record<string, string>, env: Record<string, string> = {}, stdin = ''): SecretIo => ({
  readFile: async (path) => files[path] ?? Promise.reject(Object.assign(new Error('no'), { code: 'ENOENT' })),
  readStdin: async () => stdin,
  env,
});
const field = 'spec.identity.connectionString';

describe('readSecret', () => {
  it('reads a file, standard input and a variable, without the line end', async () => {
    assert.equal((await readSecret({ file: 'f' }, io({ f: '\uFEFFcanary\r\n\n' }), field)).reveal(), 'canary');
    assert.equal((await readSecret({ file: '-' }, io({}, {}, 'canary\n'), field)).reveal(), 'canary');
    assert.equal((await readSecret({ env: 'X' }, io({}, { X: 'canary' }), field)).reveal(), 'canary');
  });

  const refused: [string, Parameters<typeof readSecret>[0], RegExp][] = [
    ['a file that is not there', { file: 'none' }, /the file cannot be read: it does not exist/],
    ['a file that is not there, by its name', { file: '/home/me/gw-01.txt' }, /it does not exist \(got "\/home\/me\/gw-01\.txt"\)$/],
    ['a secret in place of its file', { file: '/home/me/canary.hunter2' }, /it does not exist$/],
    ['a connection string in place of its file', { file: 'HostName=h;SharedAccessKey=canary.txt' }, /it does not exist$/],
    ['an empty file', { file: 'empty' }, /is empty/],
    ['UTF-16', { file: 'utf16' }, /save it as UTF-8/],
    ['a file that is too large', { file: 'large' }, /larger than/],
    ['empty input', { file: '-' }, /standard input is empty/],
    ['a variable that is not set', { env: 'X' }, /environment variable X is not set/],
    ['a Secret of the cluster', { secretRef: { name: 'x' } }, /accepted are file and env/],
  ];
  for (const [what, source, message] of refused) {
    it(`refuses ${what}`, async () => {
      await assert.rejects(readSecret(source, io({ empty: ' \n', utf16: 'c\0a\0', large: 'canary'.repeat(20_000) }), field), (error: unknown) => {
        assert.ok(error instanceof InvalidInputError);
        assert.equal(error.problems[0]!.field, field);
        assert.match(error.message, message);
        return !error.message.includes('canary');
      });
    });
  }
});

describe('SecretValue', () => {
  it('shows itself in no way but reveal', () => {
    const secret = new SecretValue('canary');
    const shown = [String(secret), 'x'.concat(secret as unknown as string), JSON.stringify({ secret }), inspect({ secret }, { depth: 9, showHidden: true }), inspect(secret), String(Object.values(secret)), JSON.stringify(Object.entries(secret))];
    for (const text of shown) assert.ok(!text.includes('canary'), text);
    assert.equal(secret.reveal(), 'canary');
  });
});

describe('withIdentity', () => {
  const facts = { hubHostname: 'contoso.azure-devices.net', deviceId: 'GW-02' };
  const input = { spec: { identity: { connectionString: { env: 'X' } } } };

  it('fills hub, device, parent and name in, so that the device is good', () => {
    const device = withDefaults(withIdentity(input, { ...facts, gatewayHostname: 'parent.example' }));
    assert.deepEqual(validateDevice(device), []);
    assert.equal(device.spec.hub?.hostname, facts.hubHostname);
    assert.equal(device.spec.deviceId, 'GW-02');
    assert.equal(device.spec.edge.parentHostname, 'parent.example');
    assert.match(device.metadata.name, /^gw-02-/);
    assert.deepEqual(input, { spec: { identity: { connectionString: { env: 'X' } } } });
  });

  it('keeps a name that is given, and takes the same hub in another case', () => {
    const device = withIdentity({ metadata: { name: 'mine' }, spec: { ...input.spec, hub: { hostname: 'CONTOSO.azure-devices.net' }, deviceId: 'GW-02' } }, facts);
    assert.equal(device.metadata?.name, 'mine');
  });

  it('refuses another hub, device and parent, all at once', () => {
    const other = { spec: { ...input.spec, hub: { hostname: 'x' }, deviceId: 'gw-02', edge: { parentHostname: 'y' } } };
    assert.throws(() => withIdentity(other, { ...facts, gatewayHostname: 'z' }), (error: unknown) => {
      assert.ok(error instanceof InvalidInputError);
      assert.deepEqual(error.problems.map((problem) => problem.field), ['spec.hub.hostname', 'spec.deviceId', 'spec.edge.parentHostname']);
      return true;
    });
  });
});
