import { annotationKey, anyText, deviceId, hubHostname } from './formats.js';
import { edge } from './edge.js';
import { guest } from './guest.js';
import { identity } from './identity.js';
import { metadata } from './metadata.js';
import { CANNOT_CHANGE, choice, documentOf, integer, list, map, object, text, type CelRule, type Rule } from './node.js';
import { vm } from './vm.js';
import { isMapping } from '../../support/plain.js';

/** `apiVersion` of an EdgeDevice. */
export const API_VERSION = 'edge-vm.io/v1alpha1';

const oneDeviceId: Rule = ({ identity: way, deviceId: id }, report) => {
  if (!isMapping(way) || !isMapping(way['register'])) return;
  const wanted = way['register']['deviceId'];
  if (wanted !== undefined && id !== undefined && wanted !== id) report('identity.register.deviceId', 'must be the same as spec.deviceId, or absent', wanted, 'conflict');
};

const anotherParent: Rule = ({ deviceId: id, edge: own }, report) => {
  const parent = isMapping(own) ? own['parentDeviceId'] : undefined;
  if (parent !== undefined && parent === id) report('edge.parentDeviceId', 'must differ from spec.deviceId: a device is not its own parent', parent, 'conflict');
};

/** The part of both rules that CEL can express. */
const idRules: readonly CelRule[] = [
  { rule: '!has(self.deviceId) || !has(self.identity.register) || !has(self.identity.register.deviceId) || self.deviceId == self.identity.register.deviceId', message: 'must be the same as spec.deviceId, or absent', fieldPath: '.identity.register.deviceId' },
  { rule: '!has(self.deviceId) || !has(self.edge) || !has(self.edge.parentDeviceId) || self.deviceId != self.edge.parentDeviceId', message: 'must differ from spec.deviceId: a device is not its own parent', fieldPath: '.edge.parentDeviceId' },
];

/** The device of an EdgeDevice in a cluster: an absent id or hub is that of the credential, which the status knows; `''` before that. */
const idOf = (one: string): string => `(has(${one}.spec.deviceId) ? ${one}.spec.deviceId : has(${one}.spec.identity.register) ? (has(${one}.spec.identity.register.deviceId) ? ${one}.spec.identity.register.deviceId : ${one}.metadata.name) : ${known('id')})`;
const hubOf = (one: string): string => `(has(${one}.spec.hub) && has(${one}.spec.hub.hostname) ? ${one}.spec.hub.hostname : ${known('hub')}).lowerAscii()`;
const known = (field: string): string => `has(oldSelf.status) && has(oldSelf.status.device) && has(oldSelf.status.device.${field}) ? oldSelf.status.device.${field} : ''`;
const same = (valueOf: (one: string) => string): string => `${valueOf('self')} == '' || ${valueOf('oldSelf')} == '' || ${valueOf('self')} == ${valueOf('oldSelf')}`;

const gateway = object({
  help: 'A Service for downstream devices',
  detail: 'If the field is present, even as `{}`, edge-vm makes a Service with the name of the device. The Service sends traffic to the VM only while the readiness probe succeeds.',
  change: 'at-once', name: 'GatewaySpec',
  fields: {
    type: choice({ help: 'Type of the Service', values: ['ClusterIP', 'NodePort', 'LoadBalancer'], required: true, default: 'ClusterIP', flag: { flags: '--gateway [type]', group: 'Gateway', preset: 'ClusterIP', help: 'Service for downstream devices' }, example: { value: 'LoadBalancer' } }),
    ports: list({
      help: 'Ports of the Service', least: 1, most: 3, unique: true, required: true, default: [8883, 5671, 443],
      of: choice({ help: 'Port', values: [8883, 5671, 443], labels: { 8883: 'MQTT', 5671: 'AMQP', 443: 'HTTPS' } }),
      flag: { flags: '--gateway-port <port>', group: 'Gateway', help: 'Port of the Service' }, example: { value: [8883, 443] },
    }),
    annotations: map({ help: 'Annotations of the Service', keys: annotationKey, values: anyText, example: { value: { 'service.beta.kubernetes.io/azure-load-balancer-internal': 'true' } } }),
  },
});

const spec = object({
  help: 'The device',
  always: true, required: true, name: 'EdgeDeviceSpec',
  rules: [oneDeviceId, anotherParent],
  cel: idRules,
  fields: {
    hub: object({
      help: 'The IoT Hub', change: 'never',
      fields: { hostname: text({ help: 'Host name of the hub', changeRule: 'around', detail: 'If the connection string or `--hub` has it too, they must agree. `render` without a credential needs it.', ...hubHostname, defaultText: 'from the connection string or `--hub`', example: { value: 'contoso.azure-devices.net' } }) },
    }),
    deviceId: text({ help: 'Device id in the hub', detail: 'Upper and lower case differ.', ...deviceId, change: 'never', changeRule: 'around', defaultText: "from the connection string; the object's name with `register`", example: { value: 'GW#01' } }),
    deletionPolicy: choice({
      help: 'What happens to the disks when the device is deleted', detail: '`Retain` keeps them, and a later device of the same name uses them again. The command `delete` has `--keep-disk` and `--delete-disk`, which win over it.',
      values: ['Delete', 'Retain'], name: 'DeletionPolicy', default: 'Delete', change: 'at-once', flag: { flags: '--deletion-policy <policy>', group: 'Machine, more' }, example: { value: 'Delete' },
    }),
    identity, vm, guest, edge, gateway,
    firstBootGeneration: integer({ help: 'A higher number makes the guest run its first boot again on the same disk', detail: 'The VM gets a new firmware UUID, and cloud-init takes that for a new machine. A lower number is refused.', least: 1, most: 1_000_000_000, defaultText: '1', change: 'first-boot', flag: { flags: '--generation <n>', group: 'Machine, more' }, example: { value: 1 } }),
  },
});

/** The whole document. */
export const device = object({
  help: 'An Azure IoT Edge device as a KubeVirt virtual machine: what a device file of edge-vm holds',
  detail: 'Defaults are filled in where a field is absent; edge-vm itself checks more than a schema can say.',
  name: 'EdgeDevice',
  cel: [
    { rule: same(idOf), message: CANNOT_CHANGE, fieldPath: '.spec.deviceId' },
    { rule: same(hubOf), message: CANNOT_CHANGE, fieldPath: '.spec.hub.hostname' },
  ],
  fields: {
    apiVersion: choice({ help: 'Version of this schema', values: [API_VERSION], required: true, default: API_VERSION, change: 'never', example: { value: API_VERSION } }),
    kind: choice({ help: 'Kind', values: ['EdgeDevice'], required: true, default: 'EdgeDevice', change: 'never', example: { value: 'EdgeDevice' } }),
    metadata,
    spec,
    status: documentOf({ help: 'Written by programs; ignored in a file', change: 'at-once' }),
  },
});
