import { undefinedIfForbidden } from '../cluster/absent.js';
import { Secret } from '../cluster/kinds.js';
import { keyOf } from '../cluster/key.js';
import { deviceOf, ownSelector, type DeviceRef } from '../cluster/owned.js';
import type { KubeObject } from '../cluster/types.js';
import type { ProvisionContext } from '../readiness/types.js';
import { LABEL_DEREGISTER, LABEL_INSTANCE } from '../spec/labels.js';

/**
 * Secrets that outlive their machine until the hub device is deleted (`keepSecret`); `undefined` without the right to list
 * Secrets. If the device was created again, its machine exists too.
 */
export async function listHubRests({ cluster, signal }: Pick<ProvisionContext, 'cluster' | 'signal'>, { namespace, labelSelector }: { namespace?: string; labelSelector?: string }): Promise<KubeObject[] | undefined> {
  const selector = `${ownSelector()},${LABEL_DEREGISTER}=true${labelSelector === undefined ? '' : `,${labelSelector}`}`;
  return cluster.list(Secret, { labelSelector: selector, ...(namespace === undefined ? {} : { namespace }), ...(signal === undefined ? {} : { signal }) }).catch(undefinedIfForbidden);
}

/** A device of which a stopped `delete --deregister` left the hub device, and a Secret that names it. */
export interface HubRest {
  name: string;
  namespace: string;
  device: DeviceRef;
}

/** The rests of devices that have no machine, sorted by namespace and name; none without the right to list Secrets. */
export async function hubRestsOf(context: ProvisionContext, selection: { namespace?: string; labelSelector?: string }, machines: readonly { name: string; namespace: string }[]): Promise<HubRest[]> {
  const live = new Set(machines.map(keyOf));
  const secrets = (await listHubRests(context, selection)) ?? [];
  return secrets.map((secret) => ({ name: nameInRest(secret), namespace: secret.metadata.namespace ?? context.cluster.namespace, device: deviceOf(secret) }))
    .filter((rest) => !live.has(keyOf(rest))).sort((a, b) => keyOf(a).localeCompare(keyOf(b)));
}

/** The device of such a Secret. */
export function nameInRest({ metadata: { name, labels } }: KubeObject): string {
  return labels?.[LABEL_INSTANCE] ?? name;
}
