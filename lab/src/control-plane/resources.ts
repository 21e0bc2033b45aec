/** A Kubernetes object as the lab's set-up handles it. */
export interface ApiObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; uid?: string; labels?: Record<string, string>; annotations?: Record<string, string>; [field: string]: unknown };
  [field: string]: unknown;
}

const clusterScoped = new Set([
  'APIService', 'CSIDriver', 'ClusterRole', 'ClusterRoleBinding', 'CustomResourceDefinition', 'Namespace', 'Node',
  'PersistentVolume', 'PriorityClass', 'StorageClass', 'StorageProfile', 'CDI', 'CDIConfig',
]);

/** Path of an object's own URL. */
export function pathOf(object: ApiObject): string {
  return `${collectionOf(object)}/${object.metadata.name}`;
}

/** Path of the collection that an object belongs to. */
export function collectionOf(object: ApiObject): string {
  const { apiVersion, kind, metadata } = object;
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const namespace = clusterScoped.has(kind) ? '' : `/namespaces/${metadata.namespace ?? 'default'}`;
  return `${root}${namespace}/${pluralOf(kind)}`;
}

// Kubernetes itself guesses plurals by this rule. It is right for every kind that the lab sets up.
function pluralOf(kind: string): string {
  const word = kind.toLowerCase();
  if (word.endsWith('s')) return `${word}es`;
  if (word.endsWith('y')) return `${word.slice(0, -1)}ies`;
  return `${word}s`;
}
