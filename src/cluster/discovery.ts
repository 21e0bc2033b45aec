import { EdgeVmError } from '../support/errors.js';
import { request } from './request.js';
import type { CallLimits } from './request.js';
import type { Transport } from './transport.js';
import type { CallOptions, NamespacedTypes, ResourceType } from './types.js';

/** All groups and types in one answer; Kubernetes serves it since 1.27 (v2beta1) and 1.30 (v2). */
const aggregated = ['v2', 'v2beta1'].map((version) => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`).join(',');

const limits: CallLimits = { deadlineMs: 10_000, attempts: 3, backoff: { firstMs: 200, maxMs: 2_000 } };

interface DiscoveryList {
  kind?: string;
  items?: { metadata?: { name?: string }; versions?: DiscoveryVersion[] }[];
}

interface DiscoveryVersion {
  version: string;
  /** `Stale` while the server behind an APIService does not answer. */
  freshness?: string;
  resources?: { resource: string; responseKind?: { kind?: string }; scope?: string; verbs?: string[] }[];
}

/** Every type that lives in a namespace and can be listed, each once; two requests. */
export async function discoverNamespaced(transport: Transport, options: CallOptions = {}): Promise<NamespacedTypes> {
  const answers = await Promise.all(['/api', '/apis'].map((path) => read(transport, path, options)));
  const types = new Map<string, ResourceType>();
  const silent = new Set<string>();
  for (const { metadata, versions = [] } of answers.flatMap(({ items = [] }) => items)) {
    const group = metadata?.name ?? '';
    // The version that the group prefers comes first.
    for (const version of versions) {
      const apiVersion = group === '' ? version.version : `${group}/${version.version}`;
      if (version.freshness === 'Stale') silent.add(apiVersion);
      for (const type of typesOf(version, apiVersion)) {
        const key = `${group}/${type.plural}`;
        if (!types.has(key)) types.set(key, type);
      }
    }
  }
  return { types: [...types.values()], silent: [...silent] };
}

function typesOf({ resources = [] }: DiscoveryVersion, apiVersion: string): ResourceType[] {
  return resources
    .filter(({ scope, verbs }) => scope === 'Namespaced' && verbs?.includes('list'))
    .map(({ resource, responseKind }) => ({ apiVersion, kind: responseKind?.kind ?? resource, plural: resource, namespaced: true }));
}

async function read(transport: Transport, path: string, { signal }: CallOptions): Promise<DiscoveryList> {
  const subject = { verb: 'discover', what: 'the API’s types', group: '', server: transport.server };
  const { body } = await request(transport, { method: 'GET', path, accept: `${aggregated},application/json`, subject, idempotent: true, ...(signal ? { signal } : {}) }, limits);
  const list = body as DiscoveryList | undefined;
  // An old server, or a proxy that takes the header away, answers with the names of the groups alone.
  if (list?.kind !== 'APIGroupDiscoveryList') throw new EdgeVmError('no-cluster', `${transport.server} does not tell its types in one answer`);
  return list;
}
