import { looksSecret } from '../support/shown.js';
import type { EdgeDevice } from '../spec/types.js';
import type { DeviceIdentity } from '../identity/types.js';
import { deviceWarnings } from '../spec/warnings.js';

/** One warning, and its condition. */
interface Rule {
  when: (spec: EdgeDevice['spec']) => boolean;
  say: string;
}

/** Warnings about the rendered objects; `src/spec/warnings.ts` has those about the guest's packages and disks. */
const rules: readonly Rule[] = [
  {
    when: ({ gateway, vm }) => gateway !== undefined && vm.readinessProbe === 'none',
    say: 'spec.gateway: without a readiness probe, the Service sends traffic to the machine before the edge runtime runs',
  },
  {
    when: ({ gateway }) => gateway?.type === 'LoadBalancer',
    say: 'spec.gateway.type: on most clouds LoadBalancer opens the gateway to the Internet unless an annotation makes it internal',
  },
  {
    when: ({ gateway, edge }) => gateway !== undefined && edge.edgeCa === undefined,
    say: 'spec.edge.edgeCa: without it, the runtime makes its own CA for 90 days, and downstream devices do not know it',
  },
  {
    when: ({ edge }) => edge.parentHostname !== undefined && edge.trustBundle === undefined,
    say: "spec.edge.trustBundle: without it, a public CA must have issued the parent's certificate",
  },
];

/** Warnings of a spec that is valid, in a fixed order. */
export function warnings(device: EdgeDevice, identity: Pick<DeviceIdentity, 'deviceId'>): string[] {
  return [
    ...deviceWarnings(device),
    ...rules.filter((rule) => rule.when(device.spec)).map((rule) => rule.say),
    ...hostnameWarnings(device),
    ...deviceIdWarnings(identity.deviceId),
  ];
}

/** `iotedge check` (`hostname`): the name in config.toml must be the machine's name, or begin with it and a dot. Upper and lower case do not matter. */
function hostnameWarnings({ metadata, spec }: EdgeDevice): string[] {
  const { hostname } = spec.edge;
  const machine = metadata.name.toLowerCase();
  if (hostname === undefined || hostname.toLowerCase() === machine || hostname.toLowerCase().startsWith(`${machine}.`)) return [];
  return [`spec.edge.hostname: the name of the guest is ${machine}, and \`iotedge check\` (hostname) accepts only ${machine} and names that begin with ${machine} and a dot; give ${machine}.example.com or the like, or give the device the first part of the name`];
}

/** Ids that the hub allows, but aziot-identityd sends wrongly. */
function deviceIdWarnings(deviceId: string): string[] {
  if (deviceId.includes('%')) return [`device id${named(deviceId)}: the identity service of IoT Edge sends the % unchanged, so the hub may read it as an escape and refuse the device; use an id without %`];
  if (/^\.\.?$/.test(deviceId)) return [`device id${named(deviceId)}: the identity service of IoT Edge leaves such an id out of its requests, and the hub refuses them; use another id`];
  return [];
}

const named = (deviceId: string): string => (looksSecret(deviceId) ? '' : ` ${deviceId}`);
