/**
 * The part of `@edge-vm/lab` that `edge-vm lab` uses. The lab depends on this package, so this package cannot import its
 * types. So they are here again, as far as needed. In a test of the lab, the compiler compares them.
 */
export interface LabPort {
  labUp(options: LabOptions & { cold?: boolean; node?: 'real'; edgePackages?: string; operator?: boolean }): Promise<{ name: string; outcome: 'running' | 'restarted' | 'restored' | 'installed'; kubeconfig: string; deviceFile?: string; operator?: boolean; seconds: number }>;
  labStatus(options: LabOptions): Promise<LabStatus>;
  labEnv(options: { name: string; env: NodeJS.ProcessEnv }): Record<string, string>;
  labDown(options: LabOptions): Promise<boolean>;
  /** The folder of kubectl and virtctl, and that of helm, as in `PATH`; builds them if they are missing. */
  labTools(options: Omit<LabOptions, 'name'> & { helm?: boolean }): Promise<string>;
}

/** The variables that `labEnv` gives. Their names are needed without a lab too, to remove them from a shell. */
export const LAB_VARIABLES = ['KUBECONFIG', 'EDGE_VM_HUB_CONNECTION_STRING', 'EDGE_VM_HUB_ENDPOINT', 'EDGE_VM_HUB_CA'] as const;

export interface LabOptions {
  name: string;
  env: NodeJS.ProcessEnv;
  signal?: AbortSignal;
  onEvent?: (event: LabEvent) => void;
}

/** One step of `labUp` or `labDown`. */
export interface LabEvent {
  step: string;
  state: 'started' | 'progress' | 'done' | 'skipped' | 'failed';
  seconds: number;
  detail?: string;
}

export interface LabStatus {
  name: string;
  state: 'absent' | 'up' | 'partial' | 'stopped';
  processes: { name: string; pid: number; running: boolean; bytes: number; log: string }[];
  bytes: number;
  kubeconfig?: string;
  server?: string;
  virtualMachines?: number;
  realNode?: { name: string; acceleration: { kind: 'kvm' | 'emulation'; reason: string }; packages: 'stand-in' | 'given' };
  operator?: { kubeconfig: string; metrics: string; health: string };
  folder: string;
}
