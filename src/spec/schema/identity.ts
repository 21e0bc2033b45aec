import { deviceId, shortText, tagName } from './formats.js';
import { map, object, text } from './node.js';
import { secretSource } from './secret-source.js';

export const identity = object({
  help: 'Identity of the device: exactly one of the fields below',
  always: true, required: true, change: 'at-once', whole: true, name: 'IdentitySpec',
  exactlyOne: ['connectionString', 'register'],
  fields: {
    register: object({
      help: 'Create the device in the hub as edge-enabled, or adopt an existing one, and use its primary key',
      detail: 'Needs a service credential of the hub with `RegistryWrite`. `register:` with nothing after it means `register: {}`.',
      bare: true,
      fields: {
        deviceId: text({ help: 'Device id in the hub', ...deviceId, change: 'never', changeRule: 'around', defaultText: "`spec.deviceId`, else the object's name", example: { value: 'GW#01' } }),
        tags: map({ help: 'Twin tags of the device', detail: 'A tag that you remove here is removed in the hub. Other tags in the hub stay. edge-vm does not watch tags: what somebody changes in the hub stays until the next change here.', keys: tagName, values: shortText, example: { value: { site: 'north' } } }),
      },
    }),
    connectionString: {
      ...secretSource({ help: 'A device connection string', detail: "edge-vm refuses a service connection string. The key of a Secret is its only key, or `connection-string`, `connectionString`, `connectionstring`.", example: 'gw-01-key' }),
      example: { value: undefined, off: true },
    },
  },
});
