import type { EdgeDeviceInput } from '../../../src/spec/types.js';
import { APT_KEY, CA, FINGERPRINT, PRIVATE_KEY, SSH_KEY } from './fixtures.js';

export interface Case {
  /** Path of the value that is set in the smallest device. */
  path: string;
  value: unknown;
  /** Field of the problem that must come; absent: the device is good. */
  problem?: string;
  /** The JSON schema cannot say it: it accepts what the validation refuses. */
  beyondSchema?: boolean;
}

/** The smallest device that is good. */
export function smallest(): EdgeDeviceInput {
  return { apiVersion: 'edge-vm.io/v1alpha1', kind: 'EdgeDevice', metadata: { name: 'gw-02' }, spec: { identity: { register: {} } } };
}

/** The smallest device with one value set. */
export function deviceWith(path: string, value: unknown): EdgeDeviceInput {
  const device = smallest();
  const keys = path.split('.');
  let place: Record<string, unknown> = device;
  for (const key of keys.slice(0, -1)) place = (place[key] ??= {}) as Record<string, unknown>;
  place[keys.at(-1)!] = value;
  return device;
}

const good = (path: string, ...values: unknown[]): Case[] => values.map((value) => ({ path, value }));
const bad = (path: string, ...values: unknown[]): Case[] => values.map((value) => ({ path, value, problem: path }));
const badAt = (path: string, problem: string, ...values: unknown[]): Case[] => values.map((value) => ({ path, value, problem }));
const beyond = (cases: Case[]): Case[] => cases.map((entry) => ({ ...entry, beyondSchema: true }));

const source = (rest: object): object => ({ uri: 'https://mirror.example/prod', ...rest });
const edgeSource = 'spec.guest.apt.edgeSource';
const bySecret = (value: unknown): object => ({ connectionString: value });

