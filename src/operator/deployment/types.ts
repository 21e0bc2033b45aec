import type { Cluster } from '../../cluster/types.js';
import type { ModulesContent } from '../../deployment/types.js';
import type { Clock } from '../../support/clock.js';
import type { Hubs, Log, Recorder } from '../context.js';
import type { ModuleStatus, StatusCondition } from '../types.js';

/** Everything that the work on an EdgeDeployment uses. */
export interface DeploymentContext {
  /** With shared caches: reading EdgeDevices and EdgeDeployments sends nothing. */
  cluster: Cluster;
  hubs: Hubs;
  clock: Clock;
  recorder: Recorder;
  log: Log;
  /** Fires when the operator stops. */
  signal: AbortSignal;
  /** Milliseconds between two looks at the same answers of the hub. */
  intervalMs?: number;
}

/** Kubernetes' label selector. */
export interface LabelSelector {
  matchLabels?: Record<string, string>;
  matchExpressions?: { key: string; operator: string; values?: string[] }[];
}

/** `spec` of an EdgeDeployment, with its defaults. */
export interface EdgeDeploymentSpec {
  /** Who decides what the devices run: this object, or the hub. */
  source: 'Git' | 'Hub';
  /** Checked; only with `source: Git`. */
  modulesContent: ModulesContent;
  apply: 'PerDevice' | 'Automatic';
  targetCondition: string;
  priority: number;
  /** Host name of the hub of an automatic deployment, if the operator has several. */
  hub: string | undefined;
  selector: LabelSelector | undefined;
  devices: readonly string[] | undefined;
}

/** One device in the status. */
export interface DeviceReport {
  /** Name of the EdgeDevice. */
  name: string;
  deviceId?: string;
  /** `$version` of what the hub wants of `$edgeAgent`. */
  desiredVersion?: number;
  /** The last one that the edge agent has taken up. */
  reportedVersion?: number;
  /** The edge agent's `lastDesiredStatus`. */
  code?: number;
  description?: string;
  /** The hub wants of the device what the EdgeDeployment says. */
  applied: boolean;
  /** Why not, or what the device waits for. */
  message?: string;
  modules?: ModuleStatus[];
}

/** How many devices have come how far. */
export interface Counts {
  selected: number;
  /** The hub wants of them what the EdgeDeployment says. */
  applied: number;
  /** They have taken it up, and each module is in its wanted state. */
  reported: number;
  /** The edge agent refuses it, or a module fails. */
  failing: number;
}

/** `status` of an EdgeDeployment. */
export interface EdgeDeploymentStatus {
  observedGeneration?: number;
  /** The last `metadata.generation` that the hub was seen to want of a device; not with `apply: Automatic`. */
  appliedGeneration?: number;
  /** `9 of 10 devices`. */
  summary?: string;
  configuration?: { id: string; etag?: string; hub?: string };
  counts?: Counts;
  /** Those that are not done first; not more than fit into an object. */
  devices?: DeviceReport[];
  conditions?: StatusCondition[];
}

/** For maps: hub host names are case-insensitive. */
export const keyOfTarget = ({ hub, deviceId }: Target): string => `${hub.toLowerCase()}/${deviceId}`;

/** Where a device is in a hub. */
export interface Target {
  hub: string;
  deviceId: string;
}
