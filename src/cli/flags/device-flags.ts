import type { Flag } from './group.js';

/** How the text of a flag becomes the value of a field. */
export type ValueKind =
  | 'text'
  /** A number where it is one; the validation refuses the rest. */
  | 'number'
  | 'boolean'
  | 'false'
  /** Repeated, or separated by commas. */
  | 'list'
  | 'numbers'
  /** `key=value`, repeated or separated by commas. */
  | 'map'
  /** Repeated `key=value`; a comma belongs to the value. */
  | 'entries'
  /** A path, made absolute against the working folder. */
  | 'path'
  | 'paths'
  /** A YAML file read into the field. */
  | 'yaml-file'
  | 'tolerations'
  | 'secret-file'
  /** `NAME`, or `RESOURCE/NAME` for the namespaced kind. */
  | 'instancetype'
  | 'preference';

/** A flag that fills one field of the EdgeDevice. */
export interface DeviceFlag extends Flag {
  /** Path in the EdgeDevice, e.g. `spec.vm.cpus`. */
  field: string;
  kind: ValueKind;
}

/** The flags of the first page: what most devices need. */
const machine: DeviceFlag[] = [
  { flags: '--template <name>', field: 'spec.vm.template', kind: 'text', help: 'ubuntu-24.04, ubuntu-22.04, debian-12', choices: ['ubuntu-24.04', 'ubuntu-22.04', 'debian-12'] },
  { flags: '--arch <arch>', field: 'spec.vm.architecture', kind: 'text', help: 'amd64 or arm64', choices: ['amd64', 'arm64'] },
  { flags: '--cpus <n>', field: 'spec.vm.cpus', kind: 'number', help: 'virtual CPUs' },
  { flags: '--memory <size>', field: 'spec.vm.memory', kind: 'text', help: 'memory, e.g. 2Gi' },
  { flags: '--disk-size <size>', field: 'spec.vm.disk.size', kind: 'text', help: 'root disk, e.g. 20Gi' },
  { flags: '--storage-class <name>', field: 'spec.vm.disk.storageClass', kind: 'text', help: 'storage class of the root disk' },
  { flags: '--ssh-key <file>', field: 'spec.guest.sshKeys', kind: 'paths', help: 'public key for logins; repeat for more', repeat: true },
  { flags: '--user <name>', field: 'spec.guest.user', kind: 'text', help: 'login user' },
];

const placement: DeviceFlag[] = [
  { flags: '--image <source>', field: 'spec.vm.image', kind: 'text', help: 'root disk from docker://…, https://… or pvc:[namespace/]name' },
  { flags: '--template-file <file>', field: 'spec.vm.templateFile', kind: 'path', help: 'VirtualMachine manifest of your own' },
  { flags: '--instancetype <name>', field: 'spec.vm.instancetype', kind: 'instancetype', help: 'instead of --cpus and --memory' },
  { flags: '--preference <name>', field: 'spec.vm.preference', kind: 'preference', help: 'KubeVirt preference' },
  { flags: '--data-disk-size <size>', field: 'spec.vm.dataDisk.size', kind: 'text', help: 'second disk for engine and runtime state' },
  { flags: '--data-disk-storage-class <name>', field: 'spec.vm.dataDisk.storageClass', kind: 'text', help: 'its storage class' },
  { flags: '--node-selector <key=value>', field: 'spec.vm.nodeSelector', kind: 'map', help: 'nodes it may run on', repeat: true },
  { flags: '--toleration <taint>', field: 'spec.vm.tolerations', kind: 'tolerations', help: 'key[=value][:effect[:seconds]]', repeat: true },
  { flags: '--readiness-probe <kind>', field: 'spec.vm.readinessProbe', kind: 'text', help: 'exec, guest-agent or none', choices: ['exec', 'guest-agent', 'none'] },
  { flags: '--no-console-log', field: 'spec.vm.consoleLog', kind: 'false', help: 'do not log the serial console' },
  { flags: '--generation <n>', field: 'spec.generation', kind: 'number', help: 'raise it for a new first boot of a kept disk' },
  { flags: '--label <key=value>', field: 'metadata.labels', kind: 'map', help: 'label on every object', repeat: true },
  { flags: '--annotation <key=value>', field: 'metadata.annotations', kind: 'entries', help: 'annotation on machine and Service', repeat: true },
];

