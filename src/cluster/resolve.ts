import { systemClock, type Clock } from '../support/clock.js';
import { EdgeVmError, InvalidInputError, type Problem } from '../support/errors.js';
import { textAt } from '../support/plain.js';
import { groupOf, knownType } from './kinds.js';
import { apiRoot } from './paths.js';
import { request } from './request.js';
import type { Transport } from './transport.js';
import type { CallOptions, ObjectRef, ResourceType } from './types.js';

/** What a server serves under one group version: the types by kind. */
type Served = ReadonlyMap<string, ResourceType>;

/** For this time an answer without the kind counts: a kind may be new in a group version that was read before. */
const keptMs = 10_000;

/** Finds the type of a kind, and the reference of an object. */
export interface Resolver {
  type(apiVersion: string, kind: string, options?: CallOptions): Promise<ResourceType>;
  /** From `apiVersion`, `kind`, `metadata`. The caller may give the type. */
  ref(object: unknown, type: ResourceType | undefined, options: CallOptions): Promise<ObjectRef>;
}

/** Types that edge-vm does not know come from the server's discovery: one request for all kinds of a group version. */
export function createResolver(transport: Transport, clock: Clock = systemClock): Resolver {
  const read = new Map<string, { at: number; served: Promise<Served> }>();

  const discover = (apiVersion: string, options: CallOptions): { at: number; served: Promise<Served> } => {
    const entry = { at: clock.now(), served: typesOf(transport, apiVersion, options) };
    read.set(apiVersion, entry);
    entry.served.catch(() => {
      if (read.get(apiVersion) === entry) read.delete(apiVersion);
    });
    return entry;
  };

  const type = async (apiVersion: string, kind: string, options: CallOptions = {}): Promise<ResourceType> => {
    const known = knownType(apiVersion, kind);
    if (known !== undefined) return known;
    const before = read.get(apiVersion);
    let found = (await before?.served)?.get(kind);
    if (found === undefined && (before === undefined || clock.now() - before.at >= keptMs)) found = (await discover(apiVersion, options).served).get(kind);
    if (found === undefined) throw new EdgeVmError('not-found', `${transport.server} serves no kind ${kind} in ${apiVersion}`, { details: { apiVersion, kind } });
    return found;
  };

  return {
    type,
    async ref(object, given, options) {
      const [apiVersion, kind] = [textAt(object, 'apiVersion'), textAt(object, 'kind')];
      const problems: Problem[] = [];
      if (given === undefined && !apiVersion) problems.push({ kind: 'missing', field: 'apiVersion', message: 'is missing: for example v1' });
      if (given === undefined && !kind) problems.push({ kind: 'missing', field: 'kind', message: 'is missing: for example Secret' });
      if (problems.length > 0) throw new InvalidInputError(problems);
      const [name = '', namespace] = [textAt(object, 'metadata', 'name'), textAt(object, 'metadata', 'namespace')];
      const ref: ObjectRef = { type: given ?? await type(apiVersion!, kind!, options), name };
      return namespace === undefined ? ref : { ...ref, namespace };
    },
  };
}

/** `APIResourceList`; a subresource has a slash in its name. */
async function typesOf(transport: Transport, apiVersion: string, { signal }: CallOptions): Promise<Served> {
  const subject = { verb: 'discover', what: apiVersion, group: groupOf(apiVersion), server: transport.server };
  const { body } = await request(transport, { method: 'GET', path: apiRoot(apiVersion), subject, idempotent: true, ...(signal ? { signal } : {}) });
  const { resources = [] } = (body ?? {}) as { resources?: { name: string; kind: string; namespaced: boolean }[] };
  return new Map(resources.flatMap(({ name, kind, namespaced }) => (name.includes('/') ? [] : [[kind, Object.freeze({ apiVersion, kind, plural: name, namespaced })] as const])));
}
