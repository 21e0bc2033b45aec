import type { Condition } from '../spec/types.js';
import type { ClusterStats } from './traffic.js';

/** A Kubernetes object as it comes from the API; fields beyond metadata are the kind's own. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec?: Record<string, unknown>;
  status?: Record<string, unknown> & { conditions?: Partial<Condition>[] };
  [field: string]: unknown;
}

/** `metadata` of an object, as far as edge-vm reads it. */
export interface ObjectMeta {
  name: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: { apiVersion: string; kind: string; name: string; uid: string; controller?: boolean; blockOwnerDeletion?: boolean }[];
  finalizers?: string[];
  managedFields?: { manager?: string; operation?: string; fieldsV1?: Record<string, unknown>; time?: string; subresource?: string }[];
}

/** A resource type; `resources` in `kinds.ts` lists those that edge-vm knows. */
export interface ResourceType {
  /** `v1`, `kubevirt.io/v1`, … */
  apiVersion: string;
  kind: string;
  /** Plural, lower case, as in URLs. */
  plural: string;
  namespaced: boolean;
}

/** Kind, name and namespace of an object. */
export interface ObjectRef {
  type: ResourceType;
  name: string;
  namespace?: string;
}

/** Something that a caller may or may not do, in RBAC's words. */
export interface Access {
  verb: string;
  /** API group; the core group when absent. */
  group?: string;
  /** Plural, lower case. */
  resource: string;
  subresource?: string;
}

/** The caller's rights in a namespace, as far as the server can list them in one answer. */
export interface Rights {
  rules: { verbs: string[]; apiGroups?: string[]; resources?: string[]; resourceNames?: string[] }[];
  /** An authorizer (for example a webhook) has rules that it cannot list: it may allow more, or refuse. */
  incomplete: boolean;
}

/** Options of every call of the API server. */
export interface CallOptions {
  signal?: AbortSignal;
}

/**
 * One event of a list and watch for a consumer that keeps the objects: all that exist (again after 410 Gone), then each
 * change. A `deleted` has the resourceVersion of the deletion.
 */
export type ListWatchEvent<T = KubeObject> =
  | { type: 'listed'; objects: T[]; resourceVersion: string }
  | { type: 'added' | 'modified' | 'deleted'; object: T };

/** Options of a call that writes fields. */
export interface WriteOptions extends CallOptions {
  /** Instead of that of the connection. */
  fieldManager?: string;
}

/** Options of a list. */
export interface ListOptions extends CallOptions {
  /** All namespaces when absent and the type is namespaced. */
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
  /** Objects for which this is false may be left out. Only a cache uses it, because it saves copies; it must not change what it gets. */
  where?: (metadata: Readonly<ObjectMeta>) => boolean;
  /** Makes of every object what the caller reads of it, as soon as its page is here, so that a long list needs little memory. A cache gives whole objects all the same. */
  lean?: (object: KubeObject) => KubeObject;
}

/** One object in a table of the server. */
export interface TableRow {
  name: string;
  namespace?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  /** Texts of the columns that `kubectl get` prints, by title. */
  cells: Record<string, string>;
}

/**
 * One event of a list/watch. It starts with an `added` for every object that exists, then `synced`; after a
 * relist (410 Gone, lost connection) objects that vanished come as `deleted`.
 */
export type WatchEvent =
  | { type: 'added' | 'modified' | 'deleted'; object: KubeObject }
  | { type: 'synced' };

/** Options of a server-side apply. */
export interface ApplyOptions extends WriteOptions {
  /** Validate on the server, store nothing. */
  dryRun?: boolean;
  /** Take fields over from other managers. */
  force?: boolean;
  /**
   * The object as the caller has just read it (`null`: it did not exist), so that it is not read again to find out what
   * the apply changed. A dry run needs all of it; else metadata is enough.
   */
  before?: KubeObject | null;
  /** Only the metadata of the object need come back: a Secret is large, and its content stays where it is. A dry run gives the whole object. */
  answer?: 'metadata';
  /** Only the status, of an object that exists. */
  subresource?: 'status';
  /** The type of the object, so that nothing has to be asked about a kind that edge-vm does not know. */
  type?: ResourceType;
}

/** The object after an apply, and what the apply did. */
export interface ApplyResult {
  object: KubeObject;
  /** `unchanged` when the server's object kept its resourceVersion. */
  outcome: 'created' | 'changed' | 'unchanged';
}

