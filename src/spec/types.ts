/**
 * `EdgeDevice` (`edge-vm.io/v1alpha1`): the one schema. Flags fill it, files
 * hold it, the library takes it, and a CRD will publish it later. It holds no
 * secret: credentials are named by a `SecretSource` and read by the caller of
 * `render` (see `src/identity`).
 */

import type { TemplateName } from './guest-systems.js';

export const API_VERSION = 'edge-vm.io/v1alpha1';

export type Architecture = 'amd64' | 'arm64';
export type { TemplateName } from './guest-systems.js';
export type Engine = 'moby' | 'docker';

/**
 * Where a secret comes from. Exactly one key. `file: '-'` is standard input.
 * `secretRef` reads a key of a Secret in the device's namespace.
 */
export type SecretSource =
  | { file: string }
  | { env: string }
  | { secretRef: { name: string; key?: string } };

/** How the device proves who it is. Exactly one key. DPS and X.509 come with a later issue. */
export interface IdentitySpec {
  /** A device connection string (`HostName=…;DeviceId=…;SharedAccessKey=…`). */
  connectionString?: SecretSource;
  /** Create the device edge-enabled in the hub (or adopt it) and use its primary key. */
  register?: { deviceId?: string; tags?: Record<string, string> };
}

export interface Toleration {
  key?: string;
  operator?: 'Exists' | 'Equal';
  value?: string;
  effect?: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';
  tolerationSeconds?: number;
}

export interface DiskSpec {
  /** Kubernetes quantity, e.g. `20Gi`. */
  size: string;
  /** Storage class; the cluster's default when absent. */
  storageClass?: string;
}

export interface VmSpec {
  template: TemplateName;
  /** A VirtualMachine manifest of the person's own, instead of the template's: a path before loading, its text after. */
  templateFile?: string;
  architecture: Architecture;
  /** Whole vCPUs (`cpu.sockets`). Absent with an instancetype; with a `templateFile` absent means the template's own. */
  cpus?: number;
  /** `memory.guest`, a quantity. Absent with an instancetype; with a `templateFile` absent means the template's own. */
  memory?: string;
  instancetype?: { name: string; kind?: 'VirtualMachineClusterInstancetype' | 'VirtualMachineInstancetype' };
  preference?: { name: string; kind?: 'VirtualMachineClusterPreference' | 'VirtualMachinePreference' };
  /**
   * Root disk source: `docker://…` (registry), `https://…`/`http://…`, or `pvc:[namespace/]name` (clone).
   * The template's own image when absent.
   */
  image?: string;
  /** Root disk; `size` is absent only with a `templateFile`, and means the template's own. */
  disk: Partial<DiskSpec>;
  /** A second disk for the engine's and the runtime's state, apart from the OS disk. */
  dataDisk?: DiskSpec;
  nodeSelector?: Record<string, string>;
  tolerations?: Toleration[];
  /** Log the serial console into the launcher pod (`logSerialConsole`); stage records need it. */
  consoleLog: boolean;
  /** `exec`: the probe script; `guest-agent`: guestAgentPing (RHEL family); `none`. */
  readinessProbe: 'exec' | 'guest-agent' | 'none';
}

/** An apt source of the person's own, for mirrors and air-gapped sites. */
export interface AptSource {
  /** `https://…`, `http://…`. */
  uri: string;
  /** Suite, e.g. `noble`; the template's own when absent. For a flat repository: `./`. */
  suite?: string;
  /** Components, e.g. `['main']`; none for a flat repository. */
  components?: string[];
  /** Path of an armoured public key file that signs it; `key` holds its text once loaded. */
  keyFile?: string;
  /** Armoured public key. */
  key?: string;
  /** URL the guest fetches the armoured key from; needs `keyFingerprint`. */
  keyUrl?: string;
  /** 40 hex digits, spaces allowed; checked in the guest before the key is trusted. */
  keyFingerprint?: string;
  /** Trust without a signature. Only for lab use; said in a warning. */
  trusted?: boolean;
}

