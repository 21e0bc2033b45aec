import { agentImage, certificates, deviceId, duration, edgeCaChain, edgeHostname, envName, hostPort, packageVersion, parentHostname, timeOfDay } from './formats.js';
import { boolean, choice, documentOf, map, object, text, type FlagFacts, type Rule } from './node.js';
import { secretSource } from './secret-source.js';

/** Package versions of the release that is installed unless the person asks for another. */
export const DEFAULT_EDGE_VERSION = '1.6.0-1';
/** Version of the package aziot-identity-service, unless the device names another. */
export const DEFAULT_IDENTITY_SERVICE_VERSION = '1.6.0-1';

const flag = (flags: string): FlagFacts => ({ flags, group: 'IoT Edge' });

/** `major.minor` of a package version. */
function release(value: unknown): string | undefined {
  return typeof value === 'string' ? /^(?:\d+:)?(\d+\.\d+)/.exec(value)?.[1] : undefined;
}

const releases: Rule = ({ version, identityServiceVersion }, report) => {
  const [daemon, service] = [release(version), release(identityServiceVersion)];
  if (daemon !== undefined && service !== undefined && daemon !== service) {
    report('identityServiceVersion', `must be of release ${daemon} like edge.version: aziot-edge depends on one exact version of it`, identityServiceVersion, 'conflict');
  }
};

/** The same in CEL. */
const releaseOf = (field: string): string => `self.${field}.find('[0-9]+[.][0-9]+')`;

const notItsOwnParent: Rule = ({ hostname, parentHostname }, report) => {
  if (typeof hostname === 'string' && typeof parentHostname === 'string' && hostname.toLowerCase() === parentHostname.toLowerCase()) {
    report('parentHostname', 'must differ from hostname: a device is not its own parent', parentHostname, 'conflict');
  }
};

/** config.toml cannot hold null: the writer would drop the key, and another default would apply. */
const noNulls: Rule = (value, report) => {
  // A document may hold itself, which is refused elsewhere.
  const seen = new Set<unknown>();
  const holds = (inner: unknown): boolean => {
    if (inner === null) return true;
    if (typeof inner !== 'object' || seen.has(inner)) return false;
    seen.add(inner);
    return Object.values(inner).some(holds);
  };
  for (const [key, inner] of Object.entries(value)) if (holds(inner)) report(key, 'must hold no null: leave it out');
};

