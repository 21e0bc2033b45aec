import assert from 'node:assert/strict';
import fc from 'fast-check';
import { InvalidInputError } from '../../../src/support/errors.js';
import { isDeviceId } from '../../../src/spec/formats/names.js';
import { formatConnectionString, parseConnectionString, parseServiceConnectionString } from '../../../src/identity/connection-string.js';
import { SecretValue } from '../../../src/identity/secret.js';
import type { DeviceIdentity } from '../../../src/identity/types.js';
import { propertyRuns } from '../../helpers/property-runs.js';

/** 32 bytes whose base64 is easy to spot. */
const key = Buffer.from('canary-canary-canary-canary-0123').toString('base64');
const base = `HostName=contoso.azure-devices.net;DeviceId=gw-02;SharedAccessKey=${key}`;

function refusal(parse: (text: string) => unknown, text: string): InvalidInputError {
  try {
    parse(text);
  } catch (error) {
    assert.ok(error instanceof InvalidInputError, String(error));
    return error;
  }
  return assert.fail('it was taken');
}

function plain(identity: DeviceIdentity): object {
  return identity.kind === 'symmetric-key' ? { ...identity, key: identity.key.reveal() } : identity;
}

const expected = { kind: 'symmetric-key', hubHostname: 'contoso.azure-devices.net', deviceId: 'gw-02', key };

