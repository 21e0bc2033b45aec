import type { KubeObject } from '../../cluster/types.js';
import { at, listAt, record, textAt } from '../../support/plain.js';
import { amountOf, bytesText, short } from './quantity.js';
import type { Demand, FitCheck } from './types.js';

/** Amounts that new and changed devices add to a namespace, by the keys of a ResourceQuota. `defaultClass`: of disks that name none. */
function additionsOf(demands: readonly Demand[], defaultClass: string | undefined): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  const add = (keys: readonly string[], amount: number): void => keys.forEach((key) => sums.set(key, (sums.get(key) ?? 0) + amount));
  for (const { already, disks, hasService, ...now } of demands) {
    const more = (of: (one: Pick<Demand, 'cpu' | 'memory' | 'kvm' | 'limits'>) => number | undefined): number => Math.max(0, (of(now) ?? 0) - ((already === undefined ? 0 : of(already)) ?? 0));
    add(['cpu', 'requests.cpu'], more(({ cpu }) => cpu));
    add(['memory', 'requests.memory'], more(({ memory }) => memory));
    add(['requests.devices.kubevirt.io/kvm'], more(({ kvm }) => kvm));
    add(['limits.cpu'], more(({ limits }) => limits.cpu));
    add(['limits.memory'], more(({ limits }) => limits.memory));
    if (already === undefined) add(['pods', 'count/pods', 'secrets', 'count/secrets', 'count/virtualmachines.kubevirt.io', 'count/virtualmachineinstances.kubevirt.io'], 1);
    if (hasService) add(['services', 'count/services'], 1);
    for (const { bytes, storageClass = defaultClass } of disks) {
      add(['requests.storage'], bytes);
      add(['persistentvolumeclaims', 'count/persistentvolumeclaims', 'count/datavolumes.cdi.kubevirt.io'], 1);
      if (storageClass === undefined) continue;
      add([`${storageClass}.storageclass.storage.k8s.io/requests.storage`], bytes);
      add([`${storageClass}.storageclass.storage.k8s.io/persistentvolumeclaims`], 1);
    }
  }
  return sums;
}

/** One check for each ResourceQuota of the namespaces; a quota with a scope may not count machines, so its answer is only "not known". */
export function checkQuotas(quotas: readonly KubeObject[], demands: readonly Demand[], defaultClass: string | undefined): FitCheck[] {
  return quotas.flatMap((quota): FitCheck[] => {
    const namespace = quota.metadata.namespace ?? '';
    const own = demands.filter((one) => one.namespace === namespace);
    if (own.length === 0) return [];
    const additions = additionsOf(own, defaultClass);
    const hard = record(at(quota.status, 'hard')) ?? record(at(quota.spec, 'hard')) ?? {};
    const lines = Object.entries(hard).flatMap(([key, limit]) => {
      const [needed, used, most] = [additions.get(key) ?? 0, amountOf(at(quota.status, 'used', key)), amountOf(limit)];
      return needed > 0 && used + needed > most ? [`${key} allows ${amount(key, most)}, of which ${amount(key, used)} are used and ${amount(key, needed)} needed`] : [];
    });
    const isScoped = listAt(quota.spec, 'scopes').length > 0 || at(quota.spec, 'scopeSelector') !== undefined;
    const name = `ResourceQuota ${quota.metadata.name} of namespace ${namespace}`;
    if (lines.length === 0) return [{ what: 'quota', fits: true, message: `${name} is large enough` }];
    return [{ what: 'quota', fits: isScoped ? null : false, message: `${name}: ${lines.join('; ')}${isScoped ? ' (if its scope counts machines)' : ''}` }];
  });
}

/** One check for each LimitRange that a new device breaks. */
export function checkLimits(ranges: readonly KubeObject[], demands: readonly Demand[]): FitCheck[] {
  return ranges.flatMap((range): FitCheck[] => {
    const broken = new Map<string, string[]>();
    for (const demand of demands.filter(({ namespace }) => namespace === range.metadata.namespace)) {
      for (const line of listAt(range.spec, 'limits').flatMap((limit) => breaks(limit, demand))) broken.set(line, [...(broken.get(line) ?? []), demand.name]);
    }
    const name = `LimitRange ${range.metadata.name} of namespace ${range.metadata.namespace}`;
    return [...broken].map(([line, devices]) => ({ what: 'limits' as const, fits: false, message: `${name}: ${line}`, devices: [...new Set(devices)] }));
  });
}

function breaks(limit: unknown, { cpu, memory, limits, disks }: Demand): string[] {
  const type = textAt(limit, 'type') ?? '';
  const check = (what: string, value: number): string[] => {
    const [max, min] = [at(limit, 'max', what), at(limit, 'min', what)];
    if (max !== undefined && value > amountOf(max)) return [`${what} of a ${type} is at most ${amount(what, amountOf(max))}, a device needs ${amount(what, value)}`];
    return min !== undefined && value < amountOf(min) ? [`${what} of a ${type} is at least ${amount(what, amountOf(min))}, a device has ${amount(what, value)}`] : [];
  };
  if (type === 'PersistentVolumeClaim') return disks.flatMap(({ bytes }) => check('storage', bytes));
  return type === 'Container' || type === 'Pod' ? [...check('cpu', limits.cpu ?? cpu), ...check('memory', limits.memory ?? memory)] : [];
}

const amount = (key: string, value: number): string => (/memory|storage$/.test(key) ? bytesText(value) : short(value));
