import type {
  ApplyOptions, ApplyResult, CallOptions, Cluster, KubeObject, ListOptions, LogOptions, ListWatchEvent, ObjectRef, ResourceType, Rights, TableRow, WatchEvent,
} from '../../../src/cluster/types.js';
import { knownType, resources } from '../../../src/cluster/kinds.js';
import { parseSelector, selects } from '../../../src/cluster/label-selector.js';
import { EdgeVmError } from '../../../src/support/errors.js';
import { textAt } from '../../../src/support/plain.js';
import type { ManualClock } from '../manual-clock.js';
import { applyFields, managedFields, takeChanges, type FieldOwners } from './field-owners.js';
import { FakeLogs } from './logs.js';
import { ObjectStore, type Change } from './store.js';

export interface Call {
  verb: string;
  what: string;
}

/** An API server in memory: server-side apply with field owners, watches, finalizers, garbage collection, logs. */
export class FakeCluster implements Cluster {
  readonly server = 'https://fake.test:6443';
  readonly namespace = 'edge';
  readonly context = 'fake';
  readonly stats = { requests: 0, connections: 1, throttled: 0, calls: new Map<string, number>() };
  readonly store: ObjectStore;
  readonly logStore: FakeLogs;
  readonly calls: Call[] = [];
  /** `verb plural`, e.g. `list events`: refused as RBAC would. */
  readonly forbidden = new Set<string>();
  readonly served = new Set(['kubevirt.io/v1', 'cdi.kubevirt.io/v1beta1']);
  /** Who writes, if a call names nobody. */
  fieldManager = 'edge-vm';
  /** Called before each request; may throw. */
  before: (call: Call) => void = () => undefined;
  /** Called after each request that was done; may throw, as if the process were killed before it gets the answer. */
  after: (call: Call) => void = () => undefined;

  readonly #watching: string[] = [];

  constructor(readonly clock: ManualClock) {
    this.store = new ObjectStore(() => clock.iso());
    this.logStore = new FakeLogs();
  }

  async get(ref: ObjectRef, options?: CallOptions): Promise<KubeObject | undefined> {
    return this.#request({ verb: 'get', what: ref.type.plural }, ref.type, options, () => {
      const found = this.store.entry(ObjectStore.key(ref.type.kind, this.#ns(ref), ref.name))?.object;
      return found === undefined ? undefined : structuredClone(found);
    });
  }

  async list(type: ResourceType, options: ListOptions = {}): Promise<KubeObject[]> {
    return this.#request({ verb: 'list', what: type.plural }, type, options, () => this.#select(type, options));
  }

  async table(type: ResourceType, options: ListOptions & { limit: number }): Promise<TableRow[]> {
    const rows = await this.list(type, options);
    return rows.slice(0, options.limit).map(({ metadata: { name, namespace, labels, annotations }, status }) => ({
      name, ...(namespace === undefined ? {} : { namespace }), ...(labels === undefined ? {} : { labels }), ...(annotations === undefined ? {} : { annotations }),
      cells: { Name: name, Status: textAt(status, 'printableStatus') ?? '' },
    }));
  }

