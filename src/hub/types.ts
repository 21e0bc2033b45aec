import type { SymmetricKeyIdentity } from '../identity/types.js';
import type { SecretValue } from '../identity/secret.js';

/** What `TokenCredential.getToken` gives: the token, and until when it is valid, in milliseconds since the epoch. */
export interface AccessToken {
  token: string;
  expiresOnTimestamp: number;
}

/** The same as in `@azure/core-auth`. The types of the library name no other package, so that they compile by themselves. */
export interface TokenCredential {
  getToken(scopes: string | string[]): Promise<AccessToken | null>;
}

/** Options of every call of the hub. */
export interface HubCall {
  signal?: AbortSignal;
}

/** A device as the registry of the hub has it. */
export interface HubDevice {
  deviceId: string;
  /** `capabilities.iotEdge`. */
  edgeEnabled: boolean;
  status: 'enabled' | 'disabled';
  statusReason?: string;
  /** `sas`, `selfSigned`, `certificateAuthority`, … */
  authType: string;
  primaryKey?: SecretValue;
  generationId?: string;
  etag?: string;
  /** Children of an edge device use this scope to name their parent. */
  deviceScope?: string;
  /** Scopes of its parents; one at most. */
  parentScopes?: readonly string[];
  /** Unreliable: edge-vm shows it, but decides nothing by it. */
  connectionState?: string;
}

/** Module runtime entry of `$edgeAgent`'s reported properties. */
export interface ModuleReport {
  status?: string;
  runtimeStatus?: string;
  statusDescription?: string;
  restartCount?: number;
  exitCode?: number;
  version?: string;
  settings?: { image?: string };
}

/** What every module twin has besides its properties. */
export interface TwinFacts {
  etag?: string;
  version?: number;
  connectionState?: string;
  lastActivityTime?: string;
  /** The automatic deployments that target the device, by their id. `status` is `Targeted` or `Applied`. */
  configurations?: Readonly<Record<string, { status?: string }>>;
}

/** A module twin: what the cloud wants and what the module reports, each with the hub's `$version` and `$metadata`. */
export interface ModuleTwin extends TwinFacts {
  desired: Record<string, unknown> & { $version?: number; $metadata?: Record<string, unknown> };
  reported: Record<string, unknown> & { $version?: number; $metadata?: Record<string, unknown> };
}

/** `$edgeAgent`'s module twin, as far as edge-vm reads it. */
export interface EdgeAgentTwin extends TwinFacts {
  desired: Record<string, unknown> & { $version?: number };
  reported: {
    lastDesiredVersion?: number;
    lastDesiredStatus?: { code?: number; description?: string };
    runtime?: { platform?: { os?: string; architecture?: string; version?: string } };
    version?: { version?: string };
    systemModules?: Record<string, ModuleReport>;
    modules?: Record<string, ModuleReport>;
    $metadata?: { $lastUpdated?: string };
    $version?: number;
    [k: string]: unknown;
  };
}

/** Whether edgeAgent answered a ping, and why not. */
export type PingResult =
  | { answered: true; status: number }
  /** 404: the device is offline or unknown, or a gateway time-out. */
  | { answered: false; reason: string };

/**
 * The IoT Hub service port (azure-iothub behind it). Errors are EdgeVmError: `hub-unreachable`, `hub-forbidden`
 * (401/403, with the missing right), `hub-throttled` if no retry before the deadline succeeded.
 */
export interface Hub extends HubDeployments {
  readonly hostname: string;
  getDevice(deviceId: string, call?: HubCall): Promise<HubDevice | undefined>;
  /**
   * Creates it edge-enabled with keys that the hub makes, and with the parent of that scope. After 409 it reads the existing one;
   * `created` says which. If it made the device but cannot tag it, it deletes it again.
   */
  ensureDevice(deviceId: string, options?: HubCall & { tags?: Record<string, string>; parentScope?: string }): Promise<{ device: HubDevice; created: boolean }>;
  /** Makes the edge device of that scope its parent; keys and status stay. `az iot hub device-identity parent set` does the same. */
  setParent(deviceId: string, parentScope: string, call?: HubCall): Promise<void>;
  /** True when it existed. */
  deleteDevice(deviceId: string, call?: HubCall): Promise<boolean>;
  /** `undefined`: no such device or module. */
  getEdgeAgentTwin(deviceId: string, call?: HubCall): Promise<EdgeAgentTwin | undefined>;
  /** Direct method `ping` on `$edgeAgent`. */
  ping(deviceId: string, call?: HubCall & { timeoutSeconds?: number }): Promise<PingResult>;
  /** `$edgeAgent` twins of many devices in pages, by one query. */
  queryEdgeAgents(deviceIds: readonly string[], call?: HubCall): AsyncIterable<{ deviceId: string; twin: EdgeAgentTwin }>;
  readonly stats: { requests: number; connections: number };
  close(): void;
}