describe('parseConnectionString', () => {
  const taken: [string, string, object][] = [
    ['the usual form', base, expected],
    ['any order', `SharedAccessKey=${key};DeviceId=gw-02;HostName=contoso.azure-devices.net`, expected],
    ['a key without padding', base.replace(/=+$/, ''), expected],
    ['a line end', `${base}\r\n`, expected],
    ['a ; at the end', `${base};`, expected],
    ['a byte order mark', `\uFEFF${base}`, expected],
    ['GatewayHostName', `${base};GatewayHostName=parent.example`, { ...expected, gatewayHostname: 'parent.example' }],
    ['an address as GatewayHostName', `${base};GatewayHostName=10.0.0.5`, { ...expected, gatewayHostname: '10.0.0.5' }],
    ['x509=true', 'HostName=h.example;DeviceId=d;x509=true', { kind: 'x509', hubHostname: 'h.example', deviceId: 'd' }],
    ['a device id with = and all else but ;', `HostName=h;DeviceId=A-:.+%_#*?!(),=@$';SharedAccessKey=${key}`, { kind: 'symmetric-key', hubHostname: 'h', deviceId: "A-:.+%_#*?!(),=@$'", key }],
    ['a private host name', base.replace('contoso.azure-devices.net', 'hub'), { ...expected, hubHostname: 'hub' }],
  ];
  for (const [what, text, identity] of taken) it(`takes ${what}`, () => assert.deepEqual(plain(parseConnectionString(text)), identity));

  const refused: [string, string, string[], RegExp][] = [
    ['nothing', ' \n', ['connection string'], /is empty; accepted is HostName=/],
    ['double quotes', `"${base}"`, ['connection string'], /has quotes around it/],
    ['single quotes', `'${base}'`, ['connection string'], /has quotes around it/],
    ['typographic quotes', `\u201c${base}\u201d`, ['connection string'], /has quotes around it/],
    ['a lost opening quote', `${base}"`, ['connection string'], /has quotes around it/],
    ['white space before', ` ${base}`, ['connection string'], /begins with white space/],
    ['white space within', base.replace(';', '; '), ['connection string'], /white space/],
    ['two lines', `${base}\n${base}`, ['connection string'], /one line/],
    ['a path', '/etc/cs.txt', ['connection string'], /accepted is HostName=/],
    ['a very long text', `${base};${'x'.repeat(5000)}`, ['connection string'], /longer than/],
    ['no HostName', base.replace(/^[^;]*;/, ''), ['HostName'], /is missing/],
    ['no DeviceId', base.replace(/DeviceId=[^;]*;/, ''), ['DeviceId'], /is missing/],
    ['no key', 'HostName=h;DeviceId=d', ['SharedAccessKey'], /x509=true/],
    ['an empty value', base.replace('gw-02', ''), ['DeviceId'], /DeviceId: is empty/],
    ['an empty key', base.replace(key, ''), ['SharedAccessKey'], /SharedAccessKey: is empty/],
    ['a name that is there twice', `${base};DeviceId=other`, ['DeviceId'], /there twice/],
    ['an unknown name', `${base};Foo=canary`, ['part 4'], /unknown name/],
    ['another case', base.replace('HostName', 'hostname'), ['part 1'], /did you mean HostName\? \(names are case-sensitive\)/],
    ['a mistyped name', base.replace('SharedAccessKey', 'SharedAcessKey'), ['part 3'], /did you mean SharedAccessKey/],
    ['a device id with ;', base.replace('gw-02', 'gw;02'), ['part 3'], /device id with ";"/],
    ['a device id of other characters', base.replace('gw-02', 'gw/02'), ['DeviceId'], /1 to 128/],
    ['a device id that is too long', base.replace('gw-02', 'g'.repeat(129)), ['DeviceId'], /1 to 128/],
    ['a lost ;', base.replace(';SharedAccessKey', ',SharedAccessKey'), ['DeviceId', 'SharedAccessKey'], /the ";" between them is missing/],
    ['a host with a port', base.replace('.net;', '.net:8443;'), ['HostName'], /EDGE_VM_HUB_ENDPOINT.*got "contoso\.azure-devices\.net:8443"/],
    ['a URL as host', base.replace('contoso', 'https://contoso'), ['HostName'], /without scheme/],
    ['an address as host', 'HostName=10.0.0.1;DeviceId=d;x509=true', ['HostName'], /host name/],
    ['a key that is no base64', base.replace(key, 'no*base64*at*all*at*all'), ['SharedAccessKey'], /must be base64/],
    ['a key in URL form', base.replace(key, '-_-_-_-_-_-_-_-_-_-_-_-_'), ['SharedAccessKey'], /not the URL form/],
    ['a short key', base.replace(key, Buffer.alloc(15).toString('base64')), ['SharedAccessKey'], /16 to 64 bytes; it has 15/],
    ['a long key', base.replace(key, Buffer.alloc(65).toString('base64')), ['SharedAccessKey'], /it has 65/],
    ['a key with wrong padding', `${base}=`, ['SharedAccessKey'], /padding/],
    ['a key that is cut off', base.replace(key, key.slice(0, 41)), ['SharedAccessKey'], /the end is missing/],
    ['a key whose last bits are set', base.replace(key, `${key.slice(0, 42)}${key[42] === 'M' ? 'N' : 'M'}=`), ['SharedAccessKey'], /a character was changed/],
    ['both a key and x509', `${base};x509=true`, ['x509'], /must be absent beside SharedAccessKey/],
    ['x509=false', 'HostName=h;DeviceId=d;x509=false', ['x509'], /must be true/],
    ['a hub-level string', `HostName=h;SharedAccessKeyName=iothubowner;SharedAccessKey=${key}`, ['SharedAccessKeyName'], /hub-level/],
    ["a module's string", `${base};ModuleId=m`, ['ModuleId'], /module/],
    ['a token', 'HostName=h;DeviceId=d;SharedAccessSignature=SharedAccessSignature_canary', ['SharedAccessSignature'], /expires/],
  ];
  for (const [what, text, fields, message] of refused) {
    it(`refuses ${what}`, () => {
      const error = refusal(parseConnectionString, text);
      assert.deepEqual([...new Set(error.problems.map(({ field }) => field))], fields);
      assert.match(error.message, message);
    });
  }

  it('reports several problems at once', () => {
    const error = refusal(parseConnectionString, 'HostName=a b'.replace(' ', '_') + ';DeviceId=x/y;SharedAccessKey=c2hvcnQ=');
    assert.deepEqual(error.problems.map(({ field }) => field), ['HostName', 'DeviceId', 'SharedAccessKey']);
  });

  it('hints at what to use instead of a hub-level string', () => {
    assert.match(refusal(parseConnectionString, `HostName=h;SharedAccessKeyName=owner;SharedAccessKey=${key}`).hint!, /EDGE_VM_HUB_CONNECTION_STRING/);
  });

  it('never shows the key, wherever a string is broken', () => {
    const mutation = fc.oneof(
      fc.record({ at: fc.nat(base.length), cut: fc.nat(4), put: fc.string({ maxLength: 4 }) }),
      fc.record({ at: fc.nat(base.length), cut: fc.constant(0), put: fc.constantFrom(';', '=', '"', ':', ' ', '\n', ';;', 'SharedAccessKeyName=x;', 'ModuleId=') }),
    );
    fc.assert(fc.property(fc.array(mutation, { minLength: 1, maxLength: 3 }), (mutations) => {
      const text = mutations.reduce((broken, { at, cut, put }) => broken.slice(0, at) + put + broken.slice(at + cut), base);
      try {
        parseConnectionString(text);
      } catch (error) {
        assert.ok(error instanceof InvalidInputError, String(error));
        const told = JSON.stringify([error.message, error.hint, error.problems, error.details, String(error.cause)]);
        // Any eight characters of the key would be a leak.
        for (let start = 0; start + 8 <= key.length; start += 1) assert.ok(!told.includes(key.slice(start, start + 8)), told);
      }
    }), { numRuns: propertyRuns(4000) });
  });
});

