import type { Problem } from '../../support/errors.js';
import type { FleetDevice } from '../types.js';

/**
 * The problems of devices that are there twice: two of one name in a namespace, or two of one hub device.
 *
 * @param namespace that of a device without one.
 */
export function twiceProblems(devices: readonly FleetDevice[], namespace = ''): Problem[] {
  const seen = new Map<string, string>();
  const problems: Problem[] = [];
  for (const { place, device, identity } of devices) {
    const { name, namespace: own = namespace } = device.metadata;
    const add = (key: string, field: string, what: string): void => {
      const first = seen.get(key);
      if (first === undefined) seen.set(key, place);
      else problems.push({ kind: 'conflict', field: `${place}: ${field}`, message: `${what} is also in ${first}` });
    };
    add(`name ${own}/${name}`, 'metadata.name', `device ${name}${own === '' ? '' : ` of namespace ${own}`}`);
    const id = identity.kind === 'given' ? identity.identity.deviceId : identity.kind === 'register' ? identity.deviceId : device.spec.deviceId;
    const hub = identity.kind === 'given' ? identity.identity.hubHostname : device.spec.hub?.hostname;
    // If the name is there twice, so is the device id that comes from it.
    const told = problems.at(-1)?.field === `${place}: metadata.name` && id === name;
    if (id !== undefined && !told) add(`id ${hub?.toLowerCase() ?? ''} ${id}`, 'spec.deviceId', `device id ${JSON.stringify(id)}`);
  }
  return problems;
}
