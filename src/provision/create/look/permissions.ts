import type { Access } from '../../common/permissions.js';
import type { EdgeDevice } from '../../../spec/types.js';
import type { CreateRequest } from '../../types.js';

const kubevirt = 'kubevirt.io';

/** The rights that `create` cannot do without. It does not check optional reads (disks, events, logs). */
export function neededForCreate(request: CreateRequest, device: EdgeDevice): Access[] {
  const verbs = (verbs: string[], access: Omit<Access, 'verb'>): Access[] => verbs.map((verb) => ({ verb, ...access }));
  return [
    ...verbs(['get', 'create', 'patch'], { group: kubevirt, resource: 'virtualmachines' }),
    // An apply reads the object first, to report what it changed.
    ...verbs(['get', 'create', 'patch'], { resource: 'secrets' }),
    ...(device.spec.gateway === undefined ? [] : verbs(['get', 'create', 'patch'], { resource: 'services' })),
    ...(request.start ? verbs(['update'], { group: 'subresources.kubevirt.io', resource: 'virtualmachines', subresource: 'start' }) : []),
    ...(request.restart === true ? verbs(['update'], { group: 'subresources.kubevirt.io', resource: 'virtualmachines', subresource: 'restart' }) : []),
    // A watch starts with a list.
    ...(request.wait ? verbs(['list', 'watch'], { group: kubevirt, resource: 'virtualmachines' }) : []),
    ...(request.wait ? verbs(['list', 'watch'], { group: kubevirt, resource: 'virtualmachineinstances' }) : []),
  ];
}
