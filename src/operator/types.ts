import type { CauseCode } from '../support/causes.js';
import type { Condition } from '../spec/types.js';
import type { DeviceResult, Pending, Stage } from '../readiness/types.js';

/** A condition of a custom resource. */
export interface StatusCondition extends Condition {
  /** The generation of the resource that the condition is about. */
  observedGeneration: number;
}

/**
 * What the operator knows of the hub device. `Registering` is written before the hub is asked, so that an operator that was
 * killed meanwhile knows that the device in the hub is its own. `Adopted`: it was there before, and stays when the
 * EdgeDevice goes.
 */
export interface Registration {
  state: 'Registering' | 'Registered' | 'Adopted';
  hub: string;
  deviceId: string;
  generationId?: string;
}

/** One module as the edge agent reports it. */
export interface ModuleStatus {
  name: string;
  status?: string;
  restarts?: number;
  exitCode?: number;
  image?: string;
}

/** What the edge agent reports, and what the hub wants of it. */
export interface EdgeStatus {
  /** `$edgeAgent` lastDesiredStatus.code; 417 is healthy: connected, no deployment yet. */
  code?: number;
  description?: string;
  runtimeStatus?: string;
  /** Unreliable: it is shown, but decides nothing. */
  connectionState?: string;
  evidence?: 'twin' | 'ping' | 'guest';
  agentVersion?: string;
  /** Version of the deployment that the hub wants. */
  desiredVersion?: number;
  /** Version of the deployment that the edge agent has taken up. */
  reportedVersion?: number;
  modules?: ModuleStatus[];
}

/** `status` of an EdgeDevice. */
export interface EdgeDeviceStatus {
  observedGeneration?: number;
  stage?: Stage;
  /** Texts for the columns of `kubectl get`. */
  summary?: { code?: string; modules?: string };
  device?: { hub?: string; id?: string };
  registration?: Registration;
  vm?: { phase?: string; status?: string; node?: string; ip?: string };
  edge?: EdgeStatus;
  versions?: { runtime?: string; agent?: string };
  cause?: { code: CauseCode; message: string; hint?: string };
  retrying?: NonNullable<DeviceResult['retrying']>;
  pending?: Pending;
  conditions?: StatusCondition[];
}
