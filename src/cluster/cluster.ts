import { EdgeVmError } from '../support/errors.js';
import { applyObject, callFor, defaultManager, getObject, isMissingObject, subresourceOf } from './apply.js';
import { groupVersions } from './discovery.js';
import { groupOf, SelfSubjectAccessReview, SelfSubjectRulesReview } from './kinds.js';
import { listAll } from './list.js';
import { logLines } from './logs.js';
import { collectionPath, objectPath, withQuery } from './paths.js';
import { request } from './request.js';
import { createResolver } from './resolve.js';
import { listTable } from './table.js';
import type { Transport } from './transport.js';
import type { Cluster, KubeObject, ResourceType, Rights } from './types.js';
import { listAndWatch, watchObjects } from './watch.js';

/** What a port is for: its context, the namespace of objects that name none, and the field manager of calls that name none. */
export interface ClusterSettings {
  context: string;
  namespace: string;
  fieldManager?: string | undefined;
}

/** The Kubernetes port over one transport. */
export function createCluster(transport: Transport, { context, namespace, fieldManager: ownManager = defaultManager }: ClusterSettings): Cluster {
  const { server } = transport;
  const plain = (verb: string, what: string, group = ''): { verb: string; what: string; group: string; server: string } => ({ verb, what, group, server });
  const withSignal = (options?: { signal?: AbortSignal }): { signal?: AbortSignal } => (options?.signal ? { signal: options.signal } : {});

  const served = groupVersions(transport);
  const resolver = createResolver(transport);
  const managerOf = ({ fieldManager = ownManager }: { fieldManager?: string }): string => fieldManager;
  /** Asks the API server about the caller. The answer is in `status`; the server stores nothing. */
  const review = async (type: ResourceType, what: string, spec: object, options?: { signal?: AbortSignal }): Promise<unknown> => {
    const { body } = await request(transport, {
      method: 'POST', path: collectionPath(type), body: JSON.stringify({ apiVersion: type.apiVersion, kind: type.kind, spec }),
      subject: plain('check', what, groupOf(type.apiVersion)), idempotent: true, ...withSignal(options),
    });
    return (body as { status?: unknown }).status;
  };

  return {
    server,
    namespace,
    context,
    stats: transport.stats,
    close: () => transport.close(),

    signIn: async (options = {}) => void (await transport.authorize(options.signal)),

    get: (ref, options = {}) => getObject(transport, ref, namespace, options),

    list: async (type, options = {}) => (await listAll(transport, type, options)).items,

    table: (type, options) => listTable(transport, type, options),

    watch: (type, options) => watchObjects(transport, type, options),

    listWatch: (type, options) => listAndWatch(transport, type, options),

    resolve: (apiVersion, kind, options) => resolver.type(apiVersion, kind, options),

    async apply(object, options = {}) {
      return applyObject(transport, object, { ref: await resolver.ref(object, options.type, withSignal(options)), namespace, fieldManager: managerOf(options) }, options);
    },

    async create(object, options = {}) {
      const ref = await resolver.ref(object, options.type, withSignal(options));
      const path = withQuery(collectionPath(ref.type, ref.namespace ?? namespace), { fieldManager: managerOf(options), fieldValidation: 'Strict', ...(options.dryRun ? { dryRun: 'All' } : {}) });
      // A dry run stores nothing, so that it may be sent again.
      const { body } = await request(transport, { method: 'POST', path, idempotent: options.dryRun === true, ...callFor(transport, 'create', ref, options, object) });
      return body as KubeObject;
    },

    async mergePatch(ref, patch, options = {}) {
      const path = withQuery(objectPath(ref, namespace) + subresourceOf(options), { fieldManager: managerOf(options), fieldValidation: 'Strict' });
      // If a conditional patch has arrived, a second try would conflict with the resourceVersion of the first.
      const idempotent = (patch as { metadata?: { resourceVersion?: string } } | null)?.metadata?.resourceVersion === undefined;
      const call = callFor(transport, 'patch', ref, options, { ...(patch as object), kind: ref.type.kind, apiVersion: ref.type.apiVersion });
      const { body } = await request(transport, { method: 'PATCH', path, contentType: 'application/merge-patch+json', idempotent, ...call });
      return body as KubeObject;
    },

    async delete(ref, options = {}) {
      const body = {
        apiVersion: 'v1', kind: 'DeleteOptions',
        ...(options.propagation === undefined ? {} : { propagationPolicy: options.propagation }),
        ...(options.uid === undefined ? {} : { preconditions: { uid: options.uid } }),
      };
      try {
        await request(transport, { method: 'DELETE', path: objectPath(ref, namespace), idempotent: true, ...callFor(transport, 'delete', ref, options, body) });
        return true;
      } catch (error) {
        if (isMissingObject(error)) return false;
        throw error;
      }
    },

    logs: (options) => logLines(transport, options),

    async vmAction(name, ofNamespace, action, body, options) {
      const path = `/apis/subresources.kubevirt.io/v1/namespaces/${encodeURIComponent(ofNamespace)}/virtualmachines/${encodeURIComponent(name)}/${action}`;
      const subject = plain(action, `VirtualMachine/${name}`, 'subresources.kubevirt.io');
      try {
        // virt-api answers these without content. If the request accepts JSON only, it answers 406.
        await request(transport, { method: 'PUT', path, body: JSON.stringify(body ?? {}), accept: '*/*', subject, idempotent: false, ...withSignal(options) });
      } catch (error) {
        // 409 here is KubeVirt's refusal (`VM is already running`), not a conflict over fields.
        if (!EdgeVmError.is(error) || error.details['status'] !== 409) throw error;
        throw new EdgeVmError('admission-refused', error.message, { details: error.details });
      }
    },

    async canI(access, options) {
      const status = await review(SelfSubjectAccessReview, `the right to ${access.verb} ${access.resource}`, { resourceAttributes: access }, options);
      return (status as { allowed?: boolean } | undefined)?.allowed === true;
    },

    async rights(ofNamespace, options) {
      const status = await review(SelfSubjectRulesReview, `the rights in namespace ${ofNamespace}`, { namespace: ofNamespace }, options);
      const { resourceRules, incomplete } = (status ?? {}) as { resourceRules?: Rights['rules'] | null; incomplete?: boolean };
      return { rules: resourceRules ?? [], incomplete: incomplete === true };
    },

    serves: async (apiVersion, options) => (await served(options)).has(apiVersion),

    async version(options) {
      const { body } = await request(transport, { method: 'GET', path: '/version', subject: plain('read', 'its version'), idempotent: true, ...withSignal(options) });
      return (body as { gitVersion?: string }).gitVersion ?? 'unknown';
    },
  };
}
