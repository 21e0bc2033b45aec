import type { Check } from './engine.js';
import { at, bool, list, integer, object, oneOf, required, text, wrong } from './engine.js';
import { isMapping } from '../../support/plain.js';
import { annotations, certificates, secretSource } from './common.js';
import { packageVersion } from './guest.js';
import { isAddress, isDeviceHostname, isHostname, isHostPort } from '../formats/names.js';
import { isDuration, isTimeOfDay } from '../formats/text.js';
import { isImageReference } from '../formats/urls.js';

const duration = text({ expect: 'must be a duration such as 12h or 7d', test: isDuration });

const fields = object({
  version: required(packageVersion),
  identityServiceVersion: required(packageVersion),
  agentImage: text({ expect: 'must be an image such as mcr.microsoft.com/azureiotedge-agent:1.5', test: isImageReference }),
  registry: object({
    server: required(text({ expect: 'must be HOST[:PORT] of a registry, without https://', test: isHostPort })),
    username: required(text({ expect: 'must be a user name of 1 to 256 characters', test: (value) => value !== '' && value.length <= 256 })),
    password: required(secretSource),
  }),
  hostname: text({ expect: 'must be a host name of at most 64 characters that begins with a letter', test: isDeviceHostname }),
  parentHostname: text({ expect: 'must be the host name or address of the parent device', test: (value) => isHostname(value) || isAddress(value) }),
  trustBundle: certificates,
  edgeCa: object({ certificate: required(certificates), key: required(secretSource) }),
  imageGarbageCollection: object({
    enabled: required(bool),
    cleanupTimeUtc: text({ expect: 'must be a time of day, HH:MM', test: isTimeOfDay }),
    imageAgeCleanupThreshold: duration,
    // The daemon takes whole days only: https://learn.microsoft.com/azure/iot-edge/production-checklist
    cleanupRecurrence: text({ expect: 'must be whole days such as 1d', test: (value) => /^[1-9]\d{0,3}d$/.test(value) }),
  }),
  autoReprovisioningMode: oneOf(['Dynamic', 'AlwaysOnStartup', 'OnErrorOnly']),
});

/** `major.minor` of a package version. */
function release(value: unknown): string | undefined {
  return typeof value === 'string' ? /^(?:\d+:)?(\d+\.\d+)/.exec(value)?.[1] : undefined;
}

/** `spec.edge`. */
export const edge: Check = (value, field, report) => {
  fields(value, field, report);
  if (!isMapping(value)) return;
  const [daemon, service] = [release(value['version']), release(value['identityServiceVersion'])];
  if (daemon !== undefined && service !== undefined && daemon !== service) {
    report(wrong(at(field, 'identityServiceVersion'), `must be of release ${daemon} like edge.version: aziot-edge depends on one exact version of it`, value['identityServiceVersion']));
  }
  const { hostname, parentHostname } = value;
  if (typeof hostname === 'string' && typeof parentHostname === 'string' && hostname.toLowerCase() === parentHostname.toLowerCase()) {
    report(wrong(at(field, 'parentHostname'), 'must differ from hostname: a device is not its own parent', parentHostname));
  }
};

const port: Check = (value, field, report) => {
  if (value !== 8883 && value !== 5671 && value !== 443) report(wrong(field, 'must be one of 8883 (MQTT), 5671 (AMQP), 443 (HTTPS)', value));
};

/** `spec.gateway`. */
export const gateway = object({
  type: required(oneOf(['ClusterIP', 'NodePort', 'LoadBalancer'])),
  ports: required(list(port, { least: 1, most: 3, unique: true })),
  annotations,
});

/** `spec.generation`. */
export const generation = integer(1, 1_000_000_000);
