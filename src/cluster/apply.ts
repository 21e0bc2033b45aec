import { isDeepStrictEqual } from 'node:util';
import { EdgeVmError } from '../support/errors.js';
import { MANAGER } from '../spec/labels.js';
import { groupOf } from './kinds.js';
import { secretTexts } from './mask.js';
import { objectPath, withQuery } from './paths.js';
import { request } from './request.js';
import type { Call } from './request.js';
import type { Transport } from './transport.js';
import type { ApplyOptions, ApplyResult, KubeObject, ObjectRef } from './types.js';

/** The field manager, unless the caller names another one. */
export const defaultManager = MANAGER;

/** The parts of a call that follow from the object it is about. */
export function callFor(transport: Transport, verb: string, ref: ObjectRef, options: { signal?: AbortSignal }, body?: unknown): Pick<Call, 'subject' | 'signal' | 'body'> {
  const what = ref.name === '' ? ref.type.kind : `${ref.type.kind}/${ref.name}`;
  return {
    subject: { verb, what, group: groupOf(ref.type.apiVersion), server: transport.server, secrets: () => secretTexts(body) },
    ...(options.signal ? { signal: options.signal } : {}),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  };
}

/** One object, or `undefined` when it does not exist. `accept` narrows what the server sends. */
export async function getObject(transport: Transport, ref: ObjectRef, namespace: string, options: { signal?: AbortSignal; accept?: string }): Promise<KubeObject | undefined> {
  try {
    const call = { ...callFor(transport, 'get', ref, options), ...(options.accept === undefined ? {} : { accept: options.accept }) };
    const { body } = await request(transport, { method: 'GET', path: objectPath(ref, namespace), idempotent: true, ...call });
    return body as KubeObject;
  } catch (error) {
    if (isMissingObject(error)) return undefined;
    throw error;
  }
}

/** The object does not exist, but the cluster serves its type. */
export function isMissingObject(error: unknown): boolean {
  return EdgeVmError.is(error) && error.code === 'not-found' && error.details['name'] !== undefined;
}

/** What an apply is about, and who says it. */
interface ApplyTo {
  ref: ObjectRef;
  /** For a reference without one. */
  namespace: string;
  fieldManager: string;
}

/** The end of a path for a subresource. */
export function subresourceOf({ subresource }: { subresource?: 'status' }): string {
  return subresource === undefined ? '' : `/${subresource}`;
}

/** A server that cannot do this sends the whole object. */
const metadataOnly = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1, application/json';

/**
 * Server-side apply. The API does not say whether an apply changed anything, so this reads the object before, unless
 * the caller has it. Metadata is enough, but not for a dry run: its answer keeps the resourceVersion of the stored object.
 */
export async function applyObject(transport: Transport, object: unknown, { ref, namespace, fieldManager }: ApplyTo, options: ApplyOptions): Promise<ApplyResult> {
  const signal = options.signal ? { signal: options.signal } : {};
  const before = options.before === undefined ? await getObject(transport, ref, namespace, options.dryRun ? signal : { ...signal, accept: metadataOnly }) : (options.before ?? undefined);
  const path = withQuery(objectPath(ref, namespace) + subresourceOf(options), {
    fieldManager, fieldValidation: 'Strict', ...(options.force ? { force: true } : {}), ...(options.dryRun ? { dryRun: 'All' } : {}),
  });
  const call = callFor(transport, 'apply', ref, signal, object);
  const isPart = options.answer === 'metadata' && options.dryRun !== true;
  const { code, body } = await request(transport, { method: 'PATCH', path, contentType: 'application/apply-patch+yaml', idempotent: true, ...call, ...(isPart ? { accept: metadataOnly } : {}) });
  // The answer with metadata alone is of a kind of its own.
  const after = { ...(body as KubeObject), ...(isPart ? { apiVersion: ref.type.apiVersion, kind: ref.type.kind } : {}) };
  if (code === 201 || (!before && options.before === undefined)) return { object: after, outcome: 'created' };
  // It did not exist when the caller looked, but existed at the apply.
  if (!before) return { object: after, outcome: 'changed' };
  const same = options.dryRun ? sameContent(before, after) : before.metadata.resourceVersion === after.metadata.resourceVersion || (options.subresource === undefined && changedByOthersOnly(before, after, object as KubeObject, fieldManager));
  return { object: after, outcome: same ? 'unchanged' : 'changed' };
}

/**
 * A controller wrote between reading and applying (a VM's status changes all the time), and the apply changed nothing:
 * the server gives a manager's entry a new date only if its apply changed something. The dates have whole seconds, so this
 * also compares what the apply could have changed in the same second. Without a generation (Secrets) this is not possible,
 * nor for a status, which has none.
 */
function changedByOthersOnly(before: KubeObject, after: KubeObject, applied: KubeObject, fieldManager: string): boolean {
  const own = ({ metadata }: KubeObject): unknown => metadata.managedFields?.find((entry) => entry.manager === fieldManager && entry.operation === 'Apply' && !entry.subresource);
  const { generation, labels, annotations } = before.metadata;
  const has = (live: Record<string, string> = {}, wanted: Record<string, string> = {}): boolean => Object.entries(wanted).every(([key, value]) => live[key] === value);
  return generation !== undefined && generation === after.metadata.generation && own(before) !== undefined && isDeepStrictEqual(own(before), own(after))
    && has(labels, applied.metadata.labels) && has(annotations, applied.metadata.annotations);
}

/** Equal, except for the fields that the server writes on each update. */
function sameContent(a: KubeObject, b: KubeObject): boolean {
  const core = ({ metadata, ...rest }: KubeObject): unknown => {
    const { managedFields: _fields, resourceVersion: _version, generation: _generation, ...kept } = metadata;
    return { ...rest, metadata: kept };
  };
  return isDeepStrictEqual(core(a), core(b));
}