  async *watch(type: ResourceType, options: ListOptions & { signal: AbortSignal }): AsyncIterable<WatchEvent> {
    const queue: WatchEvent[] = [];
    let wake: () => void = () => undefined;
    const seen = new Set<string>();
    const push = (change: Change): void => {
      if (change.object.kind !== type.kind) return;
      const key = ObjectStore.keyOf(change.object);
      const fits = change.type !== 'deleted' && matches(change.object, options);
      if (!fits && !seen.has(key)) return;
      queue.push(fits ? { type: seen.has(key) ? 'modified' : 'added', object: change.object } : { type: 'deleted', object: change.object });
      if (fits) seen.add(key);
      else seen.delete(key);
      wake();
    };
    const first = await this.#request({ verb: 'watch', what: type.plural }, type, options, () => this.#select(type, options)).catch((error: unknown) => {
      if (options.signal.aborted) return [];
      throw error;
    });
    for (const object of first) {
      seen.add(ObjectStore.keyOf(object));
      queue.push({ type: 'added', object });
    }
    // For `listWatch`: the version of the list.
    queue.push(Object.assign({ type: 'synced' } as const, { version: this.store.version }));
    const stop = this.store.subscribe(push);
    this.#watching.push(type.plural);
    try {
      while (!options.signal.aborted) {
        const event = queue.shift();
        if (event !== undefined) {
          yield event;
          continue;
        }
        await new Promise<void>((resolve) => {
          wake = resolve;
          options.signal.addEventListener('abort', () => resolve(), { once: true });
        });
      }
    } finally {
      stop();
      this.#watching.splice(this.#watching.indexOf(type.plural), 1);
    }
  }

  async *listWatch<T>(type: ResourceType, options: ListOptions & { signal: AbortSignal; each: (object: KubeObject) => T }): AsyncIterable<ListWatchEvent<T>> {
    const { each } = options;
    const objects: T[] = [];
    let listed = false;
    for await (const event of this.watch(type, options)) {
      if (event.type === 'synced') {
        listed = true;
        yield { type: 'listed', objects, resourceVersion: (event as { version?: string }).version ?? '' };
      } else if (listed) yield { type: event.type, object: each(event.object) };
      else objects.push(each(event.object));
    }
  }

  async apply(object: unknown, options: ApplyOptions = {}): Promise<ApplyResult> {
    const wanted = structuredClone(object) as KubeObject;
    const type = { apiVersion: wanted.apiVersion, plural: pluralOf(wanted.kind) };
    return this.#request({ verb: options.dryRun === true ? 'try' : 'apply', what: type.plural }, type, options, () => {
      if (wanted.kind !== 'Namespace') wanted.metadata.namespace ??= this.namespace;
      const before = this.store.entry(ObjectStore.keyOf(wanted));
      const live: KubeObject = before === undefined ? { apiVersion: wanted.apiVersion, kind: wanted.kind, metadata: { name: wanted.metadata.name, ...(wanted.metadata.namespace === undefined ? {} : { namespace: wanted.metadata.namespace }) } } : structuredClone(before.object);
      const owners: FieldOwners = structuredClone(before?.owners ?? new Map());
      const conflicts = applyFields(live, owners, wanted, options.fieldManager ?? this.fieldManager, options.force === true);
      if (conflicts.length > 0) throw new EdgeVmError('field-conflict', `${wanted.kind}/${wanted.metadata.name}: ${conflicts[0]!.field} is held by ${conflicts[0]!.manager}`);
      live.metadata.managedFields = managedFields(owners);
      if (options.dryRun === true) return { object: live, outcome: before === undefined ? 'created' : 'changed' };
      const stored = this.store.put(live, owners);
      const outcome = before === undefined ? 'created' : stored.metadata.resourceVersion === before.object.metadata.resourceVersion ? 'unchanged' : 'changed';
      const { apiVersion, kind, metadata } = stored;
      return { object: options.answer === 'metadata' ? { apiVersion, kind, metadata } : stored, outcome };
    });
  }

  async create(object: unknown, options: CallOptions & { dryRun?: boolean } = {}): Promise<KubeObject> {
    const wanted = structuredClone(object) as KubeObject;
    const dryRun = options.dryRun === true;
    return this.#request({ verb: dryRun ? 'try' : 'create', what: pluralOf(wanted.kind) }, { apiVersion: wanted.apiVersion, plural: pluralOf(wanted.kind) }, options, () => {
      if (dryRun) return wanted;
      if (wanted.kind !== 'Namespace') wanted.metadata.namespace ??= this.namespace;
      if (this.store.entry(ObjectStore.keyOf(wanted)) !== undefined) throw new EdgeVmError('conflict', `${pluralOf(wanted.kind)} "${wanted.metadata.name}" already exists`, { details: { status: 409, reason: 'AlreadyExists' } });
      return this.store.put(wanted, new Map());
    });
  }

  async mergePatch(ref: ObjectRef, patch: unknown, options?: CallOptions): Promise<KubeObject> {
    return this.#request({ verb: 'patch', what: ref.type.plural }, ref.type, options, () => {
      const key = ObjectStore.key(ref.type.kind, this.#ns(ref), ref.name);
      const entry = this.store.entry(key);
      if (entry === undefined) throw new EdgeVmError('not-found', `${ref.type.plural} "${ref.name}" not found`, { details: { status: 404, name: ref.name } });
      const { resourceVersion } = (patch as { metadata?: { resourceVersion?: string } }).metadata ?? {};
      if (resourceVersion !== undefined && resourceVersion !== entry.object.metadata.resourceVersion) throw new EdgeVmError('conflict', 'the object has been modified');
      const object = merge(entry.object, patch) as KubeObject;
      const news = (object.metadata.finalizers ?? []).filter((f) => !entry.object.metadata.finalizers?.includes(f));
      if (entry.object.metadata.deletionTimestamp !== undefined && news.length > 0) throw new EdgeVmError('admission-refused', 'no new finalizers can be added if the object is being deleted');
      return this.store.put(object, entry.owners);
    });
  }

  async delete(ref: ObjectRef, options: CallOptions & { propagation?: 'Foreground' | 'Background' | 'Orphan'; uid?: string } = {}): Promise<boolean> {
    return this.#request({ verb: 'delete', what: ref.type.plural }, ref.type, options, () => {
      const key = ObjectStore.key(ref.type.kind, this.#ns(ref), ref.name);
      const live = this.store.entry(key)?.object;
      if (live !== undefined && options.uid !== undefined && options.uid !== live.metadata.uid) throw new EdgeVmError('conflict', 'uid precondition failed');
      return this.store.delete(key, options.propagation ?? 'Background');
    });
  }

  logs(options: LogOptions): AsyncIterable<string> {
    this.calls.push({ verb: 'logs', what: options.pod });
    if (this.forbidden.has('get pods/log')) throw new EdgeVmError('forbidden', 'not allowed to read the log');
    return this.logStore.read(options);
  }

  async vmAction(name: string, namespace: string, action: string): Promise<void> {
    await this.#request({ verb: action, what: 'virtualmachines' }, { apiVersion: 'subresources.kubevirt.io/v1', plural: 'virtualmachines' }, {}, () => {
      this.edit('VirtualMachine', namespace, name, 'virt-api', (vm) => {
        (vm.spec as Record<string, unknown>)['runStrategy'] = action === 'start' ? 'Always' : 'Halted';
      });
    });
  }

  async canI(access: { verb: string; resource: string }): Promise<boolean> {
    this.calls.push({ verb: 'canI', what: access.resource });
    return !this.forbidden.has(`${access.verb} ${access.resource}`);
  }

  /** As RBAC would: a rule for each type, without what is forbidden. */
  async rights(namespace: string): Promise<Rights> {
    this.calls.push({ verb: 'rights', what: namespace });
    const verbs = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'];
    return { rules: [...resources.map(({ plural }) => plural), 'virtualmachines/start'].map((plural) => ({ apiGroups: ['*'], resources: [plural], verbs: verbs.filter((verb) => !this.forbidden.has(`${verb} ${plural}`)) })), incomplete: false };
  }

  async serves(apiVersion: string): Promise<boolean> {
    return this.served.has(apiVersion);
  }

  async version(): Promise<string> {
    return 'v1.34.4';
  }

  async resolve(apiVersion: string, kind: string): Promise<ResourceType> {
    return knownType(apiVersion, kind) ?? { apiVersion, kind, plural: pluralOf(kind), namespaced: true };
  }

  signIn(): Promise<void> {
    return Promise.resolve();
  }

  close(): void {}

  // What others in the cluster do.

  /** An update by another manager, which owns what it changes. */
  edit(kind: string, namespace: string | undefined, name: string, manager: string, change: (object: KubeObject) => void): void {
    const entry = this.store.entry(ObjectStore.key(kind, namespace, name));
    if (entry === undefined) throw new Error(`no ${kind} ${name}`);
    const after = structuredClone(entry.object);
    change(after);
    takeChanges(entry.object, after, entry.owners, manager);
    after.metadata.managedFields = managedFields(entry.owners);
    this.store.put(after, entry.owners);
  }

  find(kind: string, name: string, namespace: string | undefined = this.namespace): KubeObject | undefined {
    return this.store.entry(ObjectStore.key(kind, namespace, name))?.object;
  }

  /** Watches of that type that are open. */
  watching(plural: string): number {
    return this.#watching.filter((one) => one === plural).length;
  }

  /** Requests that changed something. */
  get writes(): string[] {
    return this.calls.filter(({ verb }) => ['apply', 'create', 'patch', 'delete', 'start', 'stop'].includes(verb)).map(({ verb, what }) => `${verb} ${what}`);
  }

  #ns(ref: ObjectRef): string | undefined {
    return ref.type.namespaced ? (ref.namespace ?? this.namespace) : undefined;
  }

  #select(type: ResourceType, options: ListOptions): KubeObject[] {
    return this.store.all().filter((object) => object.kind === type.kind && matches(object, options)).map((object) => structuredClone(object));
  }

  async #request<T>(call: Call, type: { apiVersion: string; plural: string }, options: CallOptions | undefined, work: () => T): Promise<T> {
    this.stats.requests++;
    this.calls.push(call);
    options?.signal?.throwIfAborted();
    this.before(call);
    if (this.forbidden.has(`${call.verb} ${call.what}`)) throw new EdgeVmError('forbidden', `not allowed to ${call.verb} ${call.what}`);
    if (type.apiVersion.includes('kubevirt.io') && !type.apiVersion.startsWith('subresources') && !this.served.has(type.apiVersion)) throw new EdgeVmError(type.apiVersion.startsWith('cdi') ? 'no-cdi' : 'no-kubevirt', 'not served');
    const result = work();
    this.after(call);
    return result;
  }
}

function matches(object: KubeObject, { namespace, labelSelector, fieldSelector }: ListOptions): boolean {
  if (namespace !== undefined && object.metadata.namespace !== namespace) return false;
  if (labelSelector !== undefined && labelSelector !== '' && !selects(parseSelector(labelSelector), object.metadata.labels)) return false;
  const fields = (fieldSelector ?? '').split(',').filter(Boolean).map((one) => one.split('='));
  return fields.every(([path, value]) => path!.split('.').reduce<unknown>((part, key) => (part as Record<string, unknown> | undefined)?.[key], object) === value);
}

function merge(live: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const base = typeof live === 'object' && live !== null && !Array.isArray(live) ? { ...(live as Record<string, unknown>) } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete base[key];
    else if (value !== undefined) base[key] = merge(base[key], value);
  }
  return base;
}

function pluralOf(kind: string): string {
  return `${kind.toLowerCase()}s`;
}
