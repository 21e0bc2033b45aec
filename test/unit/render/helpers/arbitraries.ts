import fc from 'fast-check';
import type { Arbitrary } from 'fast-check';
import { TEMPLATES } from '../../../../src/spec/guest-systems.js';
import { ASSETS } from '../../../../src/render/assets.generated.js';
import { CERTIFICATE, APT_KEY, EDGE_CA, SSH_KEY } from './device.js';

/** What people and attackers put into fields that want something else. */
const hostile = fc.oneof(
  fc.constantFrom('', ' ', '-', '../..', 'a b', '$(id)', '`id`', "'; reboot; '", '"', '\\', '#cloud-config', '{{ x }}', '%s', 'a\nb: c', '\u0000', '\u2028', '\t', '-----BEGIN PRIVATE KEY-----', 'no', '0644', '1e3', 'ñ', '${HOME}', 'a'.repeat(300)),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(null, true, 0, -1, 1.5, Number.NaN, 1e21, [], {}, [[]], { a: 1 }),
);

/** A field that is absent, good, or (seldom) hostile. */
function field(good: Arbitrary<unknown>): Arbitrary<unknown> {
  return fc.oneof({ weight: 120, arbitrary: fc.constant(undefined) }, { weight: 120, arbitrary: good }, { weight: 1, arbitrary: hostile });
}

function fields(model: Record<string, Arbitrary<unknown>>): Arbitrary<Record<string, unknown>> {
  return fc.record(Object.fromEntries(Object.entries(model).map(([key, good]) => [key, field(good)])));
}

/** Fields that must be there, beside those that may. */
function record(needed: Record<string, Arbitrary<unknown>>, more: Record<string, Arbitrary<unknown>> = {}): Arbitrary<Record<string, unknown>> {
  return fc.tuple(fc.record(needed), fields(more)).map(([a, b]) => ({ ...b, ...a }));
}

const lower = 'abcdefghijklmnopqrstuvwxyz';
const deviceIdCharacters = Array.from(`${lower}${lower.toUpperCase()}0123456789-:.+%_#*?!(),=@;$'`);
const word = fc.stringMatching(/^[a-z][a-z0-9]{0,12}$/);
const host = fc.tuple(word, word).map(([a, b]) => `${a}.${b}.example`);
const label = fc.dictionary(fc.tuple(word, fc.constantFrom('', 'x.io/')).map(([a, prefix]) => `${prefix}k${a}`), fc.stringMatching(/^[A-Za-z0-9]([-_.A-Za-z0-9]{0,20}[A-Za-z0-9])?$/), { maxKeys: 4 });
const size = fc.tuple(fc.integer({ min: 5, max: 900 }), fc.constantFrom('Gi', 'G')).map(([n, unit]) => `${n}${unit}`);
const disk = record({ size }, { storageClass: word });
const address = fc.oneof(fc.ipV4(), fc.constant('fd00::1'));
const version = fc.constantFrom('1.6.0-1', '1.6.2-1', '1:1.6.0-1', '1.6.0~rc1-1');

/** Any device id of IoT Hub. */
export const deviceId = fc.string({ unit: fc.constantFrom(...deviceIdCharacters), minLength: 1, maxLength: 128 });

/** A template of a person's own: one of ours, as it is or changed in ways that fit and that do not. */
const templateFile = fc.constantFrom(...TEMPLATES.map((name) => ASSETS[`vm-templates/${name}.yaml`]!)).chain((text) => fc.constantFrom(
  text,
  text.replace('          rng: {}', '          rng: {}\n          tpm: {}'),
  text.replace('runStrategy: Always', 'runStrategy: Manual'),
  text.replace('name: rootdisk', 'name: other'),
  text.replace('virtio', 'sata'),
  text.replace('      readinessProbe:', '      livenessProbe:'),
  'kind: Pod',
  '[',
));

const toleration = fc.constantFrom(
  { key: 'a', operator: 'Exists' }, { key: 'a', operator: 'Equal', value: 'b', effect: 'NoSchedule' },
  { operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 30 },
);

const vm = fields({
  template: fc.constantFrom(...TEMPLATES),
  architecture: fc.constantFrom('amd64', 'arm64'),
  cpus: fc.integer({ min: 1, max: 256 }),
  memory: fc.constantFrom('512Mi', '2Gi', '4G', '1.5Gi'),
  image: fc.constantFrom('docker://quay.io/containerdisks/debian:12', 'https://example.org/d.qcow2?v=1', 'pvc:golden/debian', 'pvc:debian'),
  disk,
  dataDisk: disk,
  nodeSelector: label,
  tolerations: fc.array(toleration, { maxLength: 3 }),
  consoleLog: fc.boolean(),
  readinessProbe: fc.constantFrom('exec', 'guest-agent', 'none'),
});

const instancetype = fc.record({
  instancetype: record({ name: word }, { kind: fc.constantFrom('VirtualMachineClusterInstancetype', 'VirtualMachineInstancetype') }),
  preference: fc.option(record({ name: word }, { kind: fc.constantFrom('VirtualMachineClusterPreference', 'VirtualMachinePreference') }), { nil: undefined }),
  cpus: fc.constant(undefined),
  memory: fc.constant(undefined),
});

