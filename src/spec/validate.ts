import type { Problem } from '../support/errors.js';
import { InvalidInputError } from '../support/errors.js';
import { API_VERSION } from './types.js';
import type { EdgeDevice } from './types.js';
import type { Check } from './validate/engine.js';
import { andThen, at, object, oneOf, required, text, wrong } from './validate/engine.js';
import { isMapping } from '../support/plain.js';
import { edge, gateway, generation } from './validate/edge.js';
import { guest } from './validate/guest.js';
import { deviceIdRule, identity } from './validate/identity.js';
import { metadata } from './validate/metadata.js';
import { plainMapping } from './validate/plain-data.js';
import { vm } from './validate/vm.js';
import { isHostname } from './formats/names.js';

const specFields = object({
  hub: object({
    hostname: text({ expect: 'must be the host name of an IoT Hub, without scheme and port', test: isHostname }),
  }),
  deviceId: text(deviceIdRule),
  identity: required(identity),
  vm: required(vm),
  guest: required(guest),
  edge: required(edge),
  gateway,
  generation,
});

const spec: Check = andThen(specFields, (value, field, report) => {
  if (!isMapping(value) || !isMapping(value['identity']) || !isMapping(value['identity']['register'])) return;
  const wanted = value['identity']['register']['deviceId'];
  if (wanted !== undefined && value['deviceId'] !== undefined && wanted !== value['deviceId']) {
    report(wrong(`${at(field, 'identity')}.register.deviceId`, 'must be the same as spec.deviceId, or absent', wanted));
  }
});

const device = object({
  apiVersion: required(oneOf([API_VERSION])),
  kind: required(oneOf(['EdgeDevice'])),
  metadata: required(metadata),
  spec: required(spec),
  status: plainMapping,
});

/**
 * Everything wrong with a device whose defaults are filled in and whose side files are loaded; empty when it is
 * good. Takes any value: what it lets pass has the shape of `EdgeDevice`. No problem shows a secret.
 */
export function validateDevice(value: unknown): Problem[] {
  const problems: Problem[] = [];
  device(value, '', (problem) => problems.push(problem));
  return problems;
}

/** Throws `InvalidInputError` with every problem at once (exit code 2). */
export function assertValid(value: unknown): asserts value is EdgeDevice {
  const problems = validateDevice(value);
  if (problems.length > 0) throw new InvalidInputError(problems);
}
