import assert from 'node:assert/strict';
import { maySubscribe, parsePublish, type Owner } from '../../src/hub/mqtt/topics.js';

const device: Owner = { deviceId: 'd' };
const module: Owner = { deviceId: 'd', moduleId: '$edgeAgent' };

describe('lab hub, topics', () => {
  const published: [string, Owner, object | undefined][] = [
    ['$iothub/twin/GET/?$rid=1', device, { kind: 'twin-get', rid: '1' }],
    ['$iothub/twin/PATCH/properties/reported/?$rid=a-b', module, { kind: 'twin-patch', rid: 'a-b' }],
    ['$iothub/methods/res/200/?$rid=7', module, { kind: 'method-response', rid: '7', status: 200 }],
    ['$iothub/methods/res/-1/?$rid=7', device, { kind: 'method-response', rid: '7', status: -1 }],
    ['devices/d/messages/events', device, { kind: 'telemetry', properties: {} }],
    ['devices/d/messages/events/a=1&b%20c=d%2Fe&f', device, { kind: 'telemetry', properties: { a: '1', 'b c': 'd/e', f: '' } }],
    ['devices/d/modules/$edgeAgent/messages/events/%24.on=out/', module, { kind: 'telemetry', properties: { '$.on': 'out' } }],
    ['devices/d/messages/events/', module, undefined],
    ['devices/d/messages/eventsx', device, undefined],
    ['devices/d/modules/$edgeAgent/messages/events/', device, undefined],
    ['$iothub/twin/GET/?rid=1', device, undefined],
    ['$iothub/twin/GET/?$rid=', device, undefined],
    ['$iothub/twin/PUT/properties/reported/?$rid=1', device, undefined],
  ];
  for (const [topic, owner, expected] of published) {
    it(`reads ${topic} of a ${owner.moduleId === undefined ? 'device' : 'module'}`, () => {
      assert.deepEqual(parsePublish(topic, owner), expected);
    });
  }

  const subscribed: [string, Owner, boolean][] = [
    ['$iothub/methods/POST/#', module, true],
    ['devices/d/messages/devicebound/#', device, true],
    ['devices/d/modules/$edgeAgent/inputs/#', module, true],
    ['devices/d/messages/devicebound/#', module, false],
    ['devices/e/messages/devicebound/#', device, false],
    ['$iothub/#', device, false],
  ];
  for (const [topic, owner, expected] of subscribed) {
    it(`${expected ? 'takes' : 'refuses'} a subscription to ${topic}`, () => {
      assert.equal(maySubscribe(topic, owner), expected);
    });
  }
});
