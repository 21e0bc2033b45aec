import type { EdgeDevice } from '../../spec/types.js';
import { isMapping } from '../../support/plain.js';
import { mergeSorted } from '../sorted-maps.js';
import { listAt, mappingAt, templateProblem } from './editing.js';
import type { Manifest } from './editing.js';

const ARCH = 'kubernetes.io/arch';
const pod = ['spec', 'template', 'spec'] as const;

/** Node selector and tolerations, added to the template's own. */
export function place(manifest: Manifest, device: EdgeDevice): void {
  const { nodeSelector, tolerations = [] } = device.spec.vm;
  const spec = mappingAt(manifest, ...pod);
  if (nodeSelector !== undefined && Object.keys(nodeSelector).length > 0) {
    const own = spec['nodeSelector'] ?? {};
    if (!isStrings(own)) throw templateProblem(manifest, `${pod.join('.')}.nodeSelector must be a mapping of texts`);
    spec['nodeSelector'] = mergeSorted(own, nodeSelector);
  }
  // It says the same as the architecture, but the person's own selector stays.
  const selected = spec['nodeSelector'];
  if (isMapping(selected) && selected[ARCH] !== undefined && nodeSelector?.[ARCH] === undefined) selected[ARCH] = device.spec.vm.architecture;
  if (tolerations.length > 0) listAt(manifest, ...pod, 'tolerations').push(...tolerations.map((toleration) => ({ ...toleration })));
}

function isStrings(value: unknown): value is Record<string, string> {
  return isMapping(value) && Object.values(value).every((entry) => typeof entry === 'string');
}