export interface GuestSpec {
  engine: Engine;
  /** Exact package version of the engine (`moby-engine`/`docker.io`); what the suite offers when absent. */
  engineVersion?: string;
  /** Login user, created by cloud-init with the SSH keys. */
  user: string;
  /** OpenSSH public key lines; before loading also paths of files with them. */
  sshKeys?: string[];
  proxy?: { http?: string; https?: string; noProxy?: string };
  apt?: {
    /** Mirror of the distribution itself. */
    mirror?: string;
    /** Where `aziot-edge`, `aziot-identity-service` (and `moby-engine`) come from, instead of packages.microsoft.com. */
    edgeSource?: AptSource;
  };
  /** Extra CA certificates for the system's trust store: paths before loading, PEM after. */
  caCertificates?: string[];
  docker?: {
    /** MTU of container networks, e.g. 1450 where the pod network has less than 1500. */
    mtu?: number;
    /** DNS servers (IP addresses) for containers. */
    dns?: string[];
    /** Size limit of one container log file, e.g. `10m`. */
    logMaxSize?: string;
    /** Rotated files kept for each container. */
    logMaxFiles?: number;
  };
  /** Extra cloud-config merged last; a path before loading. */
  cloudConfigFile?: string;
  /** The extra cloud-config as a YAML document (mapping). */
  cloudConfig?: Record<string, unknown>;
  /** Network-data (cloud-init v2) for static addresses. */
  networkData?: Record<string, unknown>;
}

export interface EdgeSpec {
  /** Exact versions; pinned together and held. */
  version: string;
  identityServiceVersion: string;
  /** edgeAgent image, e.g. `mcr.microsoft.com/azureiotedge-agent:1.5`; the daemon's own default when absent. */
  agentImage?: string;
  /** Login to the registry of the agent's image. */
  registry?: { server: string; username: string; password: SecretSource };
  /** Name in the edge CA and for downstream devices; the object's name when absent. */
  hostname?: string;
  /** Nested edge: the parent's host name. */
  parentHostname?: string;
  /** PEM file paths before loading, PEM after. */
  trustBundle?: string;
  edgeCa?: { certificate: string; key: SecretSource };
  /** Image clean-up by the daemon against a full disk. */
  // cleanupTimeUtc is HH:MM in the guest's time zone, which is UTC; the recurrence is in whole days (`1d`).
  imageGarbageCollection?: { enabled: boolean; cleanupTimeUtc?: string; imageAgeCleanupThreshold?: string; cleanupRecurrence?: string };
  /** `Dynamic` | `AlwaysOnStartup` | `OnErrorOnly`. */
  autoReprovisioningMode?: 'Dynamic' | 'AlwaysOnStartup' | 'OnErrorOnly';
}

export interface GatewaySpec {
  type: 'ClusterIP' | 'NodePort' | 'LoadBalancer';
  /** Out of 8883 (MQTT), 5671 (AMQP), 443 (HTTPS). */
  ports: number[];
  annotations?: Record<string, string>;
}

export interface EdgeDeviceSpec {
  /** Hub and device; filled from the connection string when absent. */
  hub?: { hostname?: string };
  deviceId?: string;
  identity: IdentitySpec;
  vm: VmSpec;
  guest: GuestSpec;
  edge: EdgeSpec;
  /** Present: a Service for downstream devices. */
  gateway?: GatewaySpec;
  /** Bumped by a person to get a new firmware UUID, i.e. a first boot of a kept disk again. */
  generation?: number;
}

export interface Condition {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  /** CamelCase word. */
  reason: string;
  message: string;
  /** RFC 3339. */
  lastTransitionTime: string;
}

export interface EdgeDevice {
  apiVersion: typeof API_VERSION;
  kind: 'EdgeDevice';
  metadata: {
    name: string;
    namespace?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
  spec: EdgeDeviceSpec;
  status?: { conditions?: Condition[] };
}

type DeepPartial<T> = T extends readonly (infer U)[] ? U[] : T extends object ? { [K in keyof T]?: DeepPartial<T[K]> } : T;

/** What flags and files give before defaults are filled in. */
export type EdgeDeviceInput = DeepPartial<Omit<EdgeDevice, 'apiVersion' | 'kind'>> & { apiVersion?: string; kind?: string };
