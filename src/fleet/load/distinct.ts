import type { Problem } from '../../support/errors.js';
import type { FleetDevice } from '../types.js';

/** A document with the name that it gives its device; it may have other problems. */
export interface NamedDocument {
  place: string;
  name: string;
  namespace?: string | undefined;
}

/**
 * The problems of devices that are there twice: two of one name in a namespace, or two of one hub device.
 *
 * @param namespace that of a device without one.
 * @param documents all that have a name, also those that are no device because of other problems.
 */
export function twiceProblems(devices: readonly FleetDevice[], namespace = '', documents: readonly NamedDocument[] = devices.map(({ place, device: { metadata } }) => ({ place, name: metadata.name, namespace: metadata.namespace }))): Problem[] {
  const seen = new Map<string, string>();
  const problems: Problem[] = [];
  const add = (place: string, key: string, field: string, what: string): boolean => {
    const first = seen.get(key);
    if (first === undefined) seen.set(key, place);
    else problems.push({ kind: 'conflict', field: `${place}: ${field}`, message: `${what} is also in ${first}` });
    return first !== undefined;
  };
  const sameName = new Set<string>();
  for (const { place, name, namespace: own = namespace } of documents) {
    if (add(place, `name ${own}/${name}`, 'metadata.name', `device ${name}${own === '' ? '' : ` of namespace ${own}`}`)) sameName.add(place);
  }
  for (const { place, device, identity } of devices) {
    const id = identity.kind === 'given' ? identity.identity.deviceId : identity.kind === 'register' ? identity.deviceId : device.spec.deviceId;
    const hub = identity.kind === 'given' ? identity.identity.hubHostname : device.spec.hub?.hostname;
    // If the name is there twice, so is the device id that comes from it.
    const told = sameName.has(place) && id === device.metadata.name;
    if (id !== undefined && !told) add(place, `id ${hub?.toLowerCase() ?? ''} ${id}`, 'spec.deviceId', `device id ${JSON.stringify(id)}`);
  }
  return problems;
}