/** `spec.edge`. */
export const edge = object({
  help: 'Azure IoT Edge',
  always: true, required: true, change: 'first-boot', name: 'EdgeSpec',
  rules: [releases, notItsOwnParent],
  cel: [
    { rule: `!has(self.version) || self.version == '${DEFAULT_EDGE_VERSION}' || has(self.identityServiceVersion)`, message: `is missing: give it with each version but ${DEFAULT_EDGE_VERSION}`, fieldPath: '.identityServiceVersion' },
    { rule: `!has(self.version) || !has(self.identityServiceVersion) || ${releaseOf('version')} == ${releaseOf('identityServiceVersion')}`, message: 'must be of the same release as edge.version: aziot-edge depends on one exact version of it', fieldPath: '.identityServiceVersion' },
    { rule: '!has(self.hostname) || !has(self.parentHostname) || self.hostname.lowerAscii() != self.parentHostname.lowerAscii()', message: 'must differ from hostname: a device is not its own parent', fieldPath: '.parentHostname' },
  ],
  schema: { if: { required: ['version'], properties: { version: { not: { const: DEFAULT_EDGE_VERSION } } } }, then: { required: ['identityServiceVersion'] } },
  fields: {
    version: text({ help: 'Exact version of package aziot-edge', ...packageVersion, required: true, default: DEFAULT_EDGE_VERSION, defaultsTogether: true, flag: flag('--edge-version <v>'), example: { value: DEFAULT_EDGE_VERSION } }),
    // The two packages belong together. If a person gives another version, edge-vm cannot know which one fits.
    identityServiceVersion: text({
      help: 'Exact version of package aziot-identity-service', detail: '`aziot-edge` depends on one exact version of it. If you change `version`, give this one too. edge-vm holds both packages.', ...packageVersion,
      required: true, default: DEFAULT_IDENTITY_SERVICE_VERSION, defaultUnless: ([edge]) => edge?.['version'] !== undefined && edge['version'] !== DEFAULT_EDGE_VERSION,
      flag: flag('--identity-service-version <v>'), example: { value: DEFAULT_IDENTITY_SERVICE_VERSION },
    }),
    agentImage: text({ help: 'edgeAgent image of the first start', detail: 'Later the deployment decides. A nested device can get the image through its parent: `$upstream:443/azureiotedge-agent:1.5` (in a shell, in single quotes). The daemon replaces `$upstream` with `parentHostname`.', ...agentImage, defaultText: "the daemon's own", flag: flag('--agent-image <image>'), example: { value: 'registry.example.com/azureiotedge-agent:1.6' } }),
    agentPullPolicy: choice({ help: 'When the daemon pulls the edgeAgent image at the first start', detail: '`never`: the image must already be in the guest. A deployment has its own pull policy.', values: ['on-create', 'never'], defaultText: "the daemon's (on-create)", flag: flag('--agent-pull-policy <when>'), example: { value: 'on-create' } }),
    agentCreateOptions: documentOf({
      help: 'createOptions of edgeAgent\'s container at its first start', detail: 'The same options as in a deployment, but as YAML or JSON, not as a string. Later the deployment decides.', secret: true, whole: true, rules: [noNulls],
      flag: { ...flag('--agent-create-options <file>'), help: 'YAML or JSON file with createOptions of edgeAgent at its first start' }, defaultText: 'none', example: { value: { HostConfig: { LogConfig: { Type: 'local' } } } },
    }),
    agentEnv: map({
      help: 'Environment of edgeAgent at its first start', detail: 'E.g. `UpstreamProtocol: MqttWs`, `RuntimeLogLevel: debug`. Behind a proxy, edge-vm sets `https_proxy`, `no_proxy` and `UpstreamProtocol: AmqpWs`. Your values here win.',
      keys: envName, values: { expect: 'must be text of at most 4096 characters without line breaks', pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029]*$', maxLength: 4096 }, secret: true,
      flag: { ...flag('--agent-env <name=value>'), syntax: 'entries' }, example: { value: { UpstreamProtocol: 'MqttWs', RuntimeLogLevel: 'debug' } },
    }),
    registry: object({
      help: 'Login to the registry of that image', detail: 'If your own authority issued its certificate, add it to `spec.guest.caCertificates`.',
      fields: {
        server: text({ help: 'Registry: HOST[:PORT], without https://', ...hostPort, required: true, flag: flag('--registry-server <host>'), example: { value: 'registry.example.com' } }),
        username: text({ help: 'User of the registry', expect: 'must be a user name of 1 to 256 characters', minLength: 1, maxLength: 256, pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029]*$', required: true, flag: flag('--registry-username <name>'), example: { value: 'edge' } }),
        password: secretSource({ help: 'Password of that user', detail: 'edge-vm writes it into the cloud-init Secret.', required: true, flag: { ...flag('--registry-password-file <file>'), help: 'File with the password' }, example: 'registry-password' }),
      },
    }),
    hostname: text({ help: 'Host name of the device: in the edge CA, and for downstream devices', detail: 'At most 64 characters. It begins with a letter.', ...edgeHostname, defaultText: "the object's name", flag: flag('--edge-hostname <name>'), example: { value: 'gw-01.north.example.com' } }),
    parentHostname: text({ help: 'Host name of the parent device (nested edge)', detail: 'The device reaches the hub and registries through its parent. The hub must know the parent too: see `parentDeviceId`.', ...parentHostname, defaultText: '`GatewayHostName` of the connection string', flag: flag('--parent-hostname <name>'), example: { value: 'gw-00.north.example.com' } }),
    parentDeviceId: text({ help: 'Device id of the parent in the hub (nested edge)', detail: '`register` sets the parent in the hub. If somebody else made the device, run `az iot hub device-identity parent set`.', ...deviceId, change: 'at-once', defaultText: 'no parent', flag: flag('--parent-device <id>'), example: { value: 'gw-00' } }),
    trustBundle: text({ help: 'Root certificates that the runtime trusts: PEM file, or PEM', ...certificates, secret: true, file: { kind: 'or-text' }, flag: { ...flag('--trust-bundle <file>'), help: 'PEM file that the runtime trusts' }, example: { value: 'files/site-ca.pem' } }),
    edgeCa: object({
      help: 'Your own edge CA', defaultText: 'one that the runtime makes, for 90 days',
      fields: {
        certificate: text({ help: 'Certificate chain: PEM file, or PEM', detail: 'The edge CA comes first. The issuer of each certificate follows it.', ...edgeCaChain, secret: true, required: true, file: { kind: 'or-text' }, flag: { ...flag('--edge-ca-cert <file>'), help: 'Certificate chain of your own edge CA' }, example: { value: 'files/edge-ca.pem' } }),
        key: secretSource({ help: 'Private key of the certificate', detail: 'edge-vm writes it into the cloud-init Secret.', required: true, flag: { ...flag('--edge-ca-key <file>'), help: 'Private key of that certificate' }, example: 'edge-ca-key' }),
      },
    }),
    imageGarbageCollection: object({
      help: "The daemon's clean-up of unused images", always: true,
      fields: {
        enabled: boolean({ help: 'Whether it runs', required: true, default: true, example: { value: true } }),
        cleanupTimeUtc: text({ help: 'Time of day, HH:MM', ...timeOfDay, default: '00:00', example: { value: '02:30' } }),
        imageAgeCleanupThreshold: text({ help: 'The daemon removes images that were unused for this time', ...duration, default: '7d', example: { value: '7d' } }),
        // The daemon takes whole days only: https://learn.microsoft.com/azure/iot-edge/production-checklist
        cleanupRecurrence: text({ help: 'How often it runs, in whole days', expect: 'must be whole days such as 1d', pattern: '^[1-9][0-9]{0,3}d$', default: '1d', example: { value: '1d' } }),
      },
    }),
    autoReprovisioningMode: choice({ help: 'When the daemon provisions the device again', values: ['Dynamic', 'AlwaysOnStartup', 'OnErrorOnly'], defaultText: "the daemon's (Dynamic)", example: { value: 'Dynamic' } }),
  },
});
