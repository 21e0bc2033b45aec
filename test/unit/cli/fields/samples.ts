import type { DeviceFlag } from '../../../../src/cli/flags/device-flags.js';
import { APT_KEY, CA, EDGE_CA, SSH_KEY } from '../../spec/fixtures.js';

/** A value for a flag, as a person types it, and the same as a file says it. */
export interface Sample {
  text: string;
  value: unknown;
  /** Files that the value names, by name in the working folder. */
  files?: Record<string, string>;
}

const manifest = `apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata: { name: own }
spec:
  dataVolumeTemplates:
    - metadata: { name: root }
      spec: { storage: { resources: { requests: { storage: 9Gi } } }, source: { http: { url: 'http://images.example/own.img' } } }
  template:
    spec:
      domain: { devices: { disks: [{ name: rootdisk, disk: { bus: virtio } }, { name: cloudinit, disk: { bus: virtio } }] } }
      volumes: [{ name: rootdisk, dataVolume: { name: root } }, { name: cloudinit, cloudInitNoCloud: {} }]
`;

const files: Readonly<Record<string, string>> = {
  'spec.vm.templateFile': manifest,
  'spec.guest.sshKeys': `${SSH_KEY}\n`,
  'spec.guest.caCertificates': CA,
  'spec.guest.cloudConfigFile': '#cloud-config\ntimezone: Europe/Berlin\n',
  'spec.guest.networkData': 'version: 2\nethernets: { enp1s0: { dhcp4: true } }\n',
  'spec.guest.apt.edgeSource.keyFile': APT_KEY,
  'spec.edge.agentCreateOptions': '{"HostConfig": {"Memory": 77000000, "Binds": ["/var/a:/b"]}}\n',
  'spec.edge.trustBundle': CA,
  'spec.edge.edgeCa.certificate': EDGE_CA.certificate,
  'spec.edge.edgeCa.key': EDGE_CA.key,
  'spec.edge.registry.password': 'made-up-password',
};

/** Other values than the defaults, and than each other's. */
const texts: Readonly<Record<string, string>> = {
  'spec.vm.template': 'debian-12', 'spec.vm.architecture': 'arm64', 'spec.vm.cpus': '7', 'spec.vm.memory': '7Gi', 'spec.vm.readinessProbe': 'guest-agent',
  'spec.guest.engine': 'docker', 'spec.guest.user': 'ops', 'spec.guest.docker.logMaxSize': '77m', 'spec.guest.docker.logMaxFiles': '7',
  'spec.edge.version': '1.6.7-7', 'spec.edge.identityServiceVersion': '1.6.8-8', 'spec.guest.engineVersion': '77.1-1', 'spec.gateway.ports': '5671',
  'spec.firstBootGeneration': '7', 'spec.gateway.type': 'NodePort', 'spec.vm.disk.accessModes': 'ReadWriteMany', 'spec.vm.disk.volumeMode': 'Block', 'spec.vm.dataDisk.accessModes': 'ReadWriteOncePod', 'spec.vm.dataDisk.volumeMode': 'Block', 'spec.vm.image': 'pvc:images/golden',
  'spec.guest.proxy.noProxy': 'proxyless.example,10.7.0.0/16', 'spec.guest.apt.edgeSource.components': 'main,extra',
  'spec.vm.tolerations': 'edge-only=yes:NoSchedule', 'spec.guest.apt.edgeSource.suite': 'bookworm-seven',
};

/** What else a field needs beside it to be accepted, as flags. */
export const companions: Readonly<Record<string, readonly string[]>> = {
  'spec.edge.version': ['--identity-service-version', '1.6.0-1'],
  'spec.vm.dataDisk.storageClass': ['--data-disk-size', '5Gi'],
  'spec.vm.dataDisk.accessModes': ['--data-disk-size', '5Gi'],
  'spec.vm.dataDisk.volumeMode': ['--data-disk-size', '5Gi'],
  'spec.guest.apt.edgeSource.uri': ['--edge-apt-trusted'],
  'spec.guest.apt.edgeSource.suite': ['--edge-apt-source', 'https://mirror.example/prod', '--edge-apt-trusted'],
  'spec.guest.apt.edgeSource.components': ['--edge-apt-source', 'https://mirror.example/prod', '--edge-apt-trusted'],
  'spec.guest.apt.edgeSource.trusted': ['--edge-apt-source', 'https://mirror.example/prod'],
  'spec.guest.apt.edgeSource.keyFile': ['--edge-apt-source', 'https://mirror.example/prod'],
  'spec.guest.apt.edgeSource.keyUrl': ['--edge-apt-source', 'https://mirror.example/prod', '--edge-apt-key-fingerprint', '6E7FFE7C7D7DB369B31BF8573CE169A24AD5CD99'],
  'spec.guest.apt.edgeSource.keyFingerprint': ['--edge-apt-source', 'https://mirror.example/prod', '--edge-apt-key-url', 'https://mirror.example/k.asc'],
  'spec.guest.proxy.noProxy': ['--proxy-https', 'http://proxy.example:3128'],
  'spec.edge.registry.server': ['--registry-username', 'u', '--registry-password-file', 'spec.edge.registry.password'],
  'spec.edge.registry.username': ['--registry-server', 'r.example', '--registry-password-file', 'spec.edge.registry.password'],
  'spec.edge.registry.password': ['--registry-server', 'r.example', '--registry-username', 'u'],
  'spec.edge.edgeCa.certificate': ['--edge-ca-key', 'spec.edge.edgeCa.key'],
  'spec.edge.edgeCa.key': ['--edge-ca-cert', 'spec.edge.edgeCa.certificate'],
  'spec.gateway.ports': ['--gateway'],
};

/** Every file that a sample or a companion names. */
export const sampleFiles: Readonly<Record<string, string>> = files;

/** A sample for each flag; its files are named like their field. */
export function sampleOf({ field, node }: DeviceFlag): Sample {
  if (files[field] !== undefined) return { text: field, value: node.type === 'object' ? { file: field } : node.type === 'list' ? [field] : field };
  const text = texts[field] ?? textOf(node.example?.value);
  return { text, value: undefined };
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(String).join(',');
  if (typeof value === 'object' && value !== null) return Object.entries(value).map(([key, entry]) => `${key}=${String(entry)}`)[0]!;
  return String(value);
}