/**
 * What devices run: deployments for one device, and automatic deployments (the hub calls them configurations), which the hub
 * itself applies to each device that meets their condition. Names of fields are those of the service's REST API 2021-04-12.
 */
export interface HubDeployments {
  /**
   * Writes the desired properties that the content names to the device's modules, and makes identities for its modules.
   * `invalid-input`: the hub refuses the content, or the device is no edge device. `not-found`: no such device.
   */
  applyConfiguration(deviceId: string, content: ConfigurationContent, call?: HubCall): Promise<void>;
  /** `undefined`: no such module or device. */
  getModuleTwin(deviceId: string, moduleId: string, call?: HubCall): Promise<ModuleTwin | undefined>;
  getConfiguration(id: string, call?: HubCall): Promise<HubConfiguration | undefined>;
  /** All of them; a hub has 100 at most, so there are no pages. */
  listConfigurations(call?: HubCall): Promise<HubConfiguration[]>;
  /**
   * Without `etag` it creates one; if that id exists, the error's `details.status` is 409. With `etag` (`*` for any) it changes
   * labels, metrics, priority and target condition; if somebody else changed it meanwhile, `details.status` is 412.
   * **The hub keeps the content of the first request** and ignores another one without an error. The answer shows what it
   * has; for another content, delete the configuration and create it again.
   */
  putConfiguration(configuration: NewConfiguration, call?: HubCall & { etag?: string }): Promise<HubConfiguration>;
  /** True when it existed. */
  deleteConfiguration(id: string, call?: HubCall & { etag?: string }): Promise<boolean>;
}

/** `{$edgeAgent: {'properties.desired': {…}}, …}` in `modulesContent`; a key may also be a path, as in `properties.desired.routes.r1`. */
export interface ConfigurationContent {
  modulesContent?: Record<string, Record<string, unknown>>;
  deviceContent?: Record<string, unknown>;
  moduleContent?: Record<string, unknown>;
}

/** Queries and what they counted. The hub counts again every few minutes. */
export interface ConfigurationMetrics {
  results?: Record<string, number>;
  queries?: Record<string, string>;
}

/** What a caller says about an automatic deployment. */
export interface NewConfiguration {
  id: string;
  /** `1.0` if absent. */
  schemaVersion?: string;
  labels?: Record<string, string>;
  content: ConfigurationContent;
  /** Over `deviceId`, `tags.…` and `properties.reported.…`; `*` for all devices, empty for none. */
  targetCondition: string;
  /** The highest one counts; of two alike, the one that was created later. */
  priority: number;
  metrics?: ConfigurationMetrics;
}

/** An automatic deployment as the hub has it. */
export interface HubConfiguration extends NewConfiguration {
  /** `targetedCount`, `appliedCount`, `reportedSuccessfulCount`, `reportedFailedCount`. */
  systemMetrics?: ConfigurationMetrics;
  createdTimeUtc?: string;
  lastUpdatedTimeUtc?: string;
  etag?: string;
}

/** Answer of the hub to the device's own credential (`GET /devices/{id}/modules`). */
export type CredentialCheck =
  | { ok: true }
  | {
    ok: false;
    code: 'unauthorized' | 'device-not-found' | 'device-disabled' | 'hub-unreachable';
    message: string;
    /** What to do about it, if the code alone does not say that. */
    hint?: string;
    status?: number;
    /** DNS or the service says that no hub has this name. Another DNS server may know it. */
    noSuchHub?: true;
  };

/** Where to connect to instead of `https://<hostname>:443`; the name in TLS and in signatures stays the hub's. */
export interface HubEndpoint {
  /** `https://host:port`. */
  url?: string;
  /** PEM certificates to trust too. */
  ca?: string;
  /** Variables that name proxies (`HTTPS_PROXY`, `NO_PROXY`) and CA files (`SSL_CERT_FILE`); `process.env` when absent. */
  env?: Readonly<Record<string, string | undefined>>;
}

/** Tries the key of a device at the hub. */
export type CheckCredential = (identity: SymmetricKeyIdentity, endpoint: HubEndpoint, call?: HubCall) => Promise<CredentialCheck>;
