/** Whether a fleet fits into cluster and hub. */
export interface Fit {
  /** `false`: something is too small. `null`: not all could be checked. */
  fits: boolean | null;
  checks: FitCheck[];
}

/** One check of it. */
export interface FitCheck {
  what: 'nodes' | 'storage' | 'quota' | 'limits' | 'hub';
  /** `null`: not known. */
  fits: boolean | null;
  /** What is needed, and what there is. */
  message: string;
  /** The devices that do not fit. */
  devices?: string[];
}

/** What the launcher pod of a device asks a node for. */
export interface Requests {
  /** Cores. */
  cpu: number;
  /** Bytes. */
  memory: number;
  /** Devices `devices.kubevirt.io/kvm`. */
  kvm: number;
}

/** What a device needs whose pod is to be made. */
export interface Demand extends Requests {
  name: string;
  namespace: string;
  /** `amd64` or `arm64`. */
  architecture: string;
  nodeSelector: Readonly<Record<string, string>>;
  tolerations: readonly unknown[];
  /** `spec.affinity.nodeAffinity` of the person's own template. */
  nodeAffinity: unknown;
  /** Limits of the pod's main container; absent without a limit. */
  limits: { cpu?: number; memory?: number };
  /** Disks that must be made. `storageClass` is absent for the default class. */
  disks: readonly { name: string; storageClass?: string; bytes: number }[];
  hasService: boolean;
  /** The size is not known: an instancetype that cannot be read. */
  isUnknown: boolean;
  /** Its hub device must be made. */
  registers: boolean;
  /** What its machine has now, if it exists: the new pod takes its place. */
  already?: Pick<Demand, 'cpu' | 'memory' | 'kvm' | 'limits'>;
}
