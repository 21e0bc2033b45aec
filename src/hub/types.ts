import type { SymmetricKeyIdentity } from '../identity/types.js';
import type { SecretValue } from '../identity/secret.js';
import type { HubDeployments } from './deployment-types.js';

export type * from './bulk-types.js';
export type * from './deployment-types.js';

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
  /** Milliseconds that this call may wait for its turn within the hub's limits; if absent, those of `connectHub`. */
  patienceMs?: number;
}

/** Tags of a device's twin that change; all others stay. */
export interface TagChange {
  tags?: Record<string, string>;
  /** Names of tags that are removed. */
  removedTags?: readonly string[];
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

/** One module twin of a query. */
export interface ModuleTwinRow {
  deviceId: string;
  moduleId: string;
  twin: ModuleTwin;
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
   * Creates it edge-enabled with new keys, and with the parent of that scope. After 409 it reads the existing one;
   * `created` says which, also if the answer to its first attempt was lost. If it made the device but cannot tag it, it deletes it again.
   */
  ensureDevice(deviceId: string, options?: HubCall & TagChange & { parentScope?: string }): Promise<{ device: HubDevice; created: boolean }>;
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
  /** Twins of these modules of many devices, by few queries; what a query says may be some minutes old. Only the operator uses it. */
  queryModules?(moduleIds: readonly string[], deviceIds: readonly string[], call?: HubCall): AsyncIterable<ModuleTwinRow>;
  /**
   * Which of many devices exist, by few queries; `getDevice` of the others then sends nothing for some time. `undefined` without the right to
   * query. Only a hub that puts calls together has it.
   */
  foresee?(deviceIds: readonly string[], call?: HubCall): Promise<ReadonlySet<string> | undefined>;
  readonly stats: HubStats;
  close(): void;
}

/** The kinds of calls that the hub limits, each by itself. */
export type HubOperation = 'registry' | 'query' | 'configuration' | 'twin-read' | 'twin-update' | 'method';

/** What the calls of one operation cost until now. */
export interface OperationStats {
  /** Calls a minute within the hub's limit; `Infinity` if the client keeps none. */
  perMinute: number;
  requests: number;
  /** Answers of 429. */
  throttled: number;
  /** Time of all requests, from sending to the whole answer. */
  seconds: number;
  /** Calls that wait for their turn now. */
  waiting: number;
  /** Time that calls have waited for their turn. */
  waitedSeconds: number;
}

/** A call that waits for its turn. */
export interface HubWait {
  /** As in `register devices`. */
  what: string;
  seconds: number;
  /** As in `100 calls of the identity registry a minute`. */
  limit: string;
  /** The hub itself has answered 429. */
  throttled: boolean;
  /** Calls of that limit that wait, with this one. */
  waiting: number;
}

/** Counters of a hub's client. A hub of your own needs no `operations`. */
export interface HubStats {
  requests: number;
  connections: number;
  operations?: Readonly<Record<HubOperation, Readonly<OperationStats>>>;
  /** What holds the calls up now; absent after an answer. */
  trouble?: HubTrouble | undefined;
}

/** Why calls to the hub do not get on. */
export interface HubTrouble {
  /** `limit`: the client itself keeps within the hub's limits. */
  code: 'hub-throttled' | 'hub-unreachable' | 'limit';
  /** As in `hub contoso.azure-devices.net throttles: cannot register devices now`. */
  message: string;
  hint?: string;
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
  /** Units of the hub (default 1), for the limits that the client keeps; one S3 unit is as much as 50 of S1. */
  units?: number;
  /** Variables that name proxies (`HTTPS_PROXY`, `NO_PROXY`) and CA files (`SSL_CERT_FILE`); `process.env` when absent. */
  env?: Readonly<Record<string, string | undefined>>;
}

/** Tries the key of a device at the hub. */
export type CheckCredential = (identity: SymmetricKeyIdentity, endpoint: HubEndpoint, call?: HubCall) => Promise<CredentialCheck>;