export const cases: Case[] = [
  ...bad('apiVersion', 'edge-vm.io/v1', 1),
  ...bad('kind', 'EdgeDevices'),
  ...bad('spec', 'text', []),
  ...good('status', { conditions: [] }),
  ...good('metadata.name', 'a', 'gw-02', 'a'.repeat(52)),
  ...bad('metadata.name', '', 'GW', '2a', 'a-', 'a_b', 'a.b', 'a'.repeat(53), 'kubernetes', 'localhost', 'edgehub', 7, 'a\n'),
  ...good('metadata.namespace', 'edge', '1a'),
  ...bad('metadata.namespace', 'Edge', 'a.b', 'a'.repeat(64)),
  ...good('metadata.labels', {}, { 'example.com/site': 'A_1', x: '' }),
  ...badAt('metadata.labels', 'metadata.labels.x', { x: 'a b' }, { x: 1 }, { x: '-a' }),
  ...badAt('metadata.labels', 'metadata.labels["app.kubernetes.io/name"]', { 'app.kubernetes.io/name': 'x' }),
  ...badAt('metadata.labels', 'metadata.labels["a b"]', { 'a b': 'x' }),
  ...badAt('metadata.annotations', 'metadata.annotations["edge-vm.io/device-id"]', { 'edge-vm.io/device-id': 'x' }),
  ...good('metadata.annotations', { 'example.com/note': 'any text,\nof lines' }),

  ...good('spec.hub.hostname', 'contoso.azure-devices.net', 'hub.example.cn', 'localhost'),
  ...bad('spec.hub.hostname', 'https://contoso', 'contoso:443', 'HostName=h;SharedAccessKey=canary', '', '10.0.0.1', 'a..b', '-a', 'a b', `${'a'.repeat(64)}.net`),
  ...good('spec.deviceId', 'a', "A-:.+%_#*?!(),=@;$'9", 'x'.repeat(128)),
  ...bad('spec.deviceId', '', 'a b', 'a/b', 'ü', 'x'.repeat(129), 12, 'a\n'),
  ...good('spec.deletionPolicy', 'Delete', 'Retain'),
  ...bad('spec.deletionPolicy', 'delete', true),
  ...good('spec.firstBootGeneration', 1, 7),
  ...bad('spec.firstBootGeneration', 0, 1.5, '2', -1),

  ...good('spec.identity', { register: { tags: { site: 'north' } } }, bySecret({ file: '-' }), bySecret({ file: './cs.txt' }), bySecret({ env: 'CS' }), bySecret({ secretRef: { name: 'cs', key: 'value' } })),
  ...bad('spec.identity', {}, { register: {}, connectionString: { env: 'X' } }),
  ...badAt('spec.identity', 'spec.identity.dps', { register: {}, dps: {} }),
  ...badAt('spec.identity', 'spec.identity.register.tags["a.b"]', { register: { tags: { 'a.b': 'x' } } }),
  ...badAt('spec.identity', 'spec.identity.connectionString', bySecret('HostName=h;DeviceId=d;SharedAccessKey=canary'), bySecret({}), bySecret({ file: 'x', env: 'Y' })),
  ...badAt('spec.identity', 'spec.identity.connectionString.value', bySecret({ value: 'canary' })),
  ...badAt('spec.identity', 'spec.identity.connectionString.env', bySecret({ env: 'HostName=h;SharedAccessKey=canary' })),
  ...badAt('spec.identity', 'spec.identity.connectionString.secretRef.name', bySecret({ secretRef: {} }), bySecret({ secretRef: { name: 'A-canary' } })),

  ...good('spec.vm.template', 'ubuntu-24.04', 'ubuntu-22.04', 'debian-12'),
  ...bad('spec.vm.template', 'ubuntu-20.04', 'debian-13', 24.04),
  ...bad('spec.vm.architecture', 'arm', 'x86_64'),
  ...good('spec.vm.cpus', 1, 64),
  ...bad('spec.vm.cpus', 0, 1.5, '2', 257, -1, Number.NaN),
  ...good('spec.vm.memory', '512Mi', '2Gi', '2.5Gi', '4G', '2147483648'),
  ...bad('spec.vm.memory', '2gb', '2 Gi', '-2Gi', 2, '', '100m', 'Gi'),
  ...beyond(bad('spec.vm.memory', '511Mi', '5Ti', '0')),
  ...good('spec.vm.disk', { size: '4Gi' }, { storageClass: 'managed-csi' }, {}),
  ...badAt('spec.vm.disk', 'spec.vm.disk.size', { size: '20GB' }),
  ...beyond(badAt('spec.vm.disk', 'spec.vm.disk.size', { size: '1Gi' })),
  ...badAt('spec.vm.disk', 'spec.vm.disk.storageClass', { storageClass: 'Managed' }),
  ...good('spec.vm.dataDisk', { size: '1Gi' }),
  ...badAt('spec.vm.dataDisk', 'spec.vm.dataDisk.size', {}),
  ...good('spec.vm.instancetype', { name: 'u1.medium' }, { name: 'u1.medium', kind: 'VirtualMachineInstancetype' }),
  ...badAt('spec.vm', 'spec.vm.cpus', { instancetype: { name: 'u1.medium' }, cpus: 2 }),
  ...badAt('spec.vm', 'spec.vm.memory', { instancetype: { name: 'u1.medium' }, memory: '2Gi' }),
  ...badAt('spec.vm.instancetype', 'spec.vm.instancetype.kind', { name: 'u1', kind: 'Instancetype' }),
  ...badAt('spec.vm.preference', 'spec.vm.preference.name', {}),
  ...good('spec.vm.image', 'docker://quay.io/containerdisks/ubuntu:24.04', 'docker://localhost:5000/a', `docker://quay.io/a/b@sha256:${'a'.repeat(64)}`, 'https://images.example/a.qcow2?x=1', 'http://10.0.0.1:8080/a.img', 'pvc:golden', 'pvc:images/golden'),
  ...bad('spec.vm.image', 'quay.io/a', 'docker://', 'docker://Quay/UP er', 'pvc:', 'pvc:A/b', 'ftp://x/y', 'https://u:canary@images.example/a', 'https://images.example/a?sv=1&sig=canary', 'https://x/a b', 'https://x/a\nb'),
  ...good('spec.vm.nodeSelector', { 'kubernetes.io/arch': 'amd64' }),
  ...badAt('spec.vm.nodeSelector', 'spec.vm.nodeSelector.a', { a: true }),
  ...good('spec.vm.tolerations', [], [{ operator: 'Exists' }], [{ key: 'edge', value: 'x', effect: 'NoSchedule' }], [{ key: 'k', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 60 }]),
  ...badAt('spec.vm.tolerations', 'spec.vm.tolerations[0].operator', [{ value: 'x' }], [{ operator: 'Equal' }], [{ key: 'a', operator: 'In' }]),
  ...badAt('spec.vm.tolerations', 'spec.vm.tolerations[0].value', [{ key: 'a', operator: 'Exists', value: 'x' }]),
  ...badAt('spec.vm.tolerations', 'spec.vm.tolerations[0].effect', [{ key: 'a', tolerationSeconds: 5 }]),
  ...bad('spec.vm.consoleLog', 'yes', 1),
  ...bad('spec.vm.readinessProbe', 'http', true),
  ...badAt('spec.vm.cpu', 'spec.vm.cpu', 2),

  ...bad('spec.guest.engine', 'podman'),
  ...good('spec.guest.engineVersion', '5:28.1.1-1~ubuntu.24.04~noble', '27.5.1-ubuntu24.04u1'),
  ...bad('spec.guest.engineVersion', 'latest', '28;reboot', ''),
  ...good('spec.guest.user', 'edge', '_ops', 'a-b_c9'),
  ...bad('spec.guest.user', 'root', 'Edge', '9a', 'a'.repeat(33), 'a b', 'a\nb', 'iotedge', 'aziotks', ''),
  ...good('spec.guest.sshKeys', [SSH_KEY]),
  ...badAt('spec.guest.sshKeys', 'spec.guest.sshKeys[0]', [PRIVATE_KEY], [`${SSH_KEY}\n${SSH_KEY}`], [5]),
  ...beyond(badAt('spec.guest.sshKeys', 'spec.guest.sshKeys[0]', ['ssh-dss AAAAB3NzaC1kc3MAAACBAAAA'], [SSH_KEY.replace('ssh-ed25519', 'ssh-rsa')], [`command="x" ${SSH_KEY}`], ['ssh-ed25519 AAAA'])),
  ...good('spec.guest.proxy', { http: 'http://proxy:3128', https: 'http://u:p%40ss@proxy.example:3128/', noProxy: 'localhost,.svc,10.0.0.0/8,*.example.com,::1' }),
  ...badAt('spec.guest.proxy', 'spec.guest.proxy.http', { http: 'proxy:3128' }, { http: 'http://proxy/path' }, { http: 'http://proxy:1\nhttp_proxy=x' }, { http: 'http://$(id):1' }, { http: 'http://a"b' }, { http: 'http://u:a;b@h' }, { http: 'socks5://h:1' }, { http: "http://h'" }, { http: 'http://h:1`id`' }),
  ...badAt('spec.guest.proxy', 'spec.guest.proxy.noProxy', { noProxy: 'a, b' }, { noProxy: 'a;b' }, { noProxy: '$x' }, { noProxy: '' }, { noProxy: 'a\nb' }),
  ...good('spec.guest.apt', { mirror: 'http://mirror.example/ubuntu' }),
  ...badAt('spec.guest.apt', 'spec.guest.apt.mirror', { mirror: 'ftp://x' }, { mirror: 'http://u:p@x/' }, { mirror: 'http://x/a b' }, { mirror: 'http://x/\ndeb evil' }),
  ...good(edgeSource, source({ key: APT_KEY }), source({ keyUrl: 'https://x/k.asc', keyFingerprint: FINGERPRINT }), source({ trusted: true, suite: './' }), source({ key: APT_KEY, suite: 'noble', components: ['main'] })),
  ...bad(edgeSource, source({}), source({ key: APT_KEY, trusted: true }), source({ keyFile: 'files/mirror.asc', trusted: true })),
  ...badAt(edgeSource, `${edgeSource}.keyFingerprint`, source({ keyUrl: 'https://x/k.asc' }), source({ keyUrl: 'https://x/k.asc', keyFingerprint: 'BC52' })),
  ...badAt(edgeSource, `${edgeSource}.uri`, { trusted: true }, { uri: 'https://u:p@x', trusted: true }),
  ...badAt(edgeSource, `${edgeSource}.suite`, source({ trusted: true, suite: 'noble main' })),
  ...beyond(badAt(edgeSource, `${edgeSource}.components`, source({ trusted: true, suite: './', components: ['main'] }), source({ trusted: true, components: [] }))),
  ...badAt(edgeSource, `${edgeSource}.key`, source({ key: PRIVATE_KEY }), source({ key: 'x' })),
  ...good('spec.guest.caCertificates', [CA], [`${CA}# a comment\n${CA}`]),
  ...badAt('spec.guest.caCertificates', 'spec.guest.caCertificates[0]', [`${CA}${PRIVATE_KEY}`], [3], ['']),
  ...beyond(badAt('spec.guest.caCertificates', 'spec.guest.caCertificates[0]', [CA.replace('MIIB', 'AAAA')], ['/etc/ca.pem'], [`${CA}\u0007`])),
  ...good('spec.guest.docker', { mtu: 1450, dns: ['10.0.0.10', 'fd00::1'], logMaxSize: '100k', logMaxFiles: 5 }),
  ...badAt('spec.guest.docker', 'spec.guest.docker.mtu', { mtu: 100 }, { mtu: '1450' }),
  ...badAt('spec.guest.docker', 'spec.guest.docker.dns[0]', { dns: ['dns.example'] }, { dns: ['10.0.0.256'] }),
  ...badAt('spec.guest.docker', 'spec.guest.docker.logMaxSize', { logMaxSize: '10MB' }, { logMaxSize: 10 }),
  ...good('spec.guest.cloudConfig', {}, { runcmd: [['echo', 1, null, true]] }),
  ...bad('spec.guest.cloudConfig', 'x', []),
  ...good('spec.guest.networkData', { version: 2, ethernets: {} }, { network: { version: 2 } }),
  ...badAt('spec.guest.networkData', 'spec.guest.networkData.version', { version: 1 }, {}),

  ...good('spec.edge', { version: '1.5.21-1', identityServiceVersion: '1.5.6-1' }, { version: '1.6.0-1' }),
  ...badAt('spec.edge', 'spec.edge.identityServiceVersion', { version: '1.6.1-1' }),
  ...beyond(badAt('spec.edge', 'spec.edge.identityServiceVersion', { version: '1.5.21-1', identityServiceVersion: '1.6.0-1' })),
  ...badAt('spec.edge', 'spec.edge.version', { version: 'latest', identityServiceVersion: '1.6.0-1' }, { version: 1.6, identityServiceVersion: '1.6.0-1' }),
  ...good('spec.edge.agentImage', 'mcr.microsoft.com/azureiotedge-agent:1.5', 'registry:5000/agent', '$upstream:443/azureiotedge-agent:1.6', '$upstream/a@sha256:0000000000000000000000000000000000000000000000000000000000000000'),
  ...bad('spec.edge.agentImage', 'mcr.microsoft.com/Agent image', '', 'a"b', '$other:443/agent', '$upstream', 'x/$upstream:443/agent'),
  ...good('spec.edge.agentPullPolicy', 'on-create', 'never'),
  ...bad('spec.edge.agentPullPolicy', 'always'),
  ...good('spec.edge.agentCreateOptions', {}, { HostConfig: { Binds: ['/a:/b'] } }),
  ...beyond(badAt('spec.edge.agentCreateOptions', 'spec.edge.agentCreateOptions.HostConfig', { HostConfig: { Memory: null } })),
  ...bad('spec.edge.agentCreateOptions', '{"HostConfig": {}}'),
  ...good('spec.edge.parentDeviceId', 'gw-00', 'GW#00'),
  ...bad('spec.edge.parentDeviceId', '', 'a b'),
  ...good('spec.edge.registry', { server: 'r.example:5000', username: 'u', password: { env: 'P' } }),
  ...badAt('spec.edge.registry', 'spec.edge.registry.password', { server: 'r', username: 'u', password: 'canary' }),
  ...badAt('spec.edge.registry', 'spec.edge.registry.server', { server: 'https://r', username: 'u', password: { env: 'P' } }),
  ...badAt('spec.edge.registry', 'spec.edge.registry.username', { server: 'r', username: 'u\nx', password: { env: 'P' } }),
  ...good('spec.edge.hostname', 'gw-02', 'gw.example.com', 'Gw'),
  ...bad('spec.edge.hostname', '2gw', 'a'.repeat(65), 'a_b', 'a\nb', 'a.1'),
  ...good('spec.edge.parentHostname', 'parent.example', '10.0.0.5'),
  ...bad('spec.edge.parentHostname', 'https://parent', 'a b', ''),
  ...beyond(badAt('spec.edge', 'spec.edge.parentHostname', { hostname: 'gw', parentHostname: 'GW' })),
  ...good('spec.edge.trustBundle', CA),
  ...good('spec.edge.edgeCa', { certificate: CA, key: { file: 'k.pem' } }),
  ...badAt('spec.edge.edgeCa', 'spec.edge.edgeCa.key', { certificate: CA }, { certificate: CA, key: PRIVATE_KEY }),
  ...good('spec.edge.imageGarbageCollection', { enabled: false }, { cleanupTimeUtc: '23:59', imageAgeCleanupThreshold: '1d12h', cleanupRecurrence: '2d' }),
  ...badAt('spec.edge.imageGarbageCollection', 'spec.edge.imageGarbageCollection.cleanupTimeUtc', { cleanupTimeUtc: '24:00' }, { cleanupTimeUtc: 0 }),
  ...badAt('spec.edge.imageGarbageCollection', 'spec.edge.imageGarbageCollection.cleanupRecurrence', { cleanupRecurrence: '12h' }, { cleanupRecurrence: '0d' }),
  ...badAt('spec.edge.imageGarbageCollection', 'spec.edge.imageGarbageCollection.imageAgeCleanupThreshold', { imageAgeCleanupThreshold: '7 days' }, { imageAgeCleanupThreshold: '0d' }),
  ...bad('spec.edge.autoReprovisioningMode', 'dynamic'),

  ...good('spec.gateway', {}, { type: 'LoadBalancer', ports: [443], annotations: { 'service.beta.kubernetes.io/azure-load-balancer-internal': 'true' } }),
  ...badAt('spec.gateway', 'spec.gateway.type', { type: 'ExternalName' }),
  ...badAt('spec.gateway', 'spec.gateway.ports', { ports: [] }, { ports: 443 }),
  ...badAt('spec.gateway', 'spec.gateway.ports[0]', { ports: [80] }, { ports: ['443'] }),
  ...badAt('spec.gateway', 'spec.gateway.ports[1]', { ports: [443, 443] }),
];
