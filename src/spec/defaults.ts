import { dropNulls } from './plain.js';
import { deviceName } from './names.js';
import { device } from './schema/device.js';
import type { Around, Node, ObjectNode } from './schema/node.js';
import type { EdgeDevice, EdgeDeviceInput } from './types.js';
import { record, type Mapping } from '../support/plain.js';

/**
 * Fills in the declared defaults in a new object. The input does not change, and a second run changes nothing. The input
 * may be wrong: values of a wrong type stay, for `validateDevice`, which must follow. A field with `null` counts as
 * absent, as in Kubernetes; `identity.register:` with nothing after it means "register".
 */
export function withDefaults(input: EdgeDeviceInput): EdgeDevice {
  const given = withNames(record(dropNulls(input)) ?? {});
  // It has this type only after the validation; the signature is for good input.
  return fill(device, given, []) as EdgeDevice;
}

/** `--register` without a device id registers the object's own name. An object without a name gets the name of its device. */
function withNames(input: Mapping): Mapping {
  const spec = record(input['spec'] ?? {});
  if (spec === undefined) return input;
  const metadata = record(input['metadata'] ?? {});
  const register = record(record(spec['identity'])?.['register']);
  const deviceId = spec['deviceId'] ?? (register === undefined ? undefined : (register['deviceId'] ?? metadata?.['name']));
  return {
    ...input,
    ...(metadata === undefined || metadata['name'] !== undefined || typeof deviceId !== 'string' ? {} : { metadata: { name: deviceName(deviceId), ...metadata } }),
    ...(deviceId === undefined ? {} : { spec: { ...spec, deviceId } }),
  };
}

/** A value with the defaults below it. A value of another shape stays, and the validation refuses it. */
function fill(node: Node, value: unknown, around: Around): unknown {
  if (node.type === 'list' && Array.isArray(value)) return value.map((entry) => fill(node.of, entry, around));
  const given = node.type === 'object' ? record(value) : undefined;
  return given === undefined ? value : fillObject(node as ObjectNode, given, around);
}

function fillObject(node: ObjectNode, given: Mapping, around: Around): Mapping {
  const filled: Mapping = {};
  const inner = [given, ...around];
  for (const [key, child] of Object.entries(node.fields)) {
    const value = Object.hasOwn(given, key) ? given[key] : defaultOf(child, inner);
    if (value !== undefined) filled[key] = fill(child, value, inner);
  }
  // Unknown fields stay, and the validation refuses them.
  for (const key of Object.keys(given)) if (!Object.hasOwn(node.fields, key)) Object.defineProperty(filled, key, { value: given[key], enumerable: true });
  return filled;
}

/** The default of an absent field; `undefined` if there is none. */
export function defaultOf(node: Node, around: Around): unknown {
  if (node.defaultUnless?.(around) === true) return undefined;
  return node.type === 'object' && node.always === true ? {} : structuredClone(node.default);
}
