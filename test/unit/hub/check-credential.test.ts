import assert from 'node:assert/strict';
import { checkCredential } from '../../../src/hub/index.js';
import { credentialChecker } from '../../../src/hub/check-credential.js';
import type { CredentialCheck } from '../../../src/hub/types.js';
import { SecretValue } from '../../../src/identity/secret.js';
import type { SymmetricKeyIdentity } from '../../../src/identity/types.js';
import { fail, hostname, json, quickClock, startFakeHub } from './fake-hub.js';
import type { FakeHub } from './fake-hub.js';

const key = Buffer.from('canary-key-of-the-device').toString('base64');
const identity: SymmetricKeyIdentity = { kind: 'symmetric-key', hubHostname: hostname, deviceId: "gw#01'ü", key: new SecretValue(key) };

describe('checkCredential', () => {
  let fake: FakeHub;
  beforeEach(async () => {
    fake = await startFakeHub();
  });
  afterEach(() => fake.close());

  const codeOf = (check: CredentialCheck): string => {
    assert.ok(!JSON.stringify(check).includes(key) && !JSON.stringify(check).includes('sig='));
    return check.ok ? 'ok' : check.code;
  };

  it('lists the modules with the device\'s own signature', async () => {
    fake.play = (_, response) => json(response, []);
    assert.deepEqual(await checkCredential(identity, fake.endpoint), { ok: true });
    const { path, query, headers } = fake.seen[0]!;
    assert.equal(path, `/devices/${encodeURIComponent(identity.deviceId)}/modules`);
    assert.equal(query.get('api-version'), '2017-11-08-preview');
    assert.equal(headers.host, hostname);
    assert.match(headers.authorization ?? '', /^SharedAccessSignature sr=contoso\.azure-devices\.example%2Fdevices%2Fgw%2301%27%C3%BC&sig=[^&]+&se=\d+$/);
  });

  for (const [status, reason, expected] of [
    [401, 'IotHubUnauthorizedAccess', 'unauthorized'], [403, 'DeviceDisabled', 'device-disabled'], [404, 'DeviceNotFound', 'device-not-found'],
    [404, 'IotHubNotFound', 'hub-unreachable'], [400, 'ArgumentInvalid', 'hub-unreachable'],
  ] as const) {
    it(`takes ${status} ${reason} for ${expected}, at the first answer`, async () => {
      fake.play = (_, response) => fail(response, status, reason);
      const check = await checkCredential(identity, fake.endpoint);
      assert.equal(codeOf(check), expected);
      assert.equal(check.ok ? 0 : check.status, status);
      assert.equal(fake.seen.length, 1);
    });
  }

  for (const status of [200, 302, 403, 404]) {
    it(`does not accept a page with ${status} as an answer of the hub`, async () => {
      fake.play = (_, response) => void response.writeHead(status, { 'Content-Type': 'text/html', Location: 'https://login.example/?t=1' }).end('<html>Access denied</html>');
      const check = await checkCredential(identity, fake.endpoint);
      assert.deepEqual([codeOf(check), check.ok ? undefined : check.noSuchHub], ['hub-unreachable', undefined]);
      assert.match(check.ok ? '' : check.message, status === 302 ? /redirects, as a login page does/ : /does not answer as an IoT hub/);
    });
  }

  it('distinguishes a hub that does not exist from one that cannot be reached', async () => {
    fake.play = (_, response) => fail(response, 404, 'IotHubNotFound');
    const unknown = await checkCredential(identity, fake.endpoint);
    const nowhere = await checkCredential({ ...identity, hubHostname: 'contoso.azure-devices.invalid' }, { env: {} });
    assert.deepEqual([unknown, nowhere].map((check) => !check.ok && check.noSuchHub === true), [true, true]);
  });

  it('names the clock as the cause if it is wrong, and only then', async () => {
    const at = (offset: number): string => new Date(Date.now() + offset).toUTCString();
    const ask = async (date: string): Promise<string> => {
      fake.play = (_, response) => fail(response, 401, 'IotHubUnauthorizedAccess', { Date: date });
      const check = await checkCredential(identity, fake.endpoint);
      return check.ok ? '' : `${check.message} (${check.hint})`;
    };
    assert.match(await ask(at(3_600_000)), /Set the clock of this machine/);
    assert.match(await ask(at(3_600_000)), /clock of this machine is 3\d\d\d s behind/);
    assert.match(await ask(at(-3_600_000)), /clock of this machine is 3\d\d\d s ahead of/);
    assert.match(await ask(at(60_000)), /the key is wrong/);
  });

  it('tries again on 503 and 429, then reports the hub', async () => {
    const clock = quickClock();
    fake.play = (_, response, count) => (count === 1 ? fail(response, 503, 'ServiceUnavailable') : count === 2 ? fail(response, 429, 'ThrottlingException', { 'Retry-After': '3' }) : json(response, []));
    assert.deepEqual(await credentialChecker(clock)(identity, fake.endpoint), { ok: true });
    assert.ok(clock.waited[1]! >= 3000);
    fake.play = (_, response) => fail(response, 503, 'ServiceUnavailable');
    const check = await credentialChecker(clock)(identity, fake.endpoint);
    assert.deepEqual([codeOf(check), check.ok ? 0 : check.status], ['hub-unreachable', 503]);
  });

  it('reports a hub that is not there or not trusted', async () => {
    const untrusted = await checkCredential(identity, { url: fake.endpoint.url });
    assert.equal(codeOf(untrusted), 'hub-unreachable');
    assert.match(untrusted.ok ? '' : untrusted.message, /Add that CA to this machine, or give its PEM file/);
    await fake.close();
    const check = await checkCredential(identity, fake.endpoint);
    assert.equal(codeOf(check), 'hub-unreachable');
    assert.match(check.ok ? '' : check.message, /ECONNREFUSED/);
  });

  it('ends with its caller', async () => {
    fake.play = () => undefined;
    await assert.rejects(checkCredential(identity, fake.endpoint, { signal: AbortSignal.timeout(50) }), { code: 'timed-out' });
  });
});