/** Options of reading the log of a container. */
export interface LogOptions extends CallOptions {
  namespace: string;
  pod: string;
  container: string;
  follow?: boolean;
  /** RFC 3339. */
  sinceTime?: string;
  tailLines?: number;
}

/**
 * The Kubernetes port. Every method throws `EdgeVmError` (`no-cluster`, `cluster-unauthorized`, `forbidden`,
 * `admission-refused` with the webhook's own words, `field-conflict` with field and manager, `conflict` for another write at
 * the same time, `no-kubevirt` when the type is not served, …) whose text holds neither a request body nor a header.
 */
export interface Cluster {
  /** API server URL. */
  readonly server: string;
  /** Current namespace of the context, `default` when none is set. */
  readonly namespace: string;
  readonly context: string;

  /**
   * Gets the credentials if that needs a program or a person, so that no later deadline counts this time. Other calls
   * do the same if they need it. Throws `cluster-unauthorized`.
   */
  signIn(options?: CallOptions): Promise<void>;
  /** `undefined` when it does not exist. */
  get(ref: ObjectRef, options?: CallOptions): Promise<KubeObject | undefined>;
  list(type: ResourceType, options?: ListOptions): Promise<KubeObject[]>;
  /** The first `limit` objects as the server prints them, without their content; for completion. Sent once, never tried again. */
  table(type: ResourceType, options: ListOptions & { limit: number }): Promise<TableRow[]>;
  /** Never ends by itself: ends quietly when the signal is aborted, throws on errors that a retry cannot fix (403, 404 of the type). */
  watch(type: ResourceType, options: ListOptions & { signal: AbortSignal }): AsyncIterable<WatchEvent>;
  /**
   * As `watch`, for a cache: it keeps no object, and gives a list as a whole. `each` makes of every object, as soon
   * as it is read, what the caller keeps of it.
   */
  listWatch<T>(type: ResourceType, options: ListOptions & { signal: AbortSignal; each: (object: KubeObject) => T }): AsyncIterable<ListWatchEvent<T>>;
  /**
   * The type of any kind that the server serves. For a kind that is not in `kinds` it asks the server, once for a group
   * version. Throws `not-found` for a kind that is not served.
   */
  resolve(apiVersion: string, kind: string, options?: CallOptions): Promise<ResourceType>;
  /** Server-side apply of an object of any kind that the server serves. */
  apply(object: unknown, options?: ApplyOptions): Promise<ApplyResult>;
  /** Of any kind that the server serves; `conflict` (see `isAlreadyThere`) if it exists. */
  create(object: unknown, options?: WriteOptions & { dryRun?: boolean; type?: ResourceType }): Promise<KubeObject>;
  /** JSON merge patch; with `resourceVersion` in the patch it is conditional: `conflict` if the object has another one. */
  mergePatch(ref: ObjectRef, patch: unknown, options?: WriteOptions & { subresource?: 'status' }): Promise<KubeObject>;
  /** True if it existed. `Foreground` waits for dependants. With `uid` it is conditional: `conflict` if the object has another one. */
  delete(ref: ObjectRef, options?: CallOptions & { propagation?: 'Foreground' | 'Background' | 'Orphan'; uid?: string }): Promise<boolean>;
  /** Lines without their line end; ends with the log (or never, with `follow`, until the container ends or the signal aborts). */
  logs(options: LogOptions): AsyncIterable<string>;
  /** `PUT` on `subresources.kubevirt.io/v1`. */
  vmAction(name: string, namespace: string, action: 'start' | 'stop' | 'restart', body?: unknown, options?: CallOptions): Promise<void>;
  /** SelfSubjectAccessReview; true when allowed. */
  canI(access: Access & { namespace?: string; name?: string }, options?: CallOptions): Promise<boolean>;
  /** SelfSubjectRulesReview: all rights in a namespace in one request. */
  rights(namespace: string, options?: CallOptions): Promise<Rights>;
  /** Whether the API group version is served, e.g. `kubevirt.io/v1`; one request for all that are asked within a few seconds. */
  serves(apiVersion: string, options?: CallOptions): Promise<boolean>;
  /** Server version, e.g. `v1.34.4`. */
  version(options?: CallOptions): Promise<string>;
  /** Requests sent and TCP connections opened since it was made. */
  readonly stats: ClusterStats;
  close(): void;
}