const runtime: DeviceFlag[] = [
  { flags: '--engine <name>', field: 'spec.guest.engine', kind: 'text', help: 'moby (Microsoft) or docker (distribution)', choices: ['moby', 'docker'] },
  { flags: '--engine-version <v>', field: 'spec.guest.engineVersion', kind: 'text', help: 'exact package version' },
  { flags: '--edge-version <v>', field: 'spec.edge.version', kind: 'text', help: 'exact version of aziot-edge' },
  { flags: '--identity-service-version <v>', field: 'spec.edge.identityServiceVersion', kind: 'text', help: 'exact version of aziot-identity-service' },
  { flags: '--agent-image <image>', field: 'spec.edge.agentImage', kind: 'text', help: 'edgeAgent image of the first start' },
  { flags: '--registry-server <host>', field: 'spec.edge.registry.server', kind: 'text', help: 'registry of that image' },
  { flags: '--registry-username <name>', field: 'spec.edge.registry.username', kind: 'text', help: 'user there' },
  { flags: '--registry-password-file <file>', field: 'spec.edge.registry.password', kind: 'secret-file', help: 'file with the password' },
  { flags: '--edge-hostname <name>', field: 'spec.edge.hostname', kind: 'text', help: 'name in the edge CA; NAME when absent' },
  { flags: '--parent-hostname <name>', field: 'spec.edge.parentHostname', kind: 'text', help: 'parent device (nested edge)' },
  { flags: '--trust-bundle <file>', field: 'spec.edge.trustBundle', kind: 'path', help: 'PEM file that the runtime trusts' },
  { flags: '--edge-ca-cert <file>', field: 'spec.edge.edgeCa.certificate', kind: 'path', help: 'edge CA certificate chain' },
  { flags: '--edge-ca-key <file>', field: 'spec.edge.edgeCa.key', kind: 'secret-file', help: 'its private key' },
];

const gateway: DeviceFlag[] = [
  { flags: '--gateway [type]', field: 'spec.gateway.type', kind: 'text', help: 'Service: ClusterIP, NodePort, LoadBalancer', preset: 'ClusterIP', choices: ['ClusterIP', 'NodePort', 'LoadBalancer'] },
  { flags: '--gateway-port <port>', field: 'spec.gateway.ports', kind: 'numbers', help: '8883, 5671, 443; all when absent', repeat: true },
];

const network: DeviceFlag[] = [
  { flags: '--proxy-http <url>', field: 'spec.guest.proxy.http', kind: 'text', help: 'proxy for HTTP' },
  { flags: '--proxy-https <url>', field: 'spec.guest.proxy.https', kind: 'text', help: 'proxy for HTTPS' },
  { flags: '--no-proxy <hosts>', field: 'spec.guest.proxy.noProxy', kind: 'text', help: 'hosts reached without it, by comma' },
  { flags: '--ca <file>', field: 'spec.guest.caCertificates', kind: 'paths', help: 'extra CA certificate for the guest', repeat: true },
  { flags: '--network-data <file>', field: 'spec.guest.networkData', kind: 'yaml-file', help: 'cloud-init network configuration, version 2' },
  { flags: '--docker-mtu <n>', field: 'spec.guest.docker.mtu', kind: 'number', help: 'MTU of container networks, e.g. 1450' },
  { flags: '--docker-dns <address>', field: 'spec.guest.docker.dns', kind: 'list', help: 'DNS server for containers', repeat: true },
  { flags: '--docker-log-max-size <size>', field: 'spec.guest.docker.logMaxSize', kind: 'text', help: 'limit of one container log, e.g. 10m' },
  { flags: '--docker-log-max-files <n>', field: 'spec.guest.docker.logMaxFiles', kind: 'number', help: 'rotated logs kept' },
  { flags: '--cloud-config <file>', field: 'spec.guest.cloudConfigFile', kind: 'path', help: 'cloud-config merged last' },
];

const packages: DeviceFlag[] = [
  { flags: '--apt-mirror <url>', field: 'spec.guest.apt.mirror', kind: 'text', help: 'mirror of the distribution' },
  { flags: '--edge-apt-source <url>', field: 'spec.guest.apt.edgeSource.uri', kind: 'text', help: 'where aziot-edge comes from' },
  { flags: '--edge-apt-suite <suite>', field: 'spec.guest.apt.edgeSource.suite', kind: 'text', help: 'its suite; ./ for a flat one' },
  { flags: '--edge-apt-component <name>', field: 'spec.guest.apt.edgeSource.components', kind: 'list', help: 'its component', repeat: true },
  { flags: '--edge-apt-key <file>', field: 'spec.guest.apt.edgeSource.keyFile', kind: 'path', help: 'armoured public key that signs it' },
  { flags: '--edge-apt-key-url <url>', field: 'spec.guest.apt.edgeSource.keyUrl', kind: 'text', help: 'or where the guest fetches that key' },
  { flags: '--edge-apt-key-fingerprint <hex>', field: 'spec.guest.apt.edgeSource.keyFingerprint', kind: 'text', help: 'and its 40 hex digits' },
  { flags: '--edge-apt-trusted', field: 'spec.guest.apt.edgeSource.trusted', kind: 'boolean', help: 'no signature at all; labs only' },
];

/** All of them, by heading, in the order of the help. */
export const DEVICE_FLAGS: readonly (readonly [heading: string, flags: readonly DeviceFlag[]])[] = [
  ['Machine', machine],
  ['Machine, more', placement],
  ['IoT Edge', runtime],
  ['Gateway', gateway],
  ['Network and engine', network],
  ['Package sources', packages],
];