const anyVm = fc.tuple(
  vm,
  fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: instancetype }),
  fc.oneof({ weight: 4, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: templateFile.map((text) => ({ templateFile: text })) }),
).map((parts) => Object.assign({}, ...parts) as Record<string, unknown>);

const armour = APT_KEY;
const source = fc.oneof(
  record({ uri: host.map((name) => `https://${name}/apt`), key: fc.constant(armour) }, { suite: word }),
  record({ uri: host.map((name) => `http://${name}`), suite: fc.constant('./'), trusted: fc.constant(true) }),
  record({ uri: host.map((name) => `https://${name}`), keyUrl: host.map((name) => `https://${name}/key.asc`), keyFingerprint: fc.constant('BC528686B50D79E339D3721CEB3E94ADBE1229CF') }, { components: fc.constant(['main', 'extra']) }),
);

const cloudConfig = fc.constantFrom<unknown>(
  {}, { timezone: 'Europe/Zurich' }, { runcmd: ['echo "hi"', ['touch', '/tmp/a b']], packages: ['jq'] }, { write_files: [{ path: '/etc/x', content: 'yes\n' }] },
  { users: [{ name: 'second', sudo: 'ALL=(ALL) NOPASSWD:ALL' }] }, { ntp: { enabled: true } }, { bootcmd: ['true'] }, { hostname: 'x' }, { write_files: 7 },
);

const guest = fields({
  engine: fc.constantFrom('moby', 'docker'),
  engineVersion: version,
  user: word.map((name) => `u${name}`),
  sshKeys: fc.array(fc.constantFrom(SSH_KEY, SSH_KEY.replace('person', "o'brien $(x)")), { maxLength: 3 }),
  proxy: fields({ http: host.map((name) => `http://${name}:3128`), https: host.map((name) => `http://us%40er:p%24w@${name}`), noProxy: fc.constant('localhost,.svc,10.0.0.0/8') }),
  apt: fields({ mirror: host.map((name) => `http://${name}/debian`), edgeSource: source }),
  caCertificates: fc.array(fc.constant(CERTIFICATE), { maxLength: 2 }),
  docker: fields({ mtu: fc.integer({ min: 576, max: 9000 }), dns: fc.uniqueArray(address, { minLength: 1, maxLength: 3 }), logMaxSize: fc.constantFrom('10m', '1g'), logMaxFiles: fc.integer({ min: 1, max: 9 }) }),
  cloudConfig,
  networkData: fc.constantFrom<unknown>({ version: 2, ethernets: { e: { dhcp4: true } } }, { network: { version: 2 } }, { version: 2, a: { on: 'off', t: '12:30' } }),
});

const edge = fields({
  agentImage: host.map((name) => `${name}/agent:1.6`),
  agentPullPolicy: fc.constantFrom('on-create', 'never'),
  agentCreateOptions: fc.constantFrom<unknown>({}, { HostConfig: { Binds: ['/a:/b'], PortBindings: { '443/tcp': [{ HostPort: '443' }] } } }),
  registry: record({ server: host, username: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }), password: fc.constant({ env: 'P' }) }),
  hostname: host,
  parentHostname: fc.oneof(host, address),
  trustBundle: fc.constant(CERTIFICATE),
  edgeCa: fc.constant({ certificate: EDGE_CA.certificate, key: { file: 'k' } }),
  imageGarbageCollection: fields({ enabled: fc.boolean(), cleanupTimeUtc: fc.constantFrom('00:00', '23:59'), imageAgeCleanupThreshold: fc.constantFrom('10s', '7d'), cleanupRecurrence: fc.constantFrom('1d', '30d') }),
  autoReprovisioningMode: fc.constantFrom('Dynamic', 'AlwaysOnStartup', 'OnErrorOnly'),
});

const ownVersion = version.map((text) => ({ version: text, identityServiceVersion: text }));
const anyEdge = fc.tuple(edge, fc.option(ownVersion, { nil: {} })).map(([a, b]) => ({ ...a, ...b }));

/** An EdgeDevice as a person may write it: mostly right, over all options, with a wrong value here and there. */
export const deviceInput = record(
  { spec: record({ deviceId, identity: fc.constant({ connectionString: { file: '-' } }), vm: anyVm, guest, edge: anyEdge }, {
    hub: fields({ hostname: host }),
    gateway: fields({ type: fc.constantFrom('ClusterIP', 'NodePort', 'LoadBalancer'), ports: fc.shuffledSubarray([8883, 5671, 443], { minLength: 1 }), annotations: label }),
    firstBootGeneration: fc.integer({ min: 1, max: 1000 }),
  }) },
  { metadata: fields({ name: word, namespace: word, labels: label, annotations: fc.dictionary(word, fc.string({ maxLength: 30 }), { maxKeys: 3 }) }) },
);

/** What the hub may hand out as host name and key, and what people use as passwords. */
export const secrets = fc.record({
  hubHostname: host,
  gatewayHostname: fc.option(host, { nil: undefined }),
  key: fc.uint8Array({ minLength: 16, maxLength: 64 }).map((bytes) => Buffer.from(bytes).toString('base64')),
  registryPassword: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
});