describe('formatConnectionString', () => {
  const host = fc.stringMatching(/^[a-z][a-z0-9]{0,20}(\.[a-z][a-z0-9-]{0,10}[a-z]){0,3}$/);
  const id = fc.string({ unit: fc.constantFrom(..."ABCxyz0189-:.+%_#*?!(),=@;$'".split('')), minLength: 1, maxLength: 128 });
  const anyId = fc.oneof({ weight: 4, arbitrary: id }, { weight: 1, arbitrary: fc.string({ maxLength: 140 }) });
  const identity = fc.record({ hubHostname: host, deviceId: anyId, bytes: fc.option(fc.uint8Array({ minLength: 8, maxLength: 70 })), gateway: fc.option(host) });

  it('is read back as the same identity, or refused with a field', () => {
    let taken = 0;
    fc.assert(fc.property(identity, ({ hubHostname, deviceId, bytes, gateway }) => {
      const common = { hubHostname, deviceId, ...(gateway === null ? {} : { gatewayHostname: gateway }) };
      const given: DeviceIdentity = bytes === null ? { kind: 'x509', ...common } : { kind: 'symmetric-key', ...common, key: new SecretValue(Buffer.from(bytes).toString('base64')) };
      const legal = isDeviceId(deviceId) && !deviceId.includes(';') && (bytes === null || (bytes.length >= 16 && bytes.length <= 64));
      let text: string;
      try {
        text = formatConnectionString(given).reveal();
      } catch (error) {
        assert.ok(error instanceof InvalidInputError && !legal, String(error));
        assert.ok(error.problems.every(({ field }) => ['DeviceId', 'SharedAccessKey'].includes(field)));
        return;
      }
      assert.ok(legal, text);
      assert.deepEqual(plain(parseConnectionString(text)), plain(given));
      taken += 1;
    }), { numRuns: propertyRuns(2500) });
    assert.ok(taken > propertyRuns(2500) / 4, `only ${taken} were legal`);
  });

  it('refuses a host name that is none', () => {
    assert.throws(() => formatConnectionString({ kind: 'x509', hubHostname: 'a;b', deviceId: 'd' }), /HostName: must be/);
  });
});

describe('parseServiceConnectionString', () => {
  const service = `HostName=h.example;SharedAccessKeyName=iothubowner;SharedAccessKey=${key}`;

  it('takes a policy of the hub', () => {
    const { key: secret, ...rest } = parseServiceConnectionString(`${service}\n`);
    assert.deepEqual(rest, { hubHostname: 'h.example', policyName: 'iothubowner' });
    assert.equal(secret.reveal(), key);
  });

  const refused: [string, string, string][] = [
    ["a device's string", base, 'DeviceId'],
    ['no policy', `HostName=h;SharedAccessKey=${key}`, 'SharedAccessKeyName'],
    ['no key', 'HostName=h;SharedAccessKeyName=p', 'SharedAccessKey'],
    ['a policy that is none', service.replace('iothubowner', 'a&b'), 'SharedAccessKeyName'],
    ['a host with a port', service.replace('h.example', 'localhost:443'), 'HostName'],
    ['GatewayHostName', `${service};GatewayHostName=g`, 'GatewayHostName'],
    ['quotes', `'${service}'`, 'connection string'],
  ];
  for (const [what, text, field] of refused) {
    it(`refuses ${what}`, () => {
      const error = refusal(parseServiceConnectionString, text);
      assert.deepEqual(error.problems.map((problem) => problem.field), [field]);
      assert.ok(!error.message.includes(key));
    });
  }
});
