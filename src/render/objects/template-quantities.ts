import { isMapping, type Mapping } from '../../support/plain.js';
import { shown } from '../../support/shown.js';

/** https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/ */
const quantity = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+|[numkMGTPE]|[KMGTPE]i)?$/;

/** Where a manifest has quantities: KubeVirt's answer to a wrong one does not name the field. */
const places = ['spec.dataVolumeTemplates.*.spec.storage.resources.requests.*', 'spec.dataVolumeTemplates.*.spec.pvc.resources.requests.*', 'spec.template.spec.domain.memory.guest',
  'spec.template.spec.domain.memory.maxGuest', 'spec.template.spec.domain.resources.requests.*', 'spec.template.spec.domain.resources.limits.*'].map((place) => place.split('.'));

/** The problems of a manifest's quantities, each with its path. */
export function wrongQuantities(root: Mapping): string[] {
  return places.flatMap((steps) => valuesAt(root, steps, '')).flatMap(({ path, value }) => {
    if (value === undefined || value === null || typeof value === 'number' || (typeof value === 'string' && quantity.test(value))) return [];
    const got = shown(value);
    return [`${path} must be a quantity such as 2Gi${got === undefined ? '' : `, it is ${got}`}`];
  });
}

/** All values at a path; `*` stands for each entry of a list or mapping. */
function valuesAt(value: unknown, [step, ...rest]: readonly string[], path: string): { path: string; value: unknown }[] {
  if (step === undefined) return [{ path, value }];
  if (Array.isArray(value)) return step === '*' ? value.flatMap((entry, index) => valuesAt(entry, rest, `${path}[${index}]`)) : [];
  if (!isMapping(value)) return [];
  const keys = step === '*' ? Object.keys(value) : [step];
  return keys.flatMap((key) => valuesAt(value[key], rest, path === '' ? key : `${path}.${key}`));
}
