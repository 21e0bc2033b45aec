import type { Check } from './engine.js';
import { isMapping } from '../../support/plain.js';
import { mapOf, object, text } from './engine.js';
import { secretSource } from './common.js';
import { isDeviceId } from '../formats/names.js';

export const deviceIdRule = {
  expect: "must be a device id: 1 to 128 of letters, digits and - : . + % _ # * ? ! ( ) , = @ ; $ '",
  test: isDeviceId,
};

/** Tags are twin properties: https://learn.microsoft.com/azure/iot-hub/iot-hub-devguide-device-twins#tags-and-properties-format */
const tags = mapOf(
  { expect: 'must be the name of a twin tag: 1 to 1024 bytes without control characters, ".", "$" and space', test: (key) => Buffer.byteLength(key) <= 1024 && /^[^\u0000-\u001f\u007f-\u009f.$ ]+$/.test(key) },
  text({ expect: 'must be text of at most 4096 bytes', test: (value) => Buffer.byteLength(value) <= 4096 }),
);

const fields = object({
  connectionString: secretSource,
  register: object({ deviceId: text(deviceIdRule), tags }),
});

/** `spec.identity`: exactly one way. */
export const identity: Check = (value, field, report) => {
  fields(value, field, report);
  if (!isMapping(value)) return;
  const ways = ['connectionString', 'register'].filter((key) => value[key] !== undefined);
  if (ways.length !== 1) report({ field, message: `must have exactly one of connectionString, register; it has ${ways.length === 0 ? 'none' : 'both'}` });
};
