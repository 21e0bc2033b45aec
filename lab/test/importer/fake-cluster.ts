import { EdgeVmError, type Cluster, type KubeObject, type ObjectRef, type ResourceType } from 'edge-vm';

/** The parts of a cluster that the importer uses, in memory: objects by kind, namespace and name, and merge patches. */
export class FakeCluster {
  readonly objects = new Map<string, KubeObject>();
  /** Called after each write, to simulate what Kubernetes would do. */
  onWrite: (object: KubeObject) => void = () => {};
  /** Each status that an object went through, as `phase progress`. */
  readonly history: string[] = [];

  get port(): Cluster {
    return this as unknown as Cluster;
  }

  put(object: KubeObject): KubeObject {
    this.objects.set(keyOf(object.kind, object.metadata.namespace, object.metadata.name), object);
    this.onWrite(object);
    return object;
  }

  find(kind: string, name: string, namespace: string | undefined = 'default'): KubeObject | undefined {
    return this.objects.get(keyOf(kind, namespace, name)) ?? this.objects.get(keyOf(kind, undefined, name));
  }

  all(kind: string): KubeObject[] {
    return [...this.objects.values()].filter((object) => object.kind === kind);
  }

  async get(ref: ObjectRef): Promise<KubeObject | undefined> {
    return structuredClone(this.find(ref.type.kind, ref.name, ref.namespace));
  }

  async list(type: ResourceType): Promise<KubeObject[]> {
    return structuredClone(this.all(type.kind));
  }

  async create(object: KubeObject): Promise<KubeObject> {
    if (this.find(object.kind, object.metadata.name, object.metadata.namespace)) throw new EdgeVmError('admission-refused', 'already exists');
    return this.put(structuredClone(object));
  }

  async mergePatch(ref: ObjectRef, patch: { metadata?: { annotations?: Record<string, string> }; status?: object }): Promise<KubeObject> {
    const live = this.find(ref.type.kind, ref.name, ref.namespace);
    if (live === undefined) throw new EdgeVmError('not-found', `${ref.type.kind} ${ref.name} not found`);
    const annotations = { ...live.metadata.annotations, ...patch.metadata?.annotations };
    Object.assign(live, { metadata: { ...live.metadata, ...patch.metadata, annotations }, status: { ...live.status, ...patch.status } });
    if (patch.status !== undefined) {
      const { phase, progress } = live.status as { phase?: string; progress?: string };
      const line = [phase, progress].filter(Boolean).join(' ');
      if (this.history.at(-1) !== line) this.history.push(line);
    }
    return live;
  }
}

function keyOf(kind: string, namespace: string | undefined, name: string): string {
  return `${kind}/${namespace ?? ''}/${name}`;
}
