import { MANAGER } from '../../spec/labels.js';
import type { KubeObject } from '../types.js';

/** kubectl's copy of an applied manifest. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** Without `managedFields` and kubectl's copy of the manifest. For objects that edge-vm only reads. */
export function withoutManagers(object: KubeObject): KubeObject {
  const { managedFields: _fields, annotations, ...metadata } = object.metadata;
  const { [LAST_APPLIED]: copy, ...kept } = annotations ?? {};
  if (copy === undefined) return { ...object, metadata: { ...metadata, ...(annotations === undefined ? {} : { annotations }) } };
  return { ...object, metadata: { ...metadata, annotations: kept } };
}

/**
 * For objects that edge-vm applies: keeps what it reads in `managedFields`, which is who owns labels, annotations and spec. Of
 * a status it keeps only the names of the managers. `last-applied` stays, as it is an annotation that an apply may compare.
 */
export function withoutStatusManagers(object: KubeObject): KubeObject {
  const { managedFields } = object.metadata;
  if (managedFields === undefined) return object;
  const lean = managedFields.map(({ fieldsV1, ...entry }) => (entry.subresource === undefined || entry.manager === MANAGER ? { ...entry, ...(fieldsV1 === undefined ? {} : { fieldsV1 }) } : entry));
  return { ...object, metadata: { ...object.metadata, managedFields: lean } };
}
