/**
 * What `edge-vm lab` uses of `@edge-vm/lab`. The lab depends on this package, so its types cannot be imported here;
 * they are written down again, as far as they are used. A test of the lab's lets the compiler compare them.
 */
export interface LabPort {
  labUp(options: LabOptions & { cold?: boolean; node?: 'real'; edgePackages?: string }): Promise<{ name: string; outcome: 'running' | 'restarted' | 'restored' | 'installed'; kubeconfig: string; deviceFile?: string; seconds: number }>;
  labStatus(options: LabOptions): Promise<LabStatus>;
  labEnv(options: { name: string; env: NodeJS.ProcessEnv }): Record<string, string>;
  labDown(options: LabOptions): Promise<boolean>;
  /** The folder of kubectl and virtctl, which are built when they are not there. */
  labTools(options: Omit<LabOptions, 'name'>): Promise<string>;
}

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
  folder: string;
}
