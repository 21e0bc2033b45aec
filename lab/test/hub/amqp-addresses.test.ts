import assert from 'node:assert/strict';
import { parseLinkAddress } from '../../src/hub/amqp/addresses.js';

describe('lab hub, AMQP addresses', () => {
  const known: [string, boolean, string, string | undefined, string][] = [
    ['/devices/d/messages/events', true, 'd', undefined, 'telemetry'],
    ['devices/d/messages/events/', true, 'd', undefined, 'telemetry'],
    ['amqps://hub.test:5671/devices/d/messages/events', true, 'd', undefined, 'telemetry'],
    ['AMQPS://hub.test/devices/a%2Bb%25/twin', true, 'a+b%', undefined, 'twin'],
    ['/devices/d/modules/%24edgeAgent/twin', false, 'd', '$edgeAgent', 'twin'],
    ['/devices/d/modules/$edgeAgent/methods/deviceBound', false, 'd', '$edgeAgent', 'methods'],
    ['/devices/d/messages/deviceBound', false, 'd', undefined, 'devicebound'],
    ['/devices/d/modules/m/messages/events', false, 'd', 'm', 'inputs'],
    ['/devices/modules/messages/events', true, 'modules', undefined, 'telemetry'],
    ['/devices/%zz/twin', true, '%zz', undefined, 'twin'],
  ];
  for (const [address, toHub, deviceId, moduleId, kind] of known) {
    it(`reads ${address} ${toHub ? 'to' : 'from'} the hub`, () => assert.deepEqual(parseLinkAddress(address, toHub), { deviceId, moduleId, kind }));
  }
  for (const [address, toHub] of [
    ['/devices/d/messages/events', false], ['/devices/d/messages/devicebound', true], ['/devices//twin', true], ['/devices/d/modules//twin', true],
    ['/devices/d', true], ['', true], ['$cbs', true], ['/device/d/twin', true], ['/devices/d/twin/more', true],
  ] as const) {
    it(`does not know '${address}' ${toHub ? 'to' : 'from'} the hub`, () => assert.equal(parseLinkAddress(address, toHub), undefined));
  }
});
