import assert from 'node:assert/strict';
import fc from 'fast-check';
import { deviceName, firmwareUuid, isDeviceName, namespaceName, RESERVED_NAMES } from '../../../src/spec/names.js';
import { propertyRuns } from '../../helpers/property-runs.js';

const idAlphabet = "ABCXYZabcxyz0189-:.+%_#*?!(),=@;$'".split('');
const deviceId = fc.oneof(
  fc.string({ unit: fc.constantFrom(...idAlphabet), minLength: 1, maxLength: 128 }),
  fc.stringMatching(/^[a-z][-a-z0-9]{0,60}$/),
  fc.stringMatching(/^[a-cA-C]-?[abAB]$/),
);
const hub = fc.oneof(
  fc.stringMatching(/^[a-b](-?[a-b]){0,2}\.azure-devices\.(net|cn)$/),
  fc.stringMatching(/^[a-z][a-z0-9-]{0,48}[a-z]\.example\.[a-z]{2}$/),
);

describe('deviceName', () => {
  for (const id of ['gw-02', 'a', 'a1', 'a'.repeat(52)]) it(`keeps the legal name ${id}`, () => assert.equal(deviceName(id), id));

  const changed: [string, RegExp][] = [
    ['GW-02', /^gw-02-[0-9a-f]{20}$/],
    ['gw_02', /^gw-02-[0-9a-f]{20}$/],
    ['02', /^d-02-[0-9a-f]{20}$/],
    ['gw-', /^gw-[0-9a-f]{20}$/],
    ['$$$', /^d-[0-9a-f]{20}$/],
    ['a'.repeat(53), /^a{31}-[0-9a-f]{20}$/],
    [`a-${'0'.repeat(20)}`, /^a-0{20}-[0-9a-f]{20}$/],
    ['localhost', /^localhost-[0-9a-f]{20}$/],
  ];
  for (const [id, name] of changed) it(`makes a slug and a hash of ${id.slice(0, 40)}`, () => assert.match(deviceName(id), name));

  it('is fixed for ever', () => {
    assert.equal(deviceName('GW-02'), 'gw-02-81e47f92d3a2a85f7f26');
  });

  it('gives a legal name to every device id, and no two the same', () => {
    const seen = new Map<string, string>();
    fc.assert(fc.property(deviceId, (id) => {
      const name = deviceName(id);
      assert.ok(isDeviceName(name), name);
      assert.ok(!RESERVED_NAMES.has(name));
      assert.equal(seen.get(name) ?? id, id);
      seen.set(name, id);
    }), { numRuns: propertyRuns(4000) });
  });

  it('gives the hashed name of one id to no other id that is legal', () => {
    fc.assert(fc.property(deviceId, (id) => {
      const name = deviceName(id);
      if (name !== id) assert.notEqual(deviceName(name), name);
    }), { numRuns: propertyRuns(500) });
  });
});

describe('namespaceName', () => {
  it('is written plainly where it can be read in one way', () => {
    assert.equal(namespaceName('contoso.azure-devices.net', 'gw-02'), 'msiot-contoso-gw-02');
    assert.equal(namespaceName('Contoso.Azure-Devices.net', 'gw-02'), 'msiot-contoso-gw-02');
  });

  const pairs: [string, [string, string], [string, string]][] = [
    ['a hyphen in the hub', ['a-b.azure-devices.net', 'c'], ['a.azure-devices.net', 'b-c']],
    ['another cloud', ['a.azure-devices.net', 'c'], ['a.azure-devices.cn', 'c']],
    ['upper case in the device id', ['a.azure-devices.net', 'C'], ['a.azure-devices.net', 'c']],
  ];
  for (const [what, one, other] of pairs) it(`differs by ${what}`, () => assert.notEqual(namespaceName(...one), namespaceName(...other)));

  it('is legal and of one hub and device only', () => {
    const seen = new Map<string, string>();
    fc.assert(fc.property(hub, deviceId, (host, id) => {
      const name = namespaceName(host, id);
      assert.match(name, /^msiot-[a-z0-9]([-a-z0-9]*[a-z0-9])?$/);
      assert.ok(name.length <= 63, `${name.length}`);
      const whose = JSON.stringify([host, id]);
      assert.equal(seen.get(name) ?? whose, whose);
      seen.set(name, whose);
    }), { numRuns: propertyRuns(4000) });
  });
});

describe('firmwareUuid', () => {
  it('is a UUID of version 5 that never changes', () => {
    const uuid = firmwareUuid('contoso.azure-devices.net', 'gw-02');
    assert.match(uuid, /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.equal(uuid, '459d1156-bb1f-54ff-8f62-c16a0e457983');
    assert.equal(uuid, firmwareUuid('CONTOSO.azure-devices.net', 'gw-02', 1));
  });

  it('differs by hub, device and generation', () => {
    const all = [firmwareUuid('a', 'b'), firmwareUuid('a', 'B'), firmwareUuid('ab', ''), firmwareUuid('a', 'b', 2), firmwareUuid('c', 'b')];
    assert.equal(new Set(all).size, all.length);
  });
});
