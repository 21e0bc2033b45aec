import type { CreateRequest, ProvisionContext } from '../types.js';

export interface Access {
  verb: string;
  group?: string;
  resource: string;
  subresource?: string;
}

const kubevirt = 'kubevirt.io';

/** What `create` must be allowed to do; without these it could not end well. Optional reads (events, logs) are not asked. */
export function neededForCreate(request: CreateRequest, usesDataVolumes: boolean): Access[] {
  const verbs = (verbs: string[], access: Omit<Access, 'verb'>): Access[] => verbs.map((verb) => ({ verb, ...access }));
  return [
    ...verbs(['get', 'create', 'patch'], { group: kubevirt, resource: 'virtualmachines' }),
    ...verbs(['create', 'patch'], { resource: 'secrets' }),
    ...(request.device.spec.gateway === undefined ? [] : verbs(['create', 'patch'], { resource: 'services' })),
    ...(request.wait ? verbs(['watch'], { group: kubevirt, resource: 'virtualmachines' }) : []),
    ...(request.wait ? verbs(['watch'], { group: kubevirt, resource: 'virtualmachineinstances' }) : []),
    ...(request.wait && usesDataVolumes ? verbs(['watch'], { group: 'cdi.kubevirt.io', resource: 'datavolumes' }) : []),
  ];
}

/** Those of `needed` that the caller may not do, as `patch virtualmachines.kubevirt.io`. */
export async function missingPermissions(context: ProvisionContext, namespace: string, needed: Access[], signal: AbortSignal): Promise<string[]> {
  const answers = await Promise.all(needed.map((access) => context.cluster.canI({ ...access, namespace }, { signal })));
  return needed.filter((_, i) => answers[i] === false).map(nameOf);
}

function nameOf({ verb, group, resource, subresource }: Access): string {
  const full = subresource === undefined ? resource : `${resource}/${subresource}`;
  return `${verb} ${full}${group === undefined ? '' : `.${group}`}`;
}
