import { CANNOT_CHANGE, choice, documentOf, integer, list, map, object, text, type CelRule, type ObjectNode } from './node.js';
import { conditions, counted, modules, said } from './device-status.js';
import { hubHostname, labelKey, labelValue, objectName } from './formats.js';

const automatic = (one: string): string => `(has(${one}.apply) && ${one}.apply == 'Automatic')`;
const only = (field: string, when: string): CelRule => ({ rule: `!has(self.${field}) || ${automatic('self')}`, message: `must be absent ${when}`, fieldPath: `.${field}` });
const notAutomatic = 'unless apply is Automatic';

const rules: readonly CelRule[] = [
  { rule: '!has(self.apply) || has(self.modulesContent)', message: 'must be absent with source: then the hub decides', fieldPath: '.apply' },
  { rule: `!${automatic('self')} || has(self.targetCondition)`, message: 'is missing: an automatic deployment needs it', fieldPath: '.targetCondition' },
  only('targetCondition', notAutomatic), only('priority', notAutomatic), only('hub', notAutomatic),
  ...['selector', 'devices'].map((field) => ({ rule: `!has(self.${field}) || !${automatic('self')}`, message: 'must be absent with apply: Automatic, where targetCondition selects the devices', fieldPath: `.${field}` })),
  { rule: `${automatic('self')} || has(self.selector) != has(self.devices)`, message: 'must have exactly one of selector, devices' },
  // A deployment that stops being automatic would leave its configuration in the hub.
  { rule: `${automatic('self')} == ${automatic('oldSelf')}`, message: `${CANNOT_CHANGE.replace('EdgeDevice', 'EdgeDeployment')} (to or from Automatic)`, fieldPath: '.apply' },
];

const selector = object({
  help: 'EdgeDevices of the same namespace by their labels', detail: 'As in Kubernetes: both parts must fit; without any part, all EdgeDevices of the namespace.', whole: true,
  fields: {
    matchLabels: map({ help: 'Labels that an EdgeDevice must have', keys: labelKey, values: labelValue }),
    matchExpressions: list({
      help: 'Conditions that its labels must meet', most: 20,
      of: object({
        help: 'One condition',
        cel: [{ rule: "(self.operator in ['In', 'NotIn']) == (has(self.values) && self.values.size() > 0)", message: 'must have at least one entry with In and NotIn, and none with Exists and DoesNotExist', fieldPath: '.values' }],
        fields: {
          key: text({ help: 'Key of the label', ...labelKey, required: true }),
          operator: choice({ help: 'How the value is compared', values: ['In', 'NotIn', 'Exists', 'DoesNotExist'], required: true }),
          values: list({ help: 'Values', most: 50, of: text({ help: 'Value', ...labelValue }) }),
        },
      }),
    }),
  },
});

/** `spec` of an EdgeDeployment. */
export const deploymentSpec: ObjectNode = object({
  help: 'What the devices run', required: true, exactlyOne: ['modulesContent', 'source'], cel: rules,
  fields: {
    modulesContent: documentOf({
      help: 'A deployment manifest: here it is decided what the devices run', detail: 'As in IoT Hub: `$edgeAgent`, `$edgeHub` and the twins of modules, each with `properties.desired`. `createOptions` may be a mapping, and a registry may have `passwordSecretRef` in place of `password`. The operator puts changes in the hub back.',
      secret: true, whole: true,
    }),
    source: choice({ help: 'Hub: the hub decides, and the operator only shows what it wants and what the devices report', values: ['Hub'] }),
    apply: choice({
      help: 'How the manifest gets to the devices', detail: '`PerDevice`: the operator applies it to each device. `Automatic`: as an automatic deployment of IoT Hub, which applies it to every device that fits `targetCondition`. To change between the two, delete the EdgeDeployment and create it again.',
      values: ['PerDevice', 'Automatic'], defaultText: 'PerDevice',
    }),
    targetCondition: text({ help: "Which devices of the hub, in the words of IoT Hub: tags.site='north'", detail: 'With `Automatic` only.', expect: 'must be a target condition of IoT Hub', minLength: 1, maxLength: 4096 }),
    priority: integer({ help: 'The automatic deployment with the highest number wins', detail: 'With `Automatic` only.', least: 0, most: 2 ** 31 - 1, defaultText: '0' }),
    hub: object({
      help: 'The hub of an automatic deployment', detail: 'With `Automatic` only, and only if the operator has credentials for more than one hub.',
      fields: { hostname: text({ help: 'Host name of the hub', ...hubHostname, required: true }) },
    }),
    selector,
    devices: list({
      help: 'Names of EdgeDevices of the same namespace', least: 1, most: 1000, unique: true, unordered: true,
      of: text({ help: 'Name', ...objectName }),
    }),
  },
});

/** `status` of an EdgeDeployment, which the operator writes. */
export const deploymentStatus: ObjectNode = object({
  help: 'What the devices report; the operator writes it',
  fields: {
    observedGeneration: counted('The metadata.generation that the operator saw last'),
    appliedGeneration: counted('The last metadata.generation that the hub had for a device; not with Automatic'),
    summary: said('For the table of kubectl get: 9 of 10 devices'),
    configuration: object({ help: 'The automatic deployment in the hub', fields: { id: said('Its id'), etag: said('Its version in the hub'), hub: said('Host name of the hub') } }),
    devices: list({
      help: 'Devices that do not run it yet first; 100 at most',
      of: object({
        help: 'One device',
        fields: {
          name: text({ help: 'Name of the EdgeDevice', expect: 'must be text', required: true }), deviceId: said('Device id in the hub'),
          desiredVersion: counted('Version of the deployment that the hub wants'), reportedVersion: counted('Version of the deployment that the device reports'),
          code: integer({ help: 'Code that the device reports for it', least: 0, most: 999 }), description: said('Description beside the code'),
          applied: { type: 'boolean', help: 'Whether the hub has the manifest for this device' },
          message: said('Why the device does not run it yet'),
          modules,
        },
      }),
    }),
    counts: object({
      help: 'Numbers of devices',
      fields: { selected: counted('Selected'), applied: counted('With the manifest in the hub'), reported: counted('That report it'), failing: counted('That report a failure') },
    }),
    conditions,
  },
});
